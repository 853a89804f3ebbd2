import { nearest, suggest } from "../../diagnostics/nearest.ts";
import { isCredentialKey } from "../credentials.ts";
import { credentialFinding } from "../misplaced.ts";
import { parseOptionCsv } from "../csv.ts";
import type { OptionEntry } from "../schema.gen.ts";
import type { Path } from "../source-map.ts";
import { attributeSets, type RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

type Direction = "from" | "to";

const compressed = ["compression", "compression-level", "force-compression"];
const image = ["image-manifest", "oci-mediatypes", ...compressed];
const exported = ["mode", "ignore-error"];
const bucket = ["prefix", "blobs_prefix", "manifests_prefix", "name"];
const s3 = [
  "bucket",
  "region",
  ...bucket,
  "endpoint_url",
  "use_path_style",
  "disable_accept_encoding",
  "retry_mode",
  "retry_max_attempts",
];
const gha = ["scope", "url", "url_v2", "version", "timeout", "repository"];
const azblob = ["account_url", "account_name", "container", ...bucket];

/** The attributes that each type reads in BuildKit v0.34, by direction. */
const attributes: Readonly<Record<string, Readonly<Record<Direction, readonly string[] | null>>>> = {
  registry: { from: ["ref", "registry.insecure"], to: ["ref", "registry.insecure", ...image, ...exported] },
  local: { from: ["src", "tag", "digest"], to: ["dest", "tag", "reset", ...image, ...exported] },
  gha: { from: gha, to: [...gha, ...exported] },
  s3: { from: s3, to: [...s3, "touch_refresh", "upload_parallelism", ...compressed, ...exported] },
  azblob: { from: azblob, to: [...azblob, ...exported] },
  inline: { from: null, to: exported },
};
const needed: Readonly<Record<string, Readonly<Record<Direction, string | undefined>>>> = {
  registry: { from: "ref", to: "ref" },
  local: { from: "src", to: "dest" },
};
const compressions = new Set(compressed);
const flags = new Set([
  "ignore-error",
  "registry.insecure",
  "image-manifest",
  "oci-mediatypes",
  "force-compression",
  "reset",
  "use_path_style",
  "disable_accept_encoding",
]);
const choices: Readonly<Record<string, readonly string[]>> = {
  mode: ["min", "max"],
  compression: ["uncompressed", "gzip", "estargz", "zstd"],
  retry_mode: ["standard", "adaptive"],
};
/** What Go's ParseBool takes. */
const goBools = new Set(["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"]);

interface Attribute {
  readonly key: string;
  readonly value: string;
  readonly path: Path;
  readonly needle?: string;
}

/** Raw `cacheFrom` and `cacheTo`: BuildKit says nothing about what it does not understand in them. */
export function* checkCacheEntries({ config }: RuleContext): Iterable<Finding> {
  for (const [path, set] of attributeSets(config)) {
    for (const [key, direction] of [
      ["cacheFrom", "from"],
      ["cacheTo", "to"],
    ] as const) {
      const entries = set[key];
      if (entries === undefined || entries === false) continue;
      for (const [i, entry] of entries.entries()) yield* checkEntry(entry, direction, [...path, key, i]);
    }
  }
}

function* checkEntry(entry: OptionEntry, direction: Direction, path: Path): Iterable<Finding> {
  const list = readEntry(entry, path);
  if (list === null) {
    yield {
      code: "BK2049",
      path,
      message: "the entry is no valid CSV",
      hint: 'a field that holds a comma or a quote is quoted as a whole: type=registry,"ref=a,b"',
    };
    return;
  }
  if (list.length === 0) return;
  yield* findCredentials(list);
  const type = list.find(({ key }) => key.toLowerCase() === "type");
  if (type === undefined) {
    yield {
      code: "BK2049",
      path,
      message: "the entry lacks type",
      hint: "write type=registry, local, s3, gha, azblob or inline first",
    };
    return;
  }
  if (type.value.includes("${")) return;
  const known = Object.hasOwn(attributes, type.value) ? attributes[type.value] : undefined;
  if (known === undefined) {
    yield {
      code: "BK2049",
      path: type.path,
      message: `BuildKit has no cache of type ${JSON.stringify(type.value)}`,
      ...unknownTypeHint(type.value),
      ...needle(type),
    };
    return;
  }
  const allowed = known[direction];
  if (allowed === null) {
    yield {
      code: "BK2049",
      path: type.path,
      message: "inline cache is not imported by that type",
      hint: "import it with type=registry,ref=IMAGE",
      ...needle(type),
    };
    return;
  }
  for (const attribute of list) {
    if (attribute !== type) yield* checkAttribute(attribute, type.value, direction, allowed);
  }
  const lacking = needed[type.value]?.[direction];
  // A folder under the key of the other direction has been said.
  const folders = new Set(type.value === "local" ? ["src", "dest"] : [lacking]);
  if (lacking !== undefined && !list.some(({ key, value }) => folders.has(key.toLowerCase()) && value !== "")) {
    yield { code: "BK2049", path, message: `the entry of type ${type.value} lacks ${lacking}` };
  }
}

/** Null for what is no CSV; nothing for entries that are only known at bake time, or that bake drops. */
function readEntry(entry: OptionEntry, path: Path): readonly Attribute[] | null {
  if (typeof entry !== "string") {
    return Object.entries(entry).map(([key, value]) => ({ key, value: String(value), path: [...path, key] }));
  }
  // Without a `=` it is one or more image references.
  if (!entry.includes("=") || entry.startsWith("${")) return [];
  const fields = parseOptionCsv(entry);
  return fields?.map(({ key, value }) => ({ key, value: value ?? "", path, needle: key })) ?? null;
}

function needle({ needle: text }: Attribute): { readonly needle?: string } {
  return text === undefined ? {} : { needle: text };
}

function* findCredentials(list: readonly Attribute[]): Iterable<Finding> {
  const type = list.find(({ key }) => key.toLowerCase() === "type")?.value;
  for (const attribute of list) {
    if (isCredentialKey(attribute.key))
      yield {
        ...credentialFinding(attribute.key.trim(), type),
        path: attribute.path,
        atKey: true,
        ...needle(attribute),
      };
  }
}

function unknownTypeHint(type: string): { readonly hint?: string } {
  if (type === "gcs" || type === "gs")
    return { hint: "declare a backend of type gcs and name it in `cache`: bkcache reaches it through S3's protocol" };
  const near = nearest(type, Object.keys(attributes));
  return near === undefined
    ? { hint: `it has ${Object.keys(attributes).join(", ")}` }
    : { hint: `did you mean ${near}?` };
}

function* checkAttribute(
  attribute: Attribute,
  type: string,
  direction: Direction,
  allowed: readonly string[],
): Iterable<Finding> {
  const { key, value, path } = attribute;
  // Clients lower-case keys of the CSV form, and keep blanks.
  const name = attribute.needle === undefined ? key : key.toLowerCase();
  const at = { path, atKey: true, ...needle(attribute) };
  if (key.includes("${") || isCredentialKey(key)) return;
  if (!allowed.includes(name)) {
    yield { ...at, ...unknownAttribute(key, name, type, direction, allowed) };
    return;
  }
  if (value.includes("${")) return;
  const bad = (expected: string): Finding => ({
    ...at,
    atKey: false,
    code: "BK2048",
    message: `${name} must be ${expected}, not ${JSON.stringify(value)}`,
  });
  const taken = Object.hasOwn(choices, name) ? choices[name] : undefined;
  if (taken !== undefined && !taken.includes(value)) {
    const near = suggest(value, taken);
    const list = `${taken.slice(0, -1).join(", ")} or ${taken.at(-1)}`;
    yield { ...bad(list), ...(near !== undefined && { hint: `did you mean ${near}?` }) };
  } else if (name === "mode" && type === "inline" && value === "max") {
    yield { ...bad("min"), message: "inline cache is always mode min" };
  } else if (flags.has(name) && !goBools.has(value)) yield bad("true or false");
  else if ((name === "upload_parallelism" || name === "retry_max_attempts") && !/^[1-9]\d*$/.test(value))
    yield bad("a whole number above 0");
  else if ((name === "touch_refresh" || name === "timeout") && !/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value))
    yield bad("a duration such as 24h");
  else if (name === "name" && type === "s3" && direction === "from" && value.includes(";")) {
    yield {
      ...at,
      atKey: false,
      code: "BK2045",
      message: "an s3 import reads only the first of several names",
      hint: "write one name",
    };
  }
}

