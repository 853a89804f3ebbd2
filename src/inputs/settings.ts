import type { BakeTarget } from "../bake/model.ts";
import { parseOptionCsv } from "../config/csv.ts";
import { compareNames } from "../config/names.ts";
import { showText } from "../config/text.ts";
import type { Digest } from "./digest.ts";
import type { Setting } from "./model.ts";

/** What says nothing of how a step runs, and holds nothing of others. */
const shown = [
  "target",
  "platforms",
  "network",
  "no-cache",
  "no-cache-filter",
  "shm-size",
  "ulimits",
  "entitlements",
] as const;
const hidden = ["extra-hosts", "resources", "call"] as const;

interface Request {
  readonly digest: Digest;
  /** Where arguments without a value have theirs from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments that count; null where all do. */
  readonly declared: ReadonlySet<string> | null;
  /** The frontend that the Dockerfile asks for. */
  readonly syntax: string | undefined;
}

/**
 * The part of a definition that decides what its steps do. Labels, tags, outputs, attestations and caches make no step run; nor
 * do arguments that no stage declares.
 */
export function listSettings(target: BakeTarget, { digest, env, declared, syntax }: Request): readonly Setting[] {
  const settings: Setting[] = [];
  const add = (name: string, value: string | null, content: string | null = value): void => {
    settings.push({ name, value, digest: digest(name, content) });
  };
  if (syntax !== undefined) add("syntax", syntax);
  for (const name of shown) {
    const value = target[name];
    if (value === undefined || value === false || value === "") continue;
    if (value === true) add(name, "true");
    else if (typeof value === "string") add(name, value);
    else if (Array.isArray(value)) add(name, [...(value as readonly string[])].sort(compareNames).join(", "));
  }
  for (const name of hidden) if (target[name] !== undefined) add(name, null, JSON.stringify(target[name]));
  for (const [name, value] of Object.entries(target.args ?? {}).sort(([a], [b]) => compareNames(a, b))) {
    const given = value ?? env[name];
    // As if it were not there.
    if (given === undefined) continue;
    if (declared?.has(name) === false && !/^(?:BUILDKIT_|SOURCE_DATE_EPOCH$)/.test(name)) continue;
    add(`arg ${name}`, null, typeof given === "string" ? given : showText(given));
  }
  for (const kind of ["secret", "ssh"] as const) {
    const ids = (target[kind] ?? []).map((entry) =>
      typeof entry === "object" && "id" in entry ? showText(entry.id ?? "") : idOf(entry),
    );
    for (const id of [...new Set(ids)].sort(compareNames)) add(`${kind} ${id === "" ? "default" : id}`, null);
  }
  return settings;
}

/** Of an entry in CSV form; `id=PATH` is how an agent is written. */
function idOf(entry: unknown): string {
  const text = typeof entry === "string" ? entry : "";
  const fields = parseOptionCsv(text) ?? [];
  return fields.find(({ key }) => key === "id")?.value ?? text.split(/[=,]/)[0] ?? "";
}
