import manifest from "../../package.json" with { type: "json" };

/** The version of bkcache itself. */
export const version: string = manifest.version;
