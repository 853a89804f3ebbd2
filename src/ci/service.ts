/** Whether the value of a variable says so. */
type Says = (value: string) => boolean;

/** The value of a variable; empty where it is not set. */
export type Read = (name: string) => string;

/** What one CI service tells in the environment. Lists of variables are in order of preference. */
export interface Service {
  readonly name: string;
  /** By any of these variables it is known. */
  readonly signs: Readonly<Record<string, Says>>;
  /** By any of these it says that the run is for a pull or merge request. */
  readonly requests: Readonly<Record<string, Says>>;
  /** Its number, alone or at the end of an address or a reference. */
  readonly number: readonly string[];
  /** By any of these it says that a tag is built. */
  readonly tags: Readonly<Record<string, Says>>;
  /** By any of these it says that a merge queue builds what its base is to be next, be it a request or not. */
  readonly queues?: Readonly<Record<string, Says>>;
  /** Whether a request comes from another repository; null where it does not say so. */
  readonly isFork?: (read: Read) => boolean | null;
  /** By any of these it says that others than those who may push have started the run, with the project's own rights. */
  readonly strangers?: Readonly<Record<string, Says>>;
  /** The branch that is built; of a request the one that it comes from. */
  readonly branch: readonly string[];
  /** The branch that a request is to go into. */
  readonly base: readonly string[];
  /** The project's default branch. */
  readonly main: readonly string[];
  /** By any of these it says that the branch that is built is the default one. */
  readonly isMain?: Readonly<Record<string, Says>>;
  /** Path of a file with the event in GitHub's form, which names the default branch and the request. */
  readonly event?: string;
  readonly commit: readonly string[];
  /** The run's page, made of variables that have passed `withoutSecrets`; empty where one is missing. */
  readonly address: (read: Read) => string;
}

/** Set, and to something else than no. */
export const isYes: Says = (value) => value !== "" && value !== "0" && value.toLowerCase() !== "false";
export const isAny: Says = (value) => value !== "";
export const isTagRef: Says = (value) => value.startsWith("refs/tags/");
export const isOneOf =
  (...values: readonly string[]): Says =>
  (value) =>
    values.includes(value);

/** Joins the parts of an address; empty where one of them is. */
export const join = (...parts: readonly string[]): string => (parts.includes("") ? "" : parts.join("/"));

/** Whether two variables that name a repository name different ones, by owner and name; null where one of them is missing. */
export const differ =
  (one: string, other: string): NonNullable<Service["isFork"]> =>
  (read) => {
    const [a, b] = [one, other].map((name) => repositoryOf(read(name)));
    return a === "" || b === "" ? null : a !== b;
  };

/** `git@host:Owner/name.git`, `https://host/owner/name` and `owner/name` are one. */
function repositoryOf(text: string): string {
  return text
    .replace(/^[a-z+]+:\/\/[^/]*\//i, "")
    .replace(/^[^/@]*@[^/:]*:/, "")
    .replace(/(\.git)?\/*$/, "")
    .toLowerCase();
}
