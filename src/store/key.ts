/** What signs requests. Kept in memory and in the run file's pipe only. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** Where they come from, for people: "environment", "profile", "web identity". */
  readonly source: string;
}
