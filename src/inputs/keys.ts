import { encodeName } from "../mounts/keys.ts";

/** Records of what targets are made of lie beside snapshots of mounts, in the same place and format. */
const recordPrefix = "v1/t/";

/** Key of the record of a cache, relative to the place of its backend. @param name the cache name */
export function recordKey(name: string): string {
  return `${recordPrefix}${encodeName(name)}`;
}
