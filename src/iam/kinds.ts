/** Whose language rights are said in. */
export const kinds = ["aws", "gcs", "minio"] as const;
export type Kind = (typeof kinds)[number];
