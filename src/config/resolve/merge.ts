import { BkcacheError } from "../../diagnostics/error.ts";
import { unreachable } from "../../diagnostics/unreachable.ts";
import type { ResolvedAttributes, TextList, TextMap } from "../resolved.ts";
import { lastOfEach } from "./attributes.ts";
import { unique } from "./read.ts";

type Rule = "replace" | "append" | "add" | "byKey" | "byType" | "byId" | "bySshId";

/** How bake combines an inherited value with a nearer one, attribute by attribute. */
const rules = {
  annotations: "append",
  args: "byKey",
  attest: "byType",
  call: "replace",
  context: "replace",
  contexts: "byKey",
  description: "replace",
  dockerfile: "replace",
  dockerfileInline: "replace",
  entitlements: "append",
  extraHosts: "byKey",
  labels: "byKey",
  network: "replace",
  noCache: "replace",
  noCacheFilter: "append",
  output: "replace",
  platforms: "replace",
  policy: "add",
  pull: "replace",
  resources: "byKey",
  secret: "byId",
  shmSize: "replace",
  ssh: "bySshId",
  tags: "replace",
  target: "replace",
  ulimits: "append",
} as const satisfies Record<keyof ResolvedAttributes, Rule>;

/** `path` names the target in errors. */
export function mergeAttributes(far: ResolvedAttributes, near: ResolvedAttributes, path: string): ResolvedAttributes {
  if (near.description !== "" && isEmpty(far)) return near;
  const merged: Record<string, unknown> = { ...far };
  for (const [key, value] of Object.entries(near)) {
    const name = key as keyof ResolvedAttributes;
    const inherited = far[name];
    // bake cannot tell an empty description from none.
    if (name === "description" && value === "") continue;
    merged[name] = inherited === undefined ? value : combine(rules[name], inherited, value, `${path}.${name}`);
  }
  return merged;
}

function isEmpty(attributes: ResolvedAttributes): boolean {
  for (const _ in attributes) return false;
  return true;
}

function combine(rule: Rule, far: unknown, near: unknown, path: string): unknown {
  switch (rule) {
    case "replace":
      return near;
    case "byKey":
      return { ...(far as TextMap), ...(near as TextMap) };
    case "append":
      return append(far as TextList, near as TextList, path);
    case "add":
      return [...(far as unknown[]), ...(near as unknown[])];
    case "byType":
      return lastOfEach([...(far as unknown[]), ...(near as unknown[])], "type");
    case "byId":
      return lastOfEach([...(far as unknown[]), ...(near as unknown[])], "id");
    case "bySshId":
      return lastOfEach([...(far as unknown[]), ...(near as unknown[])], "ssh");
    default:
      return unreachable(rule);
  }
}

function append(far: TextList, near: TextList, path: string): TextList {
  if ("variable" in far || "variable" in near) {
    if (!("variable" in far) && far.length === 0) return near;
    if (!("variable" in near) && near.length === 0) return far;
    throw new BkcacheError({
      code: "BK2060",
      message: "a variable that holds a whole list cannot be joined with an inherited list",
      hint: "write the list out here, or take it from the target that is inherited",
      path,
    });
  }
  return unique([...far, ...near]);
}

/** In bake an empty context removes the inherited one, and is gone itself. */
export function dropRemovedContexts(attributes: ResolvedAttributes): ResolvedAttributes {
  const { contexts, ...rest } = attributes;
  if (contexts === undefined || !Object.values(contexts).includes("")) return attributes;
  const kept = Object.entries(contexts).filter(([, value]) => value !== "");
  return kept.length === 0 ? rest : { ...rest, contexts: Object.fromEntries(kept) };
}
