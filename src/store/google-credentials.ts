import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf, parseJson } from "../host/json.ts";
import { strayCharacter } from "../host/stray-character.ts";
import type { Env } from "./endpoint.ts";

/** Where Google's SDKs send the assertion of a service account, whatever its key file says. */
export const googleTokenUrl = "https://oauth2.googleapis.com/token";

/** Whether a file of application default credentials is named, or where gcloud puts it: below HOME alone, as for Google's SDK. */
export function hasDefaultCredentials(env: Env): boolean {
  if (env["GOOGLE_APPLICATION_CREDENTIALS"]) return true;
  const config = env["CLOUDSDK_CONFIG"] || (env["HOME"] ? join(env["HOME"], ".config", "gcloud") : "");
  return config !== "" && existsSync(join(config, "application_default_credentials.json"));
}

/** What the file that GOOGLE_APPLICATION_CREDENTIALS names says of itself. */
export interface GoogleFile {
  readonly path: string;
  readonly type: string;
  /** Its token endpoint, which the SDK for Node does not look at though those for other languages do; null for Google's own. */
  readonly tokenUrl: string | null;
}

/**
 * Null without the variable.
 * @throws BkcacheError BK5023 where the file cannot be read or is no JSON: the SDK's own words for it vary, and show a key that
 * stands in the variable itself.
 */
export function readGoogleFile(backend: string, env: Env): GoogleFile | null {
  const path = env["GOOGLE_APPLICATION_CREDENTIALS"];
  if (!path) return null;
  const unusable = (
    reason: string,
    hint = "name the JSON key file of a service account, or the file of another kind of application default credentials",
    cause?: unknown,
  ) =>
    new BkcacheError({
      code: "BK5023",
      message: `backend "${backend}": GOOGLE_APPLICATION_CREDENTIALS ${reason}`,
      hint,
      ...(cause !== undefined && { cause }),
    });
  if (isKeyText(path)) {
    throw unusable(
      "holds the text of a key, where it is to hold the path of a file",
      "write the text to a file outside of the build context and set the variable to its path, or use an action or a file variable of the CI service",
    );
  }
  const stray = strayCharacter(path.replaceAll(/(?<=\S) +(?=\S)/g, ""));
  if (stray !== null) throw unusable(`holds ${stray}`, "set it to the path of the file and nothing else");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw unusable(`names ${path}, which cannot be read`, undefined, cause);
  }
  const file = parseJson(text);
  const type = fieldOf(file, "type");
  if (typeof type !== "string") throw unusable(`names ${path}, which is no credentials file`);
  const url = fieldOf(file, "token_uri");
  const isOther = type === "service_account" && typeof url === "string" && url !== googleTokenUrl;
  return { path, type, tokenUrl: isOther ? url : null };
}

/** JSON, or its base64, as secrets of CI services often hold it. */
function isKeyText(value: string): boolean {
  return /^\s*["']?\s*\{/.test(value) || /^\s*\{/.test(Buffer.from(value.slice(0, 64), "base64").toString("latin1"));
}
