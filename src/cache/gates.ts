import type { Entry } from "../bake/model.ts";
import { showText, type Text } from "../config/text.ts";
import { levelOf } from "../config/rules/levels.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import { type BuildxFeature, missingFeatures } from "./features.ts";
import type { Builder } from "../builder/inspect.ts";
import { isLoopback } from "../builder/endpoint.ts";
import { isAtLeast, isLine, parseBuildkitVersion, type Version } from "../builder/versions.ts";

/** One cache entry that the run would pass to bake. */
export interface EntryInUse {
  readonly target: string;
  /** Name of the declared backend; null for an entry of the user's own. */
  readonly backend: string | null;
  readonly direction: "from" | "to";
  readonly entry: Entry;
  /** Number of platforms that the target is built for; null where unknown. */
  readonly platforms: number | null;
}

export interface GateInput {
  readonly entries: readonly EntryInUse[];
  readonly builder: Pick<Builder, "name" | "driver" | "nodes" | "canExportCache">;
  /** Null where unknown. */
  readonly buildx: Version | null;
  readonly features: readonly BuildxFeature[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `rules` of the config. */
  readonly rules?: Readonly<Record<string, "error" | "warn" | "off">>;
}

interface DroppedBackend {
  readonly backend: string;
  readonly diagnostic: Diagnostic;
}

/** What builder and tools make of a plan's cache. */
export interface GateResult {
  /** Backends that the run goes on without, each once. */
  readonly drop: readonly DroppedBackend[];
  /** Findings that end the run before the build. */
  readonly stop: readonly Diagnostic[];
  readonly warn: readonly Diagnostic[];
}

/** Checks what is known before the build. Versions that cannot be read are taken as new. */
export function checkGates(input: GateInput): GateResult {
  const { rules = {} } = input;
  const drop = new Map<string, Diagnostic>();
  const stop: Diagnostic[] = [];
  const warn: Diagnostic[] = [];
  for (const verdict of [...checkDriver(input), ...checkToken(input)]) {
    const { backend } = verdict;
    // An entry of the user's own is left to buildx, which skips it without a word.
    if (backend === null) warn.push(verdict.diagnostic);
    else if (!drop.has(backend)) drop.set(backend, verdict.diagnostic);
  }
  const left = { ...input, entries: input.entries.filter(({ backend }) => backend === null || !drop.has(backend)) };
  for (const check of [checkExport, checkLoopback, checkBuildkit, checkNodes, checkBuildx]) {
    for (const finding of check(left)) {
      const level = levelOf(finding.diagnostic.code, rules ?? {});
      if (level === "error" && finding.mild !== true) stop.push(finding.diagnostic);
      else if (level !== "off") warn.push(finding.diagnostic);
    }
  }
  return {
    drop: Array.from(drop, ([backend, diagnostic]) => ({ backend, diagnostic })),
    stop: distinct(stop),
    warn: distinct(warn),
  };
}

interface Finding {
  readonly diagnostic: Diagnostic;
  /** A warning at most. */
  readonly mild?: boolean;
}
interface Verdict {
  readonly backend: string | null;
  readonly diagnostic: Diagnostic;
}

function checkDriver({ entries, builder }: GateInput): readonly Verdict[] {
  if (builder.driver !== "docker") return [];
  return entries
    .filter(({ entry, direction }) => {
      const type = typeOf(entry);
      if (type === "s3" || type === "azblob") return true;
      return type === "gha" && direction === "from" && builder.canExportCache === false;
    })
    .map((use) => ({
      backend: use.backend,
      diagnostic: {
        code: "BK4010",
        message: `${calledBackend(use)} is left out: builder ${builder.name} has the docker driver, which has no ${typeOf(use.entry)} cache`,
        hint: "make a builder that has it: docker buildx create --driver docker-container --name ci, then --builder ci",
      },
    }));
}

/** buildx drops gha entries without a word where it has no token for them. */
function checkToken({ entries, env }: GateInput): readonly Verdict[] {
  return entries
    .filter(({ entry }) => {
      if (typeOf(entry) !== "gha") return false;
      const hasToken = isSet(entry["token"]) || isSet(env["ACTIONS_RUNTIME_TOKEN"]);
      const hasUrl =
        isSet(entry["url"]) ||
        isSet(entry["url_v2"]) ||
        isSet(env["ACTIONS_CACHE_URL"]) ||
        isSet(env["ACTIONS_RESULTS_URL"]);
      return !hasToken || !hasUrl;
    })
    .map((use) => ({
      backend: use.backend,
      diagnostic: {
        code: "BK5001",
        message: `${calledBackend(use)} is left out: ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL are not set`,
        hint: "GitHub gives them to actions only, not to run steps; crazy-max/ghaction-github-runtime hands them on",
      },
    }));
}

function checkExport({ entries, builder }: GateInput): readonly Finding[] {
  if (builder.driver !== "docker" || builder.canExportCache !== false) return [];
  return entries
    .filter(({ entry, direction }) => direction === "to" && typeOf(entry) !== "inline")
    .map((use) => ({
      diagnostic: {
        code: "BK4011",
        message: `builder ${builder.name} has the docker driver without the containerd image store and cannot write to ${calledBackend(use)}`,
        hint: "turn the containerd image store on in the docker engine, or use a docker-container builder",
      },
    }));
}

/** BuildKit moves layers itself, and in a container of its own a loopback address is not this machine. */
function checkLoopback({ entries, builder }: GateInput): readonly Finding[] {
  if (builder.driver !== "docker-container") return [];
  const isApart = builder.nodes.some(({ options }) => options["network"] !== "host");
  if (!isApart) return [];
  return entries
    .filter(({ entry }) => {
      const endpoint = entry["endpoint_url"];
      const url = typeof endpoint === "string" ? URL.parse(endpoint) : null;
      return url !== null && isLoopback(url.hostname.replace(/^\[(.*)\]$/, "$1"));
    })
    .map((use) => ({
      diagnostic: {
        code: "BK4016",
        message: `builder ${builder.name} does not reach ${calledBackend(use)} at ${showText(use.entry["endpoint_url"] ?? "")}: in its container that is another machine`,
        hint: "make the builder with the machine's network: docker buildx create --driver docker-container --driver-opt network=host, or builder.options.network of the config",
      },
    }));
}

function checkBuildkit({ entries, builder }: GateInput): readonly Finding[] {
  const findings: Finding[] = [];
  for (const node of builder.nodes) {
    const version = parseBuildkitVersion(node.buildkitVersion);
    const at = `builder ${builder.name} runs BuildKit ${node.buildkitVersion} (node ${node.name})`;
    for (const use of entries) {
      findings.push(...findIgnored(use, version, at));
      if (typeOf(use.entry) !== "s3") continue;
      if (isSet(use.entry["disable_accept_encoding"]) && !isAtLeast(version, "0.30")) {
        findings.push({
          diagnostic: {
            code: "BK4012",
            message: `${calledBackend(use)} needs BuildKit 0.30 or later; ${at}`,
            hint: "use a builder with BuildKit 0.32 or later",
          },
        });
      } else if (isForeign(use.entry) && (isLine(version, 0, 26) || isLine(version, 0, 31))) {
        findings.push({
          mild: use.direction === "from",
          diagnostic: {
            code: "BK4013",
            message: `${calledBackend(use)} is not AWS, and writing there fails with this version: ${at}`,
            hint: "use a builder with another version of BuildKit, best 0.32 or later",
          },
        });
      }
    }
  }
  return findings;
}

/** Attributes that work from a version of BuildKit on, by type; older ones take and ignore them. */
const ignoredBefore: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: { retry_mode: "0.30", retry_max_attempts: "0.30" },
  local: { reset: "0.31" },
};

