import type { Finding } from "./rules/finding.ts";
import { isCredentialKey } from "./credentials.ts";
import type { Path } from "./source-map.ts";

type Special = Omit<Finding, "path" | "atKey">;

const nameHint = "bkcache names each target's cache itself, by project, target, platforms and scope";
const modeHint = "it belongs to the policy: `cache.mode`, at the top or on a target";
const ignoreHint = "it belongs to the policy: `cache.ignoreError`, at the top or on a target";

/** Keys of backends that people know from BuildKit, and where they went. */
const backendHints: Readonly<Record<string, string>> = {
  name: nameHint,
  mode: modeHint,
  ignoreerror: ignoreHint,
  src: "a local backend has one `path` for both directions",
  dest: "a local backend has one `path` for both directions",
};
const gcsHints: Readonly<Record<string, string>> = {
  region: "a gcs backend needs no region",
  usepathstyle: "a gcs backend always uses path style",
  disableacceptencoding: "a gcs backend always leaves Accept-Encoding out",
  profile: "profiles are for s3 backends",
};

/** Unknown keys that deserve more than the nearest name. */
export function misplacedKey(key: string, path: Path, parent: unknown): Special | undefined {
  const plain = key.toLowerCase().replaceAll(/[-_]/g, "");
  const type = (parent as { readonly type?: unknown } | null | undefined)?.type;
  const isBackend = path[0] === "backends" && path.length === 2;
  if (isBackend && (plain === "compression" || plain === "compressionlevel" || plain === "forcecompression")) {
    return {
      code: "BK2041",
      message: `a backend of type ${String(type)} ignores ${key}`,
      hint: "only s3, gcs, registry and local backends take compression; remove it",
    };
  }
  if (isCredentialKey(key)) return credentialFinding(key, type);
  const hint = isBackend
    ? (backendHints[plain] ?? (type === "gcs" ? gcsHints[plain] : undefined))
    : path.at(-2) === "secret" && key === "type"
      ? "bake drops `type` without a word: write `env:` for a variable, `src:` for a file"
      : undefined;
  return hint === undefined ? undefined : { code: "BK2010", message: `unknown key ${JSON.stringify(key)}`, hint };
}

const sources: Readonly<Record<string, string>> = {
  s3: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, SSO or a web identity",
  gcs: "application default credentials, or GCS_HMAC_ACCESS_ID and GCS_HMAC_SECRET",
  registry: "`docker login`",
  gha: "the job's own environment",
  azblob: "the daemon's own environment",
};

export function credentialFinding(key: string, type: unknown): Special {
  const source = sources[String(type)];
  return {
    code: "BK2040",
    message: `${key} does not belong into a config`,
    hint:
      source === undefined ? "give credentials in the environment" : `give credentials in the environment: ${source}`,
  };
}
