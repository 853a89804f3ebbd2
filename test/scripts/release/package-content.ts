export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** What a package of bkcache holds; anything else is a mistake in `files`, or was left in dist by something else. */
const expected = [
  /^(?:package\.json|README\.md|LICENSE)$/,
  /^schemas\/(?:bkcache|bkcache\.draft-07|report)\.schema\.json$/,
  /^dist\/(?:bin\.js|index\.mjs|index\.d\.mts|package\.json|THIRD-PARTY-LICENSES\.txt)$/,
  /^dist\/chunks\/[\w.-]+\.[cm]js$/,
];
const required = [
  "LICENSE",
  "README.md",
  "dist/bin.js",
  "dist/index.mjs",
  "dist/index.d.mts",
  "dist/THIRD-PARTY-LICENSES.txt",
  "schemas/bkcache.schema.json",
  "schemas/bkcache.draft-07.schema.json",
  "schemas/report.schema.json",
];

/** What is wrong with the files of a package, one line for each; none where all is right. */
export function checkContent(files: readonly PackedFile[]): readonly string[] {
  const extra = files.filter(({ path }) => !expected.some((pattern) => pattern.test(path)));
  const missing = required.filter((path) => !files.some((file) => file.path === path));
  const empty = files.filter(({ size }) => size === 0);
  return [
    ...extra.map(({ path }) => `${path} does not belong in the package`),
    ...missing.map((path) => `${path} is missing from the package`),
    ...empty.map(({ path }) => `${path} is empty`),
  ];
}
