import { csvLine } from "../config/csv.ts";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { BuilderDefinition } from "../config/schema.gen.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import { endpointSchemes, parseEndpoint } from "./endpoint.ts";

type Env = Readonly<Record<string, string | undefined>>;

export interface BuilderRequest {
  /** Value of `--builder`. */
  readonly flag?: string | undefined;
  /** `builder` of the config. */
  readonly definition?: string | BuilderDefinition | undefined;
  /** Folder of the config: relative paths of the definition count from it. Absolute. */
  readonly dir: string;
  /**
   * Folder that buildx is started in to connect, `dir` when left out: in Kubernetes it takes the pod of a builder by that, as
   * `bake` does by its own folder and `build` by that of the context. Absolute.
   */
  readonly from?: string | undefined;
}

/** What a builder of bkcache's own is. Paths are absolute. */
export interface BuilderSpec {
  readonly driver: string;
  readonly endpoint: string | null;
  /** As `--driver-opt` takes them. */
  readonly options: Readonly<Record<string, string>>;
  readonly platforms: readonly string[];
  readonly buildkitdFlags: string | null;
  readonly buildkitdConfig: string | null;
}

/** Which builder a run uses, and what says so. */
export type BuilderChoice =
  | { readonly kind: "existing"; readonly name: string; readonly source: string }
  | { readonly kind: "own"; readonly spec: BuilderSpec; readonly source: string }
  | { readonly kind: "current"; readonly source: string };

/**
 * `--builder` and BUILDX_BUILDER, of which the flag wins as it does in buildx, then the config's `builder`,
 * then BUILDKIT_HOST, then buildx's current builder. An empty variable counts as unset.
 * @throws BkcacheError BK4007 where the definition or the address makes no sense.
 */
export function chooseBuilder(env: Env, request: BuilderRequest): BuilderChoice {
  const { flag, definition, dir } = request;
  if (flag) return { kind: "existing", name: flag, source: "--builder" };
  if (env["BUILDX_BUILDER"]) return { kind: "existing", name: env["BUILDX_BUILDER"], source: "BUILDX_BUILDER" };
  if (typeof definition === "string") return { kind: "existing", name: definition, source: "builder in the config" };
  if (definition !== undefined) return readDefinition(definition, dir);
  const address = env["BUILDKIT_HOST"];
  if (!address) return { kind: "current", source: "buildx's current builder" };
  const endpoint = parseEndpoint(address);
  if (typeof endpoint === "string") throw BkcacheError.of([endpointFault("BUILDKIT_HOST", endpoint)]);
  return { kind: "own", spec: { ...emptySpec, driver: "remote", endpoint: address }, source: "BUILDKIT_HOST" };
}

const emptySpec: BuilderSpec = {
  driver: "docker-container",
  endpoint: null,
  options: {},
  platforms: [],
  buildkitdFlags: null,
  buildkitdConfig: null,
};

/** TLS files of the config, by the option of the remote driver that takes them. */
const tlsOptions = [
  ["ca", "cacert"],
  ["cert", "cert"],
  ["key", "key"],
] as const;

