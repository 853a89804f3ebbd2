import { findCachesInContext } from "../../cache/inside-context.ts";
import type { Check } from "../check.ts";
import { errorOf, settled, unknown } from "../verdict.ts";
import { backendNames } from "../known-backends.ts";
import { findEntries } from "../entries.ts";

/** Whether a local cache, or the tier of a bucket, is sent to the builder as a part of a context. */
export const contexts: Check = {
  name: "contexts",
  boundMs: 12_000,
  late: "BK4020",
  subjects: async (setup) =>
    (await backendNames(setup, ({ place, backend }) => place.type === "local" || backend["tierPath"] !== undefined))
      .length === 0
      ? []
      : [""],
  async examine(setup, { host }) {
    const [source, whole, backends] = await Promise.all([setup.source.value, setup.whole.value, setup.backends.value]);
    if (source === null || whole === null || backends === null) return unknown("needs the targets");
    const entries = await findEntries(setup, host);
    if (entries === null) return unknown("needs the targets");
    const { definition } = whole;
    const targets = [...new Set(entries.map(({ target }) => target))];
    const destinationsOf = (name: string) =>
      entries.flatMap(({ target, backend, direction, entry }) =>
        target === name && direction === "to" && backend !== null && typeof entry !== "string"
          ? [{ backend, entry }]
          : [],
      );
    const chosen = {
      targets: Object.fromEntries(targets.map((name) => [name, { destinations: destinationsOf(name) }])),
      tiers: Object.fromEntries(
        backends.flatMap(({ backend: { name, tierPath } }) =>
          tierPath === undefined ? [] : [[name, String(tierPath)] as const],
        ),
      ),
    };
    const findings = findCachesInContext(definition.targets, chosen, source.dir).map(errorOf);
    return settled("no folder of a cache lies in a context", findings);
  },
};
