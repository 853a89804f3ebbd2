import { docsUrl } from "../diagnostics/docs.ts";
import type { Backend } from "../config/schema.gen.ts";
import { BkcacheError } from "../diagnostics/error.ts";

/**
 * The backend that an answer or `--backend` means; null for none.
 * @throws BkcacheError BK1002
 */
export function readBackendUrl(text: string, region: string | undefined): Backend | null {
  const url = text.trim();
  if (url === "" || url === "none") return null;
  const [, scheme = "", bucket = "", rest = ""] = /^([a-z0-9]+):\/\/([^/\s?#]+)([^\s?#]*)$/i.exec(url) ?? [];
  const place = `${bucket}${rest === "" ? "/" : rest}`;
  if (bucket !== "" && !bucket.includes("@")) {
    if (scheme === "s3") return { type: "s3", url: `s3://${place}`, ...(region !== undefined && { region }) };
    if (scheme === "gs" || scheme === "gcs") return { type: "gcs", url: `gcs://${place}` };
  }
  throw new BkcacheError({
    code: "BK1002",
    message: "the bucket must be s3://BUCKET/PREFIX/, gs://BUCKET/PREFIX/, or none",
    hint: `other backends are declared in the config: ${docsUrl("config.md")}`,
  });
}
