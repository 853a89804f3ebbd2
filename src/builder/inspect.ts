import { BkcacheError } from "../diagnostics/error.ts";
import { timedOut } from "../host/exec.ts";
import type { Buildx } from "./buildx.ts";

export interface BuilderNode {
  readonly name: string;
  readonly endpoint: string;
  /** As buildx says it: running, inactive, stopped; null where it does not say. */
  readonly status: string | null;
  /** Null where the node does not run or does not say. */
  readonly buildkitVersion: string | null;
  readonly platforms: readonly string[];
  /** Those that it was made for. */
  readonly pinned?: readonly string[];
  readonly error: string | null;
  /** Options of the driver. */
  readonly options: Readonly<Record<string, string>>;
  /** Of a node in Kubernetes that has several, each with layers and mounts of its own. */
  readonly pods?: number;
}

export interface Builder {
  readonly name: string;
  readonly driver: string;
  /** Why buildx cannot load the builder at all. */
  readonly error: string | null;
  readonly nodes: readonly BuilderNode[];
  /** Whether the nodes can write cache other than inline; null where unknown. */
  readonly canExportCache: boolean | null;
}

export interface InspectOptions {
  /** Buildx's current builder when left out. */
  readonly name?: string;
  /** Starts nodes that do not run. */
  readonly bootstrap?: boolean;
  readonly timeoutMs?: number;
}

/** A node that does not answer holds buildx for up to 20 s; nobody wants to wait so long for an error. */
const defaultTimeout = 10_000;
/** Pulling BuildKit's image takes its time. */
const bootstrapTimeout = 300_000;

/**
 * Asks buildx for one builder. The text form, since the JSON form (`ls`) connects to every builder there is.
 * Null where no builder has the name.
 * @throws BkcacheError BK4003 where buildx does not get an answer in time, BK4004 where nodes cannot be started.
 */
export async function inspectBuilder(buildx: Buildx, options: InspectOptions = {}): Promise<Builder | null> {
  const { name, bootstrap = false } = options;
  const timeoutMs = options.timeoutMs ?? (bootstrap ? bootstrapTimeout : defaultTimeout);
  // With -D the answer has the nodes' features.
  const args = ["inspect", "-D", ...(bootstrap ? ["--bootstrap"] : []), ...(name === undefined ? [] : [name])];
  const { exitCode, stdout, stderr } = await buildx.exec(args, { timeoutMs });
  if (exitCode === 0) return parseInspect(stdout);
  const called = name === undefined ? "buildx's current builder" : `builder "${name}"`;
  if (exitCode === timedOut) {
    throw new BkcacheError({
      code: "BK4003",
      message: `${called} does not answer: nothing within ${timeoutMs / 1000} s`,
      hint: "`docker buildx ls` shows the endpoint of every builder; is BuildKit running there?",
    });
  }
  const reason = lastError(stderr);
  if (/^no builder .* found$|^failed to find (builder|instance)/.test(reason)) return null;
  if (bootstrap) throw cannotStart(called, stderr);
  throw new BkcacheError({ code: "BK4003", message: `${called} does not answer: ${reason}` });
}

/** From the progress of a start, whose first step is to pull BuildKit's image. */
function cannotStart(called: string, stderr: string): BkcacheError {
  const [, image] = /^#\d+ pulling image (\S+)/m.exec(stderr) ?? [];
  const isPulled = image === undefined || /^#\d+ creating container/m.test(stderr);
  const reason = lastError(stderr).replace(/^Error response from daemon: /, "");
  return new BkcacheError({
    code: "BK4004",
    message: isPulled
      ? `${called} cannot be started: ${reason}`
      : `${called} cannot be started, since its image ${image} cannot be pulled: ${reason}`,
    ...(!isPulled && {
      hint: "pull or load the image into the docker engine, or name another with the driver's option image",
    }),
  });
}

/** What buildx said last, without its own label. */
export function lastError(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => line.startsWith("ERROR: ")) ?? lines.at(-1) ?? "buildx gave no reason";
  return error.replace(/^ERROR: /, "").trim();
}

/** Reads the output of `buildx -D inspect`. */
export function parseInspect(text: string): Builder {
  const head: Record<string, string> = {};
  const nodes: Record<string, string>[] = [];
  let current = head;
  let key = "";
  let inFeatures = false;
  const features: boolean[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    // Indented lines belong to a section (features, labels, GC rules, files).
    if (/^\s/.test(line)) {
      const feature = inFeatures ? /^\s+Cache export:\s+(true|false)\s*$/.exec(line) : null;
      if (feature !== null) features.push(feature[1] === "true");
      continue;
    }
    const field =
      /^(Name|Driver|Last Activity|Error|Nodes|Endpoint|Driver Options|Status|Platforms|Features|Labels|Devices|Flags|Build[Kk]it[\w ]*|GC Policy rule#\d+|File#[^:]*):\s*(.*)$/.exec(
        line,
      );
    if (field === null) {
      // An error may have several lines.
      if (key === "Error") current[key] += ` ${line.trim()}`;
      continue;
    }
    key = field[1] ?? "";
    inFeatures = key === "Features";
    if (key === "Name" && current !== head && "Name" in current) nodes.push((current = {}));
    if (key === "Nodes") nodes.push((current = {}));
    else current[key] = (field[2] ?? "").trim();
  }
  return {
    name: head["Name"] ?? "",
    driver: head["Driver"] ?? "",
    error: head["Error"] ?? null,
    nodes: joinPods(nodes.filter((node) => "Name" in node).map(readNode)),
    canExportCache: features.length === 0 ? null : features.every(Boolean),
  };
}

/**
 * buildx lists the pods of a node in Kubernetes as nodes of one name; a build takes one of them for all its platforms.
 * Source: builder/node.go of docker/buildx, DynamicNodes.
 */
function joinPods(nodes: readonly BuilderNode[]): readonly BuilderNode[] {
  const names = new Set(nodes.map(({ name }) => name));
  return Array.from(names, (name) => {
    const [first, ...others] = nodes.filter((node) => node.name === name) as [BuilderNode, ...BuilderNode[]];
    return others.length === 0 ? first : { ...first, pods: others.length + 1 };
  });
}

function readNode(fields: Readonly<Record<string, string>>): BuilderNode {
  // "Buildkit" before buildx 0.13, "BuildKit version" since.
  const version = Object.entries(fields).find(([key]) => /^buildkit( version)?$/i.test(key))?.[1];
  const platforms = (fields["Platforms"] ?? "").split(/,\s*/).filter(Boolean);
  // The star marks a platform that was asked for when the node was made.
  const pinned = platforms.filter((platform) => platform.endsWith("*"));
  return {
    name: fields["Name"] ?? "",
    endpoint: fields["Endpoint"] ?? "",
    status: fields["Status"] ?? null,
    buildkitVersion: version === undefined || version === "" ? null : version,
    platforms: platforms.map((platform) => platform.replace(/\*$/, "")),
    ...(pinned.length > 0 && { pinned: pinned.map((platform) => platform.slice(0, -1)) }),
    error: fields["Error"] ?? null,
    options: readOptions(fields["Driver Options"] ?? ""),
  };
}

/** `key="value" other="value"`, values quoted as Go does, which JSON reads but for rare escapes. */
function readOptions(text: string): Readonly<Record<string, string>> {
  const options: Record<string, string> = {};
  for (const [, key = "", quoted = ""] of text.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*")/g)) {
    try {
      options[key] = String(JSON.parse(quoted));
    } catch {
      options[key] = quoted.slice(1, -1);
    }
  }
  return options;
}