function findIgnored(use: EntryInUse, version: Version | null, at: string): readonly Finding[] {
  return Object.entries(ignoredBefore[typeOf(use.entry)] ?? {})
    .filter(([attribute, since]) => isSet(use.entry[attribute]) && !isAtLeast(version, since))
    .map(([attribute, since]) => ({
      mild: true,
      diagnostic: {
        code: "BK4012",
        message: `${attribute} of ${calledBackend(use)} has no effect before BuildKit ${since}; ${at}`,
        hint: "use a builder with BuildKit 0.32 or later",
      },
    }));
}

function checkNodes({ entries, builder }: GateInput): readonly Finding[] {
  if (builder.nodes.length < 2) return [];
  return entries
    .filter(({ entry, backend, direction, platforms }) => {
      // One platform is built on one node.
      return direction === "to" && backend !== null && typeOf(entry) !== "inline" && platforms !== 1 && platforms !== 0;
    })
    .map((use) => ({
      diagnostic: {
        code: "BK4015",
        message: `target ${use.target} has several platforms, and builder ${builder.name} builds them on ${builder.nodes.length} nodes: each would overwrite the cache of the other in ${calledBackend(use)}`,
        hint: "use a builder with one node, or one target for each platform",
      },
    }));
}

function checkBuildx({ buildx, features }: GateInput): readonly Finding[] {
  if (buildx === null) return [];
  return missingFeatures(features, buildx).map(({ name, since }) => ({
    diagnostic: {
      code: "BK4014",
      message: `${name} needs buildx ${since} or later; this is ${buildx.major}.${buildx.minor}.${buildx.patch}`,
      hint: "install a newer buildx",
    },
  }));
}

function calledBackend({ backend, entry }: EntryInUse): string {
  return backend === null ? `a cache entry of type ${typeOf(entry)}` : `backend ${backend} (${typeOf(entry)})`;
}

function typeOf(entry: Entry): string {
  return showText(entry["type"] ?? "");
}

function isSet(text: Text | undefined): boolean {
  return text !== undefined && text !== "" && text !== "false";
}

/** Whether the entry goes to a server other than AWS; an endpoint that is known only later counts as one. */
function isForeign(entry: Entry): boolean {
  const endpoint = entry["endpoint_url"];
  if (endpoint === undefined || endpoint === "") return false;
  if (typeof endpoint !== "string") return true;
  const host = URL.parse(endpoint)?.hostname ?? "";
  return !/(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(host);
}

/** Findings that say the same of several targets are said once. */
function distinct(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  return Array.from(new Map(findings.map((finding) => [finding.message, finding])).values());
}