function unknownAttribute(
  key: string,
  name: string,
  type: string,
  direction: Direction,
  allowed: readonly string[],
): Pick<Finding, "code" | "message" | "hint"> {
  if (compressions.has(name.trim())) {
    if (direction === "from")
      return { code: "BK2047", message: `${name} means nothing in cacheFrom`, hint: "it belongs to cacheTo" };
    return {
      code: "BK2041",
      message: `a cache of type ${type} ignores ${name}`,
      hint: "only s3, registry and local take compression; remove it",
    };
  }
  if (key !== key.trim())
    return {
      code: "BK2047",
      message: `the attribute ${JSON.stringify(key)} has a blank in its name`,
      hint: "write no blanks around commas and equals signs",
    };
  if (direction === "from" && attributes[type]?.to?.includes(name) === true)
    return {
      code: "BK2047",
      message: `${name} means nothing in cacheFrom`,
      hint: type === "local" && name === "dest" ? "write src" : "it belongs to cacheTo",
    };
  if (direction === "to" && attributes[type]?.from?.includes(name) === true)
    return {
      code: "BK2047",
      message: `${name} means nothing in cacheTo`,
      hint: type === "local" && name === "src" ? "write dest" : "it belongs to cacheFrom",
    };
  const near = nearest(name, allowed);
  return {
    code: "BK2047",
    message: `a cache of type ${type} knows no ${JSON.stringify(key)}`,
    hint: near === undefined ? `it knows ${allowed.join(", ")}` : `did you mean ${near}?`,
  };
}
