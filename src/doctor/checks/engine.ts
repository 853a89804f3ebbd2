import { askEngine } from "../../builder/engine.ts";
import type { Check } from "../check.ts";
import { healthy, unknown } from "../verdict.ts";

/** Drivers whose builder a docker engine runs. */
const ofEngine: ReadonlySet<string> = new Set(["docker", "docker-container"]);

/** The docker engine behind a builder that answers; of one that does not the builder's own line tells. */
export const engine: Check = {
  name: "engine",
  boundMs: 12_000,
  late: "BK4003",
  subjects: async (setup) => (ofEngine.has((await setup.session.value)?.builder.driver ?? "") ? [""] : []),
  async examine(_, { host }) {
    const found = await askEngine(host.env);
    return found === null
      ? unknown("on another machine, or at no socket of this one")
      : healthy(`Docker ${found.version} at ${found.socket}`);
  },
};
