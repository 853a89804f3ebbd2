import { findStale } from "../../generate/stale.ts";
import { createTextReader } from "../../source/dockerfiles.ts";
import type { Check } from "../check.ts";
import { settled, unknown, warningOf } from "../verdict.ts";

/** Whether the files that `generate` writes are what the config says. */
export const committed: Check = {
  name: "committed",
  boundMs: 12_000,
  late: "BK3001",
  subjects: async (setup) => ((await setup.source.value)?.project == null ? [] : [""]),
  async examine(setup, { host }) {
    const project = (await setup.source.value)?.project;
    if (project == null) return unknown("no config");
    const { plan, valid } = project;
    const hasFiles = plan.bakeFiles !== undefined;
    const source = { plan, dir: valid.dir, definition: hasFiles ? { groups: {}, targets: {} } : null };
    const stale = await findStale(host, source, { locked: false, readText: createTextReader() });
    return settled("what `bkcache generate` writes is up to date", stale.map(warningOf));
  },
};
