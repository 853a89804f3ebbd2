import { checkGates } from "../../cache/gates.ts";
import { type Check, once } from "../check.ts";
import { errorOf, settled, unknown, warningOf } from "../verdict.ts";
import { findPassed } from "../entries.ts";

/** What the builder's driver and versions make of the caches that a bake would pass, read and written. */
export const gates: Check = {
  name: "driver",
  boundMs: 12_000,
  late: "BK4003",
  async subjects(setup) {
    await setup.session.value;
    return once(setup.source.value);
  },
  async examine(setup, { host }) {
    const passed = await findPassed(setup, host);
    if (passed === null) return unknown("needs a builder and its targets");
    const { drop, stop, warn } = checkGates(passed.gate);
    const findings = [
      ...drop.map(({ diagnostic }) => errorOf(diagnostic)),
      ...stop.map(errorOf),
      ...warn.map(warningOf),
    ];
    const { driver, canExportCache } = passed.gate.builder;
    const store = driver !== "docker" ? "" : ` with${canExportCache === true ? "" : "out"} the containerd image store`;
    const ways = Object.entries(passed.ways).map(
      ([name, { way }]) => `${name} ${way === "relay" ? "by the relay" : "directly"}`,
    );
    const by = ways.length === 0 ? "" : `: ${ways.join(", ")}`;
    return settled(`${driver}${store} takes all caches${by}`, findings);
  },
};
