import { readSize } from "../../diagnostics/units.ts";
import type { Backend } from "../schema.gen.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

const schemes: Readonly<Record<string, readonly string[]>> = { s3: ["s3"], gcs: ["gcs", "gs"] };

function* eachBackend({ config }: RuleContext): Iterable<readonly [string, Backend]> {
  yield* Object.entries(config.backends ?? {});
}

export function* checkBuckets(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if (backend.type !== "s3" && backend.type !== "gcs") continue;
    const path = ["backends", name];
    const allowed = schemes[backend.type] ?? [];
    if (backend.url === undefined) {
      if (backend.bucket === undefined) {
        const hint = `write url: ${allowed[0]}://bucket/prefix/`;
        yield { code: "BK2013", path, atKey: true, message: `${name} lacks url, or bucket`, hint };
      } else if (backend.bucket === "" || backend.bucket.includes("/")) {
        yield {
          code: "BK2012",
          path: [...path, "bucket"],
          message: `bucket must be a name, not ${JSON.stringify(backend.bucket)}`,
        };
      }
      continue;
    }
    for (const key of ["bucket", "prefix"] as const) {
      if (backend[key] === undefined) continue;
      yield {
        code: "BK2044",
        path: [...path, key],
        atKey: true,
        message: `${key} is given beside url`,
        hint: "url holds both: keep one of the two forms",
      };
    }
    yield* checkUrl(backend.url, name, allowed);
  }
}

function* checkUrl(url: string, name: string, allowed: readonly string[]): Iterable<Finding> {
  const path = ["backends", name, "url"];
  if (url.startsWith("${")) return;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const example = `${allowed[0]}://bucket/prefix/`;
  if (scheme === undefined || !allowed.includes(scheme)) {
    const isEndpoint = scheme === "http" || scheme === "https";
    yield {
      code: "BK2044",
      path,
      message: `url must begin with ${allowed.map((each) => `${each}://`).join(" or ")}`,
      hint: isEndpoint ? `write url: ${example}, and the address of the store as endpointUrl` : `write url: ${example}`,
    };
    return;
  }
  const rest = url.slice(scheme.length + 3);
  if (rest === "" || rest.startsWith("/"))
    yield { code: "BK2044", path, message: "url names no bucket", hint: `write url: ${example}` };
  else if (/[?#]/.test(rest.replaceAll(/\$\{[^}]*\}/g, "")))
    yield { code: "BK2044", path, message: "url takes no query and no fragment" };
}

export function* checkPathStyle(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if (backend.type !== "s3" || backend.usePathStyle !== true || backend.endpointUrl !== undefined) continue;
    // These profiles bring an endpoint; the others leave it to the environment, which does not reach BuildKit.
    if (backend.profile === "gcs") continue;
    yield {
      code: "BK2042",
      path: ["backends", name, "usePathStyle"],
      atKey: true,
      message: "usePathStyle has no effect without endpointUrl",
      hint: "give endpointUrl, or remove usePathStyle",
    };
  }
}

export function* checkEndpoints(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    for (const key of ["endpointUrl", "accountUrl"] as const) {
      const url = (backend as { readonly endpointUrl?: string; readonly accountUrl?: string })[key];
      if (typeof url !== "string" || url.startsWith("${")) continue;
      const path = ["backends", name, key];
      const scheme = /^([a-z][a-z0-9+.-]*):\/\/[^/]/i.exec(url)?.[1]?.toLowerCase();
      if (scheme !== "http" && scheme !== "https") {
        yield {
          code: "BK2012",
          path,
          message: `${key} must be an http or https URL, not ${JSON.stringify(url)}`,
          hint: "write https://HOST",
        };
      } else if (
        scheme === "http" &&
        key === "endpointUrl" &&
        !("insecure" in backend && backend.insecure) &&
        !context.allowsInsecure
      ) {
        yield {
          code: "BK2043",
          path,
          message: `${name} would use plain http`,
          hint: "use https, or set `insecure: true` on the backend",
        };
      }
    }
  }
}

const levels: Readonly<Record<string, number>> = { gzip: 9, estargz: 9, zstd: 22 };

export function* checkCompression(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if (backend.type !== "local" && backend.type !== "registry") continue;
    const { compression = "gzip", compressionLevel } = backend;
    const most = levels[compression];
    if (compressionLevel === undefined || (most !== undefined && compressionLevel <= most)) continue;
    const message =
      most === undefined
        ? `${compression} has no levels`
        : `${compression} has levels 0 to ${most}, not ${compressionLevel}`;
    yield { code: "BK2012", path: ["backends", name, "compressionLevel"], message };
  }
}

export function* checkTiers(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if ((backend.type !== "s3" && backend.type !== "gcs") || backend.tier === undefined) continue;
    const path = ["backends", name, "tier"];
    if (backend.relay === "off") {
      yield {
        code: "BK2055",
        path,
        atKey: true,
        message: `the tier of ${name} has no effect with relay: off`,
        hint: "remove one of the two",
      };
    }
    if (backend.tier.path === "") yield { code: "BK2012", path: [...path, "path"], message: "path names no folder" };
    if (readSize(backend.tier.maxSize) === 0) {
      yield { code: "BK2012", path: [...path, "maxSize"], message: "a tier of no size holds nothing" };
    }
  }
}

/** BuildKit refuses this pair in the middle of a build. */
export function* checkManifestKind(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if (backend.type !== "local" && backend.type !== "registry") continue;
    if (backend.imageManifest === true && backend.ociMediatypes === false) {
      yield {
        code: "BK2012",
        path: ["backends", name, "imageManifest"],
        atKey: true,
        message: "imageManifest needs OCI media types, which ociMediatypes turns off",
      };
    }
  }
}

export function* checkRegistryRefs(context: RuleContext): Iterable<Finding> {
  for (const [name, backend] of eachBackend(context)) {
    if (backend.type !== "registry" || backend.ref.includes("${")) continue;
    const path = ["backends", name, "ref"];
    if (backend.ref === "" || /[\s,]/.test(backend.ref) || backend.ref.includes("://")) {
      yield {
        code: "BK2012",
        path,
        message: `ref must be a repository such as ghcr.io/acme/cache, not ${JSON.stringify(backend.ref)}`,
      };
    } else if (/[:@][^/]*$/.test(backend.ref)) {
      yield {
        code: "BK2012",
        path,
        message: `ref must not hold a tag or digest`,
        hint: "the cache name of each target becomes the tag",
      };
    }
  }
}
