import { readFileSync } from "node:fs";
import { join } from "node:path";
import { homeFolder } from "../host/home.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Settings of the AWS profile in force; one below another, such as those of `s3 =`, as `s3.addressing_style`. */
export interface AwsProfile {
  readonly settings: ReadonlyMap<string, string>;
  /** Those of the `services` section that the profile names. */
  readonly services: ReadonlyMap<string, string>;
}

/** Undefined for the default one. buildx and the AWS CLI take the second variable too. */
export function profileName(env: Env): string | undefined {
  return env["AWS_PROFILE"] || env["AWS_DEFAULT_PROFILE"] || undefined;
}

/** The two files that hold AWS profiles. */
export function profileFiles(env: Env): readonly { readonly path: string; readonly kind: "credentials" | "config" }[] {
  const inHome = (name: string) => join(homeFolder(env), ".aws", name);
  return [
    { path: env["AWS_SHARED_CREDENTIALS_FILE"] || inHome("credentials"), kind: "credentials" },
    { path: env["AWS_CONFIG_FILE"] || inHome("config"), kind: "config" },
  ];
}

/** A file that is not there has nothing. The credentials file counts before the other, as for the SDKs. */
export function readAwsProfile(env: Env): AwsProfile {
  const name = profileName(env) ?? "default";
  const files = profileFiles(env).map(({ path, kind }) => ({ text: readText(path), isConfig: kind === "config" }));
  const settings = new Map(
    files.toReversed().flatMap(({ text, isConfig }) => readSection(text, profileHead(name, isConfig))),
  );
  const services = settings.get("services");
  const head = services === undefined ? null : headOf(String.raw`services\s+`, services);
  return { settings, services: new Map(head === null ? [] : files.flatMap(({ text }) => readSection(text, head))) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** In the config file the sections of profiles other than the default begin with a word of their own. */
function profileHead(name: string, isConfig: boolean): RegExp {
  const word = !isConfig ? "" : name === "default" ? String.raw`(?:profile\s+)?` : String.raw`profile\s+`;
  return headOf(word, name);
}

function headOf(word: string, name: string): RegExp {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`^\[\s*${word}["']?${escaped}["']?\s*\]`);
}

function readSection(text: string, head: RegExp): readonly (readonly [key: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  let isInside = false;
  let above = "";
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("[")) isInside = head.test(line);
    if (!isInside) continue;
    const setting = /^(\s*)([^\s#;=[][^=]*?)\s*=\s*(.*)$/.exec(line);
    if (setting === null) continue;
    const [, indent = "", key = "", rest = ""] = setting;
    const value = rest.replace(/(?:^|\s+)[#;].*$/, "").trim();
    // An indented line belongs to the key above it.
    if (indent === "") above = key;
    if (value !== "") found.push([indent === "" ? key : `${above}.${key}`, value]);
  }
  return found;
}
