/** The project's name when the config gives none: the folder's, in the characters that a project may have. */
export function projectName(dirName: string): string {
  const name = dirName
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "project" : name;
}

/** A target name of the characters that bake takes; each other character becomes `_`. */
export function targetName(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_-]/gu, "_");
}

/** Order of names in everything that is written: by code unit, the same on every machine. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
