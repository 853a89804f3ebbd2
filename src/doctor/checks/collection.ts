import type { BuilderSession } from "../../builder/session.ts";
import type { MountRecord } from "../../builder/gateway/records.ts";
import { findTightPolicy, tightPolicy, warnsOfCollection } from "../../carry/gc.ts";
import { readCi } from "../../ci/ci.ts";
import { showBytes, showCount } from "../../diagnostics/units.ts";
import { type Check, once } from "../check.ts";
import { type DoctorFinding, healthy, unknown, warningOf } from "../verdict.ts";
import { gatewaysOf } from "../nodes.ts";

/** Whether the builder's garbage collection leaves room for the mounts that it has. */
export const collection: Check = {
  name: "mounts",
  boundMs: 10_000,
  late: "BK4021",
  subjects: (setup) => once(setup.session.value),
  async examine(setup, { host }) {
    const session = await setup.session.value;
    if (session === null) return unknown("needs a builder");
    const rules = await setup.rules();
    const saysSo = warnsOfCollection({ driver: session.builder.driver, ci: readCi(host.env), rules });
    const found = await Promise.all((await gatewaysOf(session)).map((gateway) => examineNode(gateway, saysSo)));
    const records = found.flatMap((each) => each.records);
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    const policies = found.flatMap((each) => each.policies);
    const kept = policies.length === 0 ? "no policy takes any" : `kept: ${[...new Set(policies)].join("; ")}`;
    return {
      ...healthy(`${showCount(records.length, "cache mount")} on the builder, ${showBytes(bytes)}; ${kept}`),
      findings: found.flatMap((each) => each.findings),
    };
  },
};

type Gateway = Awaited<ReturnType<BuilderSession["gateway"]>>;

async function examineNode(gateway: Gateway, saysSo: boolean) {
  // The first tells a builder that is too old.
  await gateway.requireSupport();
  const [workers, records] = await Promise.all([gateway.listWorkers(), gateway.listMountRecords()]);
  const findings: DoctorFinding[] = [];
  const largest = records.toSorted((a, b) => b.bytes - a.bytes);
  for (const record of saysSo ? largest : []) {
    const tight = findTightPolicy(workers, record.bytes);
    if (tight !== null) findings.push(warningOf(tightPolicy(nameOf(record), record.bytes, tight)));
  }
  // All of them together, where each has room by itself.
  const all = records.reduce((sum, { bytes }) => sum + bytes, 0);
  const tight = saysSo && findings.length === 0 ? findTightPolicy(workers, all) : null;
  if (tight !== null) findings.push(warningOf(tightPolicy(`${records.length} together`, all, tight)));
  const policy = findTightPolicy(workers, Infinity);
  return { records, findings, policies: policy === null ? [] : [policy] };
}

function nameOf({ mountId, recordId }: MountRecord): string {
  return mountId ?? recordId;
}
