import type { Backend } from "../schema.gen.ts";
import type { ResolvedBackend } from "../resolved.ts";
import { joinTexts, partsOf, type Text, textOf, type TextPart } from "../text.ts";
import { noAxes, readText } from "./read.ts";

/** A backend with its references read, its place said in one way, bucket and prefix, and its tier by keys of its own. */
export function resolveBackend(backend: Backend): ResolvedBackend {
  const { type, ...rest } = backend;
  const texts: Record<string, Text | number | boolean> = {};
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (typeof value === "object") {
      texts["tierPath"] = readText(value.path, noAxes);
      texts["tierMaxSize"] = value.maxSize;
    } else {
      texts[key] = typeof value === "string" ? readText(value, noAxes) : value;
    }
  }
  // `url` of the gha backend is an address of its service, not a place in a bucket.
  if ((type === "s3" || type === "gcs") && texts["url"] !== undefined) {
    const { bucket, prefix } = splitBucketUrl(texts["url"] as Text);
    delete texts["url"];
    texts["bucket"] = bucket;
    texts["prefix"] ??= prefix;
  }
  if (texts["prefix"] !== undefined) {
    const prefix = withSlash(texts["prefix"] as Text);
    if (prefix === "") delete texts["prefix"];
    else texts["prefix"] = prefix;
  }
  return { type, ...texts };
}

/** BuildKit joins prefix and key as they stand, without a slash of its own. */
function withSlash(prefix: Text): Text {
  if (prefix === "") return "";
  const last = partsOf(prefix).at(-1);
  return typeof last === "string" && last.endsWith("/") ? prefix : joinTexts(prefix, "/");
}

/** `scheme://bucket/prefix`, where each may hold variables; the first slash after the scheme ends the bucket. */
function splitBucketUrl(url: Text): { readonly bucket: Text; readonly prefix: Text } {
  const parts: TextPart[] = [...partsOf(url)];
  if (typeof parts[0] === "string") parts[0] = parts[0].replace(/^[a-z0-9]+:\/\//i, "");
  const at = parts.findIndex((part) => typeof part === "string" && part.includes("/"));
  if (at === -1) return { bucket: textOf(parts), prefix: "" };
  const part = parts[at] as string;
  const slash = part.indexOf("/");
  return {
    bucket: textOf([...parts.slice(0, at), part.slice(0, slash)]),
    prefix: textOf([part.slice(slash + 1), ...parts.slice(at + 1)]),
  };
}
