import type { ReasonedScope } from "../../cache/scopes.ts";
import { type CacheUse, resolveCacheUse } from "../../cache/use.ts";
import { levelOf } from "../../config/rules/levels.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import { type Check, once } from "../check.ts";
import { type DoctorFinding, errorOf, unknown, warningOf } from "../verdict.ts";

/** What a run reads and writes, here and in CI on the same checkout, and which scopes. */
export const policy: Check = {
  name: "policy",
  boundMs: 12_000,
  late: "BK2002",
  async subjects(setup) {
    await setup.whole.value;
    return once(setup.source.value);
  },
  async examine(setup, { host }) {
    const [source, whole, rules] = await Promise.all([setup.source.value, setup.whole.value, setup.rules()]);
    if (source === null || whole === null) return unknown("needs the targets");
    const { plan, use } = whole;
    const useWith = (env: typeof host.env) =>
      resolveCacheUse({
        plan: whole.declared,
        flags: { cache: setup.request.cache },
        env,
        dir: source.dir,
        hasConfig: source.project !== null,
      });
    const inCi = useWith({ ...host.env, CI: "true" });
    const findings: DoctorFinding[] = [];
    const say = (finding: Diagnostic) => {
      const level = levelOf(finding.code, rules);
      if (level !== "off") findings.push(level === "error" ? errorOf(finding) : warningOf(finding));
    };
    if (!use.layers.read && !use.mounts.read) say(switchedOff(use));
    const writes = Object.values(plan.targets).some(({ cache: { to } }) =>
      to.kind === "policy" ? to.backends.length > 0 : to.entries.length > 0,
    );
    if (!writes && plan.mountBackend === null) say(written("no target writes a cache"));
    const inside = describe(inCi);
    const here = describe(use);
    const ci =
      use.reason === inCi.reason ? "" : `; in CI ${inside.what}${inside.scopes === here.scopes ? "" : inside.scopes}`;
    return { facts: `here ${here.what}${here.scopes}${ci}`, findings };
  },
};

function describe({ layers, mounts, isLocalOnly, reason, scopes }: CacheUse): {
  readonly what: string;
  readonly scopes: string;
} {
  const directions =
    layers.read === mounts.read && layers.write === mounts.write
      ? showDirections(layers)
      : `layers ${showDirections(layers)}, mounts ${showDirections(mounts)}`;
  const local = isLocalOnly ? ", to folders of this machine alone" : "";
  const [own] = Object.values(scopes);
  const read = own === undefined || !(layers.read || mounts.read) ? "" : `, from ${own.read.map(nameOf).join(", ")}`;
  const write =
    own === undefined || !(layers.write || mounts.write) ? "" : `, to ${nameOf(own.write)} (${own.write.why})`;
  return { what: `${directions}${local}, since ${reason}`, scopes: `${read}${write}` };
}

function showDirections({ read, write }: CacheUse["layers"]): string {
  if (read) return write ? "read and written" : "read only";
  return write ? "written only" : "off";
}

function nameOf({ scope }: ReasonedScope): string {
  return scope;
}

function switchedOff({ reason }: CacheUse): Diagnostic {
  return {
    code: "BK5074",
    message: `no cache is read here, since ${reason}`,
    hint: "unset it, or say --cache read; rules: { BK5074: off } where that is meant",
  };
}

function written(message: string): Diagnostic {
  return {
    code: "BK5075",
    message: `${message}: whatever is read, nothing new comes in`,
    hint: "name the backends under cache.write, and that of the mounts under cache.mounts; `bkcache plan` shows what CI would write",
  };
}
