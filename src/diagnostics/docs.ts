import manifest from "../../package.json" with { type: "json" };

/** Address of a page of docs/, which the package does not hold. */
export function docsUrl(page: string): string {
  return `${manifest.homepage.replace(/#.*$/, "")}/blob/main/docs/${page}`;
}

/** Address of the schema of configs, of this version. */
export const schemaUrl = `${manifest.homepage.replace(/#.*$/, "")}/raw/v${manifest.version}/schemas/bkcache.schema.json`;
