import { nearest } from "../../../diagnostics/nearest.ts";
import { parseMountOption } from "../../mount-option.ts";
import { mountFields } from "../mount-use.ts";
import type { Flag, Range } from "../../model.ts";
import { allSteps, type LintFile, type LintFinding, type LintProject } from "../rule.ts";

const keys: Readonly<Record<string, readonly string[]>> = {
  bind: ["type", "target", "dst", "destination", "source", "src", "from", "rw", "readwrite", "ro", "readonly"],
  cache: [
    "type",
    "id",
    "target",
    "dst",
    "destination",
    "source",
    "src",
    "from",
    "sharing",
    "mode",
    "uid",
    "gid",
    "ro",
    "readonly",
    "rw",
    "readwrite",
  ],
  tmpfs: ["type", "target", "dst", "destination", "size"],
  secret: ["type", "id", "target", "dst", "destination", "env", "required", "mode", "uid", "gid"],
  ssh: ["type", "id", "target", "dst", "destination", "required", "mode", "uid", "gid"],
};
const sharings = ["shared", "private", "locked"];
const flags = ["mount", "network", "security", "device"];

/** What BuildKit refuses when it comes to the step, or takes without a word and ignores. */
export function* checkMountOptions(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    if (step.instruction.keyword !== "RUN") continue;
    for (const flag of step.instruction.flags) {
      const faults = flag.name === "mount" ? faultsOf(flag.value) : unknownFlag(flag.name);
      for (const { key, ...fault } of faults) {
        yield { code: "BK6018", at: { file, range: placeOf(file, flag, key) }, ...fault };
      }
    }
  }
}

type Fault = Pick<LintFinding, "message" | "hint"> & { readonly key?: string };

function* unknownFlag(name: string): Iterable<Fault> {
  if (!flags.includes(name)) yield { message: `RUN has no flag --${name}`, hint: suggest(name, flags) };
}

function* faultsOf(value: string | null): Iterable<Fault> {
  const fields = value === null ? null : mountFields(value);
  if (value === null || fields === null) {
    yield { message: "the mount is no list of key=value", hint: "write type=cache,id=NAME,target=FOLDER" };
    return;
  }
  const type = (fields.findLast(({ key }) => key === "type")?.value ?? "bind").toLowerCase();
  if (type.includes("$")) return;
  const known = keys[type];
  if (known === undefined) {
    const hint = suggest(type, Object.keys(keys));
    yield { key: "type", message: `there is no mount type ${JSON.stringify(type)}`, hint };
    return;
  }
  let isFaulty = false;
  for (const { key, value: text } of fields) {
    if (!known.includes(key)) {
      isFaulty = true;
      yield { key, message: `a ${type} mount knows no ${JSON.stringify(key)}`, hint: suggest(key, known) };
    } else if (key === "sharing" && text !== null && !text.includes("$") && !isSharing(text)) {
      isFaulty = true;
      yield { key, message: `there is no sharing ${JSON.stringify(text)}`, hint: suggest(text, sharings) };
    }
  }
  if (isFaulty) return;
  const target = fields.findLast(({ key }) => key === "target" || key === "dst" || key === "destination")?.value;
  if (type === "cache" && !target) yield { message: "a cache mount needs a target", hint: "add target=FOLDER" };
  else if (type === "cache" && /^\/+$/.test(target ?? "")) yield { message: "a mount cannot cover the root folder" };
  else if (!value.includes("$")) {
    const { fault } = parseMountOption(value, { escape: "\\", lookup: () => undefined });
    if (fault !== null) yield { message: `BuildKit refuses this mount: ${fault}` };
  }
}

/** Whether BuildKit knows a sharing. */
export function isSharing(text: string): boolean {
  return sharings.includes(text.toLowerCase());
}

function suggest(written: string, candidates: readonly string[]): string {
  const near = nearest(written, candidates);
  return near === undefined ? `it takes ${candidates.join(", ")}` : `did you mean ${near}?`;
}

/** The option inside of the flag where it can be found, else the flag. */
function placeOf({ dockerfile }: LintFile, { range }: Flag, key: string | undefined): Range {
  if (key === undefined) return range;
  const flag = dockerfile.text.slice(range.start, range.end).toLowerCase();
  const at = flag.search(new RegExp(`(?<=[=,"'])${key.replaceAll(/\W/g, "\\$&")}(?=[=,"']|$)`));
  return at === -1 ? range : { start: range.start + at, end: range.start + at + key.length };
}
