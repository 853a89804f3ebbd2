import { findBuildKey } from "../bake-files.ts";
import type { RuleContext } from "./context.ts";
import type { Finding } from "./finding.ts";

/** A list without files would be a source without targets. */
export function* checkBakeFiles({ config }: RuleContext): Iterable<Finding> {
  if (!Array.isArray(config.bake) || config.bake.length > 0) return;
  yield { code: "BK2012", path: ["bake"], message: "bake names no file", hint: "name one, or remove the key" };
}

/** Beside bake files that declare every target, attributes under `defaults` would do nothing, without a word. */
export function* checkDefaultsReach({ config }: RuleContext): Iterable<Finding> {
  const { bake, defaults = {}, targets = {} } = config;
  const key = findBuildKey(defaults);
  if (bake === undefined || key === undefined) return;
  if (Object.values(targets).some((target) => findBuildKey(target) !== undefined)) return;
  yield {
    code: "BK2093",
    path: ["defaults", key],
    atKey: true,
    message: `${key} reaches no target: those of bake files take only cache and mounts from the config`,
    hint: "set it in the file, or remove it",
  };
}
