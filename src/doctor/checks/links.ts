import { levelOf } from "../../config/rules/levels.ts";
import { isUnmended, lossOf } from "../../build/calls.ts";
import { findFamilies } from "../../build/families.ts";
import { createDockerfileReader } from "../../source/dockerfiles.ts";
import type { Check } from "../check.ts";
import { settled, unknown, warningOf } from "../verdict.ts";

/** Linked targets of which this builder loses what it imports. Of others that share a step a bake takes care. */
export const links: Check = {
  name: "links",
  boundMs: 12_000,
  late: "BK4018",
  async subjects(setup) {
    const [whole, session] = await Promise.all([setup.whole.value, setup.session.value]);
    const isAlone = Object.keys(whole?.definition.targets ?? {}).length < 2;
    return isAlone || session === null || !isUnmended(session.builder) ? [] : [""];
  },
  async examine(setup) {
    const [source, whole, rules] = await Promise.all([setup.source.value, setup.whole.value, setup.rules()]);
    if (source === null || whole === null) return unknown("needs the targets");
    const families = findFamilies({ targets: whole.definition.targets, read: createDockerfileReader(source.dir) });
    const isQuiet = families.links.length === 0 || levelOf("BK4018", rules) === "off";
    return settled("no linked targets that lose what they import", isQuiet ? [] : [warningOf(lossOf(families.links))]);
  },
};
