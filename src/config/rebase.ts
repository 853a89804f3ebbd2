import { posix } from "node:path";
import { formatOptionCsv, parseOptionCsv } from "./csv.ts";

type Rewrite = (value: unknown, shift: string) => unknown;

const path: Rewrite = (value, shift) => (typeof value === "string" ? rebasePath(value, shift) : value);

/** Entries in which some keys hold paths, as CSV or as objects. */
const entry =
  (types: Readonly<Record<string, readonly string[]>>): Rewrite =>
  (value, shift) => {
    if (typeof value === "string") {
      const fields = parseOptionCsv(value);
      if (fields === null || !value.includes("=")) return value;
      const type = fields.find((field) => field.key.toLowerCase() === "type")?.value ?? "";
      const keys = types[type] ?? types["*"] ?? [];
      if (!fields.some((field) => keys.includes(field.key.toLowerCase()))) return value;
      return formatOptionCsv(
        fields.map((field) =>
          field.value !== null && keys.includes(field.key.toLowerCase())
            ? { key: field.key, value: rebasePath(field.value, shift) }
            : field,
        ),
      );
    }
    if (typeof value !== "object" || value === null) return value;
    const map = value as Readonly<Record<string, unknown>>;
    const keys = types[String(map["type"])] ?? types["*"] ?? [];
    return Object.fromEntries(
      Object.entries(map).map(([key, item]) => [key, keys.includes(key) ? path(item, shift) : item]),
    );
  };

/** `default`, `id=path,path`: what follows the `=` are paths. */
const ssh: Rewrite = (value, shift) => {
  if (typeof value !== "string") return value;
  const at = value.indexOf("=");
  if (at === -1) return value;
  const paths = value.slice(at + 1).split(",");
  return `${value.slice(0, at + 1)}${paths.map((item) => rebasePath(item, shift)).join(",")}`;
};

const output: Rewrite = (value, shift) => {
  const exporters = { local: ["dest"], tar: ["dest"], oci: ["dest"], docker: ["dest"] };
  const bare = typeof value === "string" && !value.includes("=") && !value.startsWith("${");
  return bare ? path(value, shift) : entry(exporters)(value, shift);
};

const targetPlaces: readonly (readonly [string, Rewrite])[] = [
  ["context", path],
  ["contexts.*", path],
  ["secret.*", entry({ "*": ["src", "source"] })],
  ["ssh.*", ssh],
  ["ssh.*.paths.*", path],
  ["output.*", output],
  ["cacheFrom.*", entry({ local: ["src"] })],
  ["cacheTo.*", entry({ local: ["dest"] })],
];

/** Every place of a config that holds a path relative to the config's folder. `dockerfile` is relative to `context`. */
const places: readonly (readonly [string, Rewrite])[] = [
  ["bake", path],
  ["bake.*", path],
  ["backends.*.path", path],
  ["mounts.*.key.*", path],
  ["builder.buildkitdConfig", path],
  ["builder.tls.ca", path],
  ["builder.tls.cert", path],
  ["builder.tls.key", path],
  ...["defaults", "targets.*"].flatMap((top) =>
    targetPlaces.map(([at, rewrite]) => [`${top}.${at}`, rewrite] as const),
  ),
];

/**
 * A config as if it stood in another folder. `shift` leads from there to the folder it stands in, with slashes;
 * `""` for the same folder. Values of the wrong type stay as they are, for validation to say so.
 */
export function rebaseConfig(config: unknown, shift: string): unknown {
  if (shift === "") return config;
  return places.reduce((value, [at, rewrite]) => apply(value, at.split("."), (item) => rewrite(item, shift)), config);
}

function apply(value: unknown, at: readonly string[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = at;
  if (key === undefined) return change(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return key === "*" ? value.map((item) => apply(item, rest, change)) : value;
  const map = value as Readonly<Record<string, unknown>>;
  if (key === "*")
    return Object.fromEntries(Object.entries(map).map(([name, item]) => [name, apply(item, rest, change)]));
  return Object.hasOwn(map, key) ? { ...map, [key]: apply(map[key], rest, change) } : value;
}

/**
 * A path that starts with a variable stays as it is: its value, absolute or not, is known at bake time only.
 * URLs, `target:`, `git@host:path`, absolute and home paths do not depend on the folder.
 */
function rebasePath(value: string, shift: string): string {
  const isFixed = value === "" || value === "-" || /^(?:\/|~|\$\{|[a-zA-Z][\w+.-]*:|[\w.-]+@[\w.-]+:)/.test(value);
  if (!isFixed) return posix.join(shift, value);
  const layout = /^oci-layout:\/\/(?!\/)(.+)$/.exec(value)?.[1];
  return layout === undefined ? value : `oci-layout://${posix.join(shift, layout)}`;
}
