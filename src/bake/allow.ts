import { isAbsolute, join, normalize, resolve } from "node:path";
import { optionsOf } from "../config/csv.ts";
import type { Text, TextPart } from "../config/text.ts";
import { isGitOverSsh, isRemote, parseOciLayout } from "./location.ts";
import type { BakeTarget, Entry, SshEntry } from "./model.ts";
import type { Override } from "./override.ts";

export interface AllowOptions {
  /** Where bake runs; what is below needs no permission. Absolute. */
  readonly cwd: string;
  /** Resolves symbolic links; null where the path does not exist. */
  readonly realpath: (path: string) => string | null;
  /** A secret without source comes from the variable of its name, else from the file. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Needs {
  readonly read: Set<string>;
  readonly write: Set<string>;
  readonly other: Set<string>;
}

/**
 * The values of `--allow` that bake would refuse to go on without, and no more: whoever wrote the definition
 * has agreed to what it says. `targets` are those of one run, linked ones included, with literal texts;
 * paths in them are relative to `cwd`. Sorted.
 */
export function computeAllow(targets: Readonly<Record<string, BakeTarget>>, options: AllowOptions): readonly string[] {
  const needs: Needs = { read: new Set(), write: new Set(), other: new Set() };
  for (const target of Object.values(targets)) {
    collectSources(target, needs.read);
    collectCaches(target, needs);
    collectOutputs(target, needs);
    collectSecrets(target, needs, options.env);
    collectEntitlements(target, needs.other);
  }
  return listAllow(needs, options);
}

/**
 * The values of `--allow` that bake takes from `--set` by itself: paths of outputs, secrets and ssh keys. For a run
 * whose definition has the overrides in it already, so that bake does not see them.
 */
export function allowOverrides(overrides: readonly Override[], options: AllowOptions): readonly string[] {
  const needs: Needs = { read: new Set(), write: new Set(), other: new Set() };
  for (const { key, value } of overrides) {
    if (value === null || value === "") continue;
    if (key === "output") collectOutputs({ output: [value] }, needs);
    else if (key === "secret" || key === "secrets") collectSecrets({ secret: [value] }, needs, options.env);
    else if (key === "ssh") collectSecrets({ ssh: [value] }, needs, options.env);
  }
  return listAllow(needs, options);
}

/** Whether values of `--allow` cover one that `computeAllow` names. */
export function isAllowed(right: string, given: readonly string[], realpath: AllowOptions["realpath"]): boolean {
  const [, kind, path] = /^fs\.(read|write)=(.*)$/.exec(right) ?? [];
  if (kind === undefined || path === undefined) return given.includes(right);
  return given.some((value) => {
    const [, ofKind, parent = ""] = /^fs(?:\.(read|write))?=(.*)$/.exec(value) ?? [];
    if (parent === "" || (ofKind !== undefined && ofKind !== kind)) return false;
    return parent === "*" || isWithin(path, nearestExisting(parent, realpath));
  });
}

function listAllow({ read, write, other }: Needs, options: AllowOptions): readonly string[] {
  const paths = (key: string, found: Iterable<string>) => outermost(found, options).map((path) => `${key}=${path}`);
  return [...paths("fs.read", read), ...paths("fs.write", write), ...other].sort();
}

function collectSources(target: BakeTarget, read: Set<string>): void {
  const context = literal(target.context) ?? ".";
  const dockerfile = literal(target.dockerfile) ?? "Dockerfile";
  const isLocal = !isRemote(context);
  addLocation(context, read);
  if (dockerfile.startsWith("cwd://")) read.add(dockerfile.slice("cwd://".length));
  // For a remote context bake asks for the path all the same, as if it were below the working directory.
  else read.add(isLocal && !isAbsolute(dockerfile) ? join(withoutCwd(context), dockerfile) : normalize(dockerfile));
  for (const named of Object.values(target.contexts ?? {})) {
    const location = literal(named);
    if (location !== null) addLocation(location, read);
  }
}

function addLocation(location: string, read: Set<string>): void {
  const layout = parseOciLayout(location);
  if (layout !== null) read.add(layout.path);
  else if (!isRemote(location) && !/^(target|docker-image):/.test(location)) read.add(withoutCwd(location));
}

function withoutCwd(location: string): string {
  return location.startsWith("cwd://") ? location.slice("cwd://".length) : location;
}

function collectCaches(target: BakeTarget, { read, write }: Needs): void {
  for (const entry of entriesOf(target["cache-from"])) {
    if (entry["type"] === "local" && entry["src"] !== undefined) read.add(entry["src"]);
  }
  for (const entry of entriesOf(target["cache-to"])) {
    if (entry["type"] === "local" && entry["dest"] !== undefined) write.add(entry["dest"]);
  }
}

function collectOutputs(target: BakeTarget, { write, other }: Needs): void {
  const outputs = target.output ?? [];
  if ("variable" in outputs) return;
  for (const output of outputs) {
    const text = typeof output === "string" ? output : null;
    // A bare path is type=local.
    if (text !== null && !/[,"]/.test(text) && !text.startsWith("type=")) {
      if (text !== "-") write.add(text);
      continue;
    }
    const [entry = {}] = entriesOf([output]);
    const { type, dest, mode } = entry;
    const isFile = type === "local" || type === "tar" || type === "oci" || type === "docker";
    if (isFile && dest !== undefined && dest !== "" && dest !== "-") write.add(dest);
    if (type === "local" && mode === "delete") other.add("buildx.local.delete");
  }
}

function collectSecrets(target: BakeTarget, { read, other }: Needs, env: AllowOptions["env"]): void {
  for (const secret of entriesOf(target.secret)) {
    const id = secret["id"] ?? "";
    const fromEnv = secret["type"] === "env" || (secret["env"] ?? "") !== "";
    const source = secret["src"] ?? secret["source"] ?? "";
    if (fromEnv && (secret["type"] === "env" || source === "")) continue;
    if (source !== "") read.add(source);
    else if (env[id] === undefined) read.add(id);
  }
  const ssh = target.ssh ?? [];
  for (const entry of ssh) {
    const paths = sshPaths(entry);
    if (paths.length === 0) other.add("ssh");
    for (const path of paths) read.add(path);
  }
  const context = literal(target.context);
  // buildx then forwards the default agent on its own.
  if (ssh.length === 0 && context !== null && isGitOverSsh(context)) other.add("ssh");
}

function sshPaths(entry: SshEntry | Text): readonly string[] {
  if (typeof entry === "string") {
    const equals = entry.indexOf("=");
    return equals === -1 ? [] : entry.slice(equals + 1).split(",");
  }
  return "id" in entry ? (entry.paths ?? []).flatMap((path) => literal(path) ?? []) : [];
}

function collectEntitlements(target: BakeTarget, other: Set<string>): void {
  if (literal(target.network) === "host") other.add("network.host");
  const entitlements = target.entitlements ?? [];
  if ("variable" in entitlements) return;
  for (const text of entitlements) {
    const entitlement = literal(text);
    if (entitlement === null) continue;
    if (entitlement === "network.host" || entitlement === "security.insecure") other.add(entitlement);
    if (/^device(=|$)/.test(entitlement)) other.add(entitlement);
  }
}

/** Entries as pairs of literal texts; a string is read as the CSV that buildx takes. */
function entriesOf(entries: readonly (Entry | Text)[] | undefined): readonly Readonly<Record<string, string>>[] {
  return (entries ?? []).flatMap((entry) => {
    if (typeof entry === "string") return [optionsOf(entry)];
    if (isParts(entry)) return [];
    const pairs = Object.entries(entry).flatMap(([key, text]) => {
      const value = literal(text);
      return value === null ? [] : [[key, value] as const];
    });
    return [Object.fromEntries(pairs)];
  });
}

function isParts(entry: Entry | readonly TextPart[]): entry is readonly TextPart[] {
  return Array.isArray(entry);
}

function literal(text: Text | undefined): string | null {
  return typeof text === "string" ? text : null;
}

/**
 * The paths as bake compares them: the nearest parent that exists, links resolved; without those below
 * another, or below the working directory.
 */
function outermost(paths: Iterable<string>, { cwd, realpath }: AllowOptions): readonly string[] {
  const granted = [nearestExisting(cwd, realpath)];
  const found = Array.from(paths, (path) => nearestExisting(resolve(cwd, path), realpath));
  const out: string[] = [];
  for (const path of found.sort((a, b) => a.length - b.length)) {
    if (granted.some((parent) => isWithin(path, parent))) continue;
    granted.push(path);
    out.push(path);
  }
  return out;
}

function nearestExisting(path: string, realpath: AllowOptions["realpath"]): string {
  for (let current = path; ; current = resolve(current, "..")) {
    const real = realpath(current);
    if (real !== null) return real;
    if (current === resolve(current, "..")) return current;
  }
}

function isWithin(path: string, parent: string): boolean {
  return path === parent || path.startsWith(parent.endsWith("/") ? parent : `${parent}/`);
}