function readDefinition(definition: BuilderDefinition, dir: string): BuilderChoice {
  const source = "builder in the config";
  const { name, driver: written, ...rest } = definition;
  const others = Object.keys(rest);
  if (name !== undefined) {
    if (written !== undefined || others.length > 0) {
      throw definitionFault([
        `builder.name is an existing builder, which ${[...(written === undefined ? [] : ["driver"]), ...others].join(", ")} cannot change`,
      ]);
    }
    return { kind: "existing", name, source };
  }
  const { endpoint, options = {}, platforms = [], buildkitdFlags, buildkitdConfig, tls } = rest;
  const driver = written ?? (endpoint === undefined && tls === undefined ? "docker-container" : "remote");
  const faults: string[] = [];
  if (driver === "docker") {
    // buildx makes no builders of this driver: there is one for each docker context, under its name.
    const extra = others.filter((key) => key !== "endpoint");
    if (extra.length > 0) throw definitionFault([`the docker driver has no ${extra.join(", ")}`]);
    return { kind: "existing", name: endpoint ?? "default", source };
  }
  if (driver === "remote") {
    if (endpoint === undefined) faults.push("the remote driver needs an endpoint");
    if (buildkitdFlags !== undefined) faults.push("the remote driver has no buildkitdFlags: its BuildKit already runs");
    if (buildkitdConfig !== undefined)
      faults.push("the remote driver has no buildkitdConfig: its BuildKit already runs");
  } else if (tls !== undefined) {
    faults.push(`tls is for the remote driver, not for ${driver}`);
  }
  if (driver === "kubernetes" && endpoint !== undefined) faults.push("the kubernetes driver has no endpoint");
  faults.push(
    ...Object.keys(options)
      .filter(holdsSecret)
      .map((key) => `the option ${key} would show a secret in the list of processes and in buildx's files`),
  );
  if (faults.length > 0) throw definitionFault(faults);
  if (driver === "remote" && endpoint !== undefined) {
    const parsed = parseEndpoint(endpoint);
    if (typeof parsed === "string") throw BkcacheError.of([endpointFault("builder.endpoint", parsed)]);
  }

  const given = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, String(value)]));
  for (const [key, option] of tlsOptions) {
    const path = tls?.[key];
    if (path !== undefined) given[option] = path;
    // buildx refuses relative paths here.
    if (driver === "remote" && given[option] !== undefined) given[option] = resolve(dir, given[option]);
  }
  if (tls?.serverName !== undefined) given["servername"] = tls.serverName;
  const spec: BuilderSpec = {
    driver,
    endpoint: endpoint ?? null,
    options: given,
    platforms,
    buildkitdFlags: buildkitdFlags ?? null,
    buildkitdConfig: buildkitdConfig === undefined ? null : resolve(dir, buildkitdConfig),
  };
  return { kind: "own", spec, source };
}

function holdsSecret(option: string): boolean {
  return /^env\..*(SECRET|TOKEN|PASSWORD|PASSWD|ACCESS_KEY|PRIVATE_KEY|API_KEY)/i.test(option);
}

function definitionFault(faults: readonly string[]): BkcacheError {
  return BkcacheError.of(faults.map((message): Diagnostic => ({ code: "BK4007", message, path: "builder" })));
}

function endpointFault(place: string, reason: string): Diagnostic {
  return {
    code: "BK4007",
    message: `${place}: ${reason}`,
    hint: `an address as ${endpointSchemes.map((scheme) => `${scheme}://`).join(", ")}`,
    ...(place.startsWith("builder") ? { path: place } : {}),
  };
}

/**
 * The name of a builder of bkcache's own: the same for the same builder, in every project and on every run.
 * `surroundings` is what it is besides its spec: contents of the BuildKit config, the docker engine it lives on.
 */
export function nameOf(spec: BuilderSpec, surroundings: readonly string[]): string {
  const { driver, endpoint, platforms, buildkitdFlags, buildkitdConfig } = spec;
  const options = Object.entries(spec.options).sort(([a], [b]) => (a < b ? -1 : 1));
  const identity = [driver, endpoint, options, platforms, buildkitdFlags, buildkitdConfig, surroundings];
  return `bkcache-${createHash("sha256").update(JSON.stringify(identity)).digest("hex").slice(0, 12)}`;
}

/** The arguments of `buildx create` for a spec. */
export function createArgs(name: string, spec: BuilderSpec): readonly string[] {
  const args = ["create", "--name", name, "--driver", spec.driver];
  // buildx reads each of them as a line of CSV.
  for (const [key, value] of Object.entries(spec.options)) args.push("--driver-opt", csvLine([`${key}=${value}`]));
  for (const platform of spec.platforms) args.push("--platform", platform);
  if (spec.buildkitdFlags !== null) args.push("--buildkitd-flags", spec.buildkitdFlags);
  if (spec.buildkitdConfig !== null) args.push("--buildkitd-config", spec.buildkitdConfig);
  if (spec.endpoint !== null) args.push(spec.endpoint);
  return args;
}
