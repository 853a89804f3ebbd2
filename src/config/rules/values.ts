import { suggest } from "../../diagnostics/nearest.ts";
import { parseOptionCsv } from "../csv.ts";
import type { Path } from "../source-map.ts";
import { attributeSets, type RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** containerd's platform: os[(version)][/arch[/variant]], or `local`. */
const platform = /^[A-Za-z0-9_.-]+(\([^()]*\))?(\/[A-Za-z0-9_.-]+){0,2}$/;

export function* checkPlatforms({ config }: RuleContext): Iterable<Finding> {
  for (const [path, { platforms }] of attributeSets(config)) {
    if (typeof platforms === "string") continue;
    for (const [i, text] of (platforms ?? []).entries()) {
      if (text.includes("${") || platform.test(text)) continue;
      const hint = text.includes(",") ? "write one list item for each platform" : "write os/arch, such as linux/amd64";
      yield {
        code: "BK2081",
        path: [...path, "platforms", i],
        message: `${JSON.stringify(text)} is no platform`,
        hint,
      };
    }
  }
}

export function* checkNetworks({ config }: RuleContext): Iterable<Finding> {
  for (const [path, { network }] of attributeSets(config)) {
    if (network === undefined || network.includes("${") || ["", "default", "host", "none"].includes(network)) continue;
    const near = suggest(network, ["default", "host", "none"]);
    const hint =
      near === undefined
        ? "a network of docker's is an option of the builder: builder.options.network"
        : `did you mean ${near}?`;
    yield {
      code: "BK2080",
      path: [...path, "network"],
      message: `network must be default, host or none, not ${JSON.stringify(network)}`,
      hint,
    };
  }
}

const secretFields = new Set(["id", "src", "source", "env", "type"]);

export function* checkSecrets({ config }: RuleContext): Iterable<Finding> {
  for (const [path, { secret }] of attributeSets(config)) {
    for (const [i, entry] of (secret ?? []).entries()) {
      const at = [...path, "secret", i];
      if (typeof entry !== "string") {
        if (entry.src !== undefined && entry.env !== undefined) {
          yield { code: "BK2012", path: at, message: "a secret comes from src or from env, not from both" };
        }
        continue;
      }
      if (entry.includes("${")) continue;
      const fields = parseOptionCsv(entry);
      const unknown = fields?.find(({ key }) => !secretFields.has(key.toLowerCase()));
      if (fields === null || unknown !== undefined) {
        yield {
          code: "BK2012",
          path: at,
          message:
            unknown === undefined ? "the secret is no valid CSV" : `a secret knows no ${JSON.stringify(unknown.key)}`,
          hint: "write id=NAME,env=VARIABLE or id=NAME,src=FILE",
        };
      }
    }
  }
}

/** bake reads `-` as standard input, which the bake file itself takes. */
export function* checkContexts({ config }: RuleContext): Iterable<Finding> {
  for (const [path, set] of attributeSets(config)) {
    for (const key of ["context", "dockerfile"] as const) {
      if (set[key] === "-") yield { code: "BK2012", path: [...path, key], message: `${key} cannot be standard input` };
    }
  }
}

export function* checkExternal({ config, names }: RuleContext): Iterable<Finding> {
  for (const [i, name] of (config.external ?? []).entries()) {
    if (names.targets.has(name))
      yield { code: "BK2012", path: ["external", i], message: `${name} is declared under targets and external` };
  }
}

export function* checkBuilder({ config }: RuleContext): Iterable<Finding> {
  const { builder } = config;
  if (builder === undefined || typeof builder === "string") return;
  const { tls } = builder;
  for (const [one, other] of [
    ["cert", "key"],
    ["key", "cert"],
  ] as const) {
    if (tls?.[one] !== undefined && tls[other] === undefined) {
      yield { code: "BK2013", path: ["builder", "tls"], atKey: true, message: `tls has ${one} and lacks ${other}` };
    }
  }
  if (tls !== undefined && tls.ca === undefined)
    yield { code: "BK2013", path: ["builder", "tls"], atKey: true, message: "tls lacks ca" };
  if (builder.name === undefined && builder.driver === undefined && builder.endpoint === undefined) {
    yield { code: "BK2013", path: ["builder"], atKey: true, message: "builder lacks name, driver or endpoint" };
  }
}

/** HCL turns strings into NFC, so that a path in another form names no file any more. */
export function* checkNormalForms({ config }: RuleContext): Iterable<Finding> {
  const found: Finding[] = [];
  const check = (text: string | undefined, path: Path) => {
    if (text === undefined || text.normalize("NFC") === text) return;
    found.push({
      code: "BK2053",
      path,
      message: `the path ${JSON.stringify(text)} is not in Unicode's normal form C`,
      hint: "rename the file or folder: macOS tends to write names in form D",
    });
  };
  for (const [name, backend] of Object.entries(config.backends ?? {})) {
    if (backend.type === "local") check(backend.path, ["backends", name, "path"]);
  }
  for (const [path, set] of attributeSets(config)) {
    check(set.context, [...path, "context"]);
    check(set.dockerfile, [...path, "dockerfile"]);
    for (const [key, value] of Object.entries(set.contexts ?? {})) check(value, [...path, "contexts", key]);
    for (const [i, entry] of (set.secret ?? []).entries())
      check(typeof entry === "string" ? entry : entry.src, [...path, "secret", i]);
    for (const key of ["output", "cacheFrom", "cacheTo"] as const) {
      const entries = set[key];
      if (!Array.isArray(entries)) continue;
      for (const [i, entry] of entries.entries()) {
        const texts = typeof entry === "string" ? [entry] : [entry["dest"], entry["src"]];
        for (const text of texts) check(typeof text === "string" ? text : undefined, [...path, key, i]);
      }
    }
  }
  yield* found;
}
