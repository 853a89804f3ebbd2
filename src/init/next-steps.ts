import type { Config } from "../config/schema.gen.ts";
import { addCommand, packCommand, packedName } from "./dev-dependency.ts";
import type { MarkedFile } from "./marked-files.ts";
import type { Format } from "./write-config.ts";

export interface StepsInput {
  readonly dir: string;
  readonly format: Format;
  readonly config: Config;
  /** Names of mounts that no RUN has yet, by Dockerfile. */
  readonly unmounted: Readonly<Record<string, readonly string[]>>;
  /** Dockerfiles that were given their markers. */
  readonly marked: readonly MarkedFile[];
}

/** More than these are a count. */
const mostListed = 6;

/** What to do once the config is there, the last line being the one command that shows a hit. */
export function nextSteps({ dir, format, config, unmounted, marked }: StepsInput): readonly string[] {
  const done = new Set(marked.map(({ path }) => path));
  const open = Object.entries(unmounted).filter(([path]) => !done.has(path));
  const { bake, backends = {} } = config;
  const files = bake === undefined ? [] : typeof bake === "string" ? [bake] : bake;
  const flags = files.map((file) => `--from-bake ${file}`).join(" ");
  const add = format === "ts" ? addCommand(dir) : null;
  return [
    ...(files.length === 0
      ? []
      : [
          `${files.join(", ")}: stays the source of the targets; to convert it instead: \`bkcache init ${flags} --force\``,
        ]),
    ...(open.length > mostListed
      ? [`${open.length} Dockerfiles have RUNs that lack a mount, such as ${open[0]?.[0]}`]
      : open.map(
          ([path, names]) =>
            `${path}: put \`# bkcache: ${names.join(" ")}\` above the RUN that needs them, and generate writes their flags`,
        )),
    ...(open.length === 0
      ? []
      : ["`bkcache init --markers --force` writes these comments itself, and shows them first"]),
    ...(add === null
      ? []
      : [
          `for types in the editor, pack bkcache in a clone of it (\`${packCommand}\`), put ${packedName} here, and \`${add}\``,
        ]),
    files.length > 0 && open.length === 0
      ? "next: `bkcache bake`"
      : `next: \`bkcache generate\` writes ${files.length > 0 ? "the flags of marked RUNs" : "docker-bake.hcl"}; then \`bkcache bake\``,
    ...(Object.keys(backends).length === 0
      ? [
          "without a backend nothing outlives the builder: `bkcache init --backend s3://BUCKET/PREFIX/ --force` names one",
        ]
      : [
          `after it, to see that an empty builder has it all: \`bkcache bake --builder $(docker buildx create)\`${
            backends["remote"] === undefined
              ? ""
              : "; from a laptop the bucket is filled by `bkcache bake --cache read-write`"
          }`,
        ]),
  ];
}
