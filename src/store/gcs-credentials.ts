import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf, parseJson } from "../host/json.ts";
import type { Env } from "./endpoint.ts";

/** Where Google's SDKs send the assertion of a service account, whatever its key file says. */
export const googleTokenUrl = "https://oauth2.googleapis.com/token";

/** Whether a file of application default credentials is named, or where gcloud puts it. */
export function hasDefaultCredentials(env: Env): boolean {
  if (env["GOOGLE_APPLICATION_CREDENTIALS"]) return true;
  const config = env["CLOUDSDK_CONFIG"] || (env["HOME"] ? join(env["HOME"], ".config", "gcloud") : "");
  return config !== "" && existsSync(join(config, "application_default_credentials.json"));
}

/**
 * What the file that GOOGLE_APPLICATION_CREDENTIALS names says of its token endpoint, which the SDK for Node does not
 * look at though those for other languages do. Null without the variable, and for kinds of credentials that have none.
 * @throws BkcacheError BK5023 where the file cannot be read or is no JSON: the SDK's own words for it vary.
 */
export function readTokenUrl(backend: string, env: Env): string | null {
  const path = env["GOOGLE_APPLICATION_CREDENTIALS"];
  if (!path) return null;
  const unusable = (reason: string, cause?: unknown) =>
    new BkcacheError({
      code: "BK5023",
      message: `backend "${backend}": GOOGLE_APPLICATION_CREDENTIALS names ${path}, which ${reason}`,
      hint: "name the JSON key file of a service account, or the file of another kind of application default credentials",
      ...(cause !== undefined && { cause }),
    });
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable("cannot be read", cause);
  }
  const file = parseJson(text);
  const type = fieldOf(file, "type");
  if (typeof type !== "string") throw unusable("is no credentials file");
  const url = fieldOf(file, "token_uri");
  return type === "service_account" && typeof url === "string" && url !== googleTokenUrl ? url : null;
}
