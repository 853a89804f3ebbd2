import { levelOf } from "../../config/rules/levels.ts";
import type { Diagnostic } from "../../diagnostics/error.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, healthy, unknown, warningOf } from "../verdict.ts";

/** Builders in Kubernetes: which pods there are, which of them a bake gets, and what dies with them. */
export const pods: Check = {
  name: "pods",
  boundMs: 12_000,
  late: "BK4003",
  subjects: async (setup) => ((await setup.session.value)?.builder.driver === "kubernetes" ? [""] : []),
  async examine(setup, { host }) {
    const [session, source, rules] = await Promise.all([setup.session.value, setup.source.value, setup.rules()]);
    if (session === null) return unknown("needs a builder");
    const { name, nodes } = session.builder;
    const findings: DoctorFinding[] = [];
    const say = (finding: Diagnostic) => {
      if (levelOf(finding.code, rules) !== "off") findings.push(warningOf(finding));
    };
    for (const { options, pods: count = 1, name: node } of nodes) {
      if (options["persistent-volume-claim.requests.storage"] === undefined) say(volatile(name, node));
      if (options["loadbalance"] === "random" && (count > 1 || Number(options["replicas"]) > 1))
        say(random(name, node));
    }
    const shown = nodes.map(({ name: node, pods: count = 1 }) => `${node}: ${count} pod${count === 1 ? "" : "s"}`);
    const dir = source?.dir ?? host.cwd;
    const many = nodes.some(({ pods: count = 1 }) => count > 1);
    const which = many ? `; a bake in ${dir} always gets the same one, and mounts are that one's own` : "";
    return { ...healthy(`${shown.join(", ")}${which}`), findings };
  },
};

function volatile(builder: string, node: string): Diagnostic {
  return {
    code: "BK4032",
    message: `builder ${builder}: what the pods of ${node} have built, and their cache mounts, die with them`,
    hint: "make it with --driver-opt persistent-volume-claim.requests.storage=50Gi; else the bucket alone carries layers and mounts from pod to pod",
  };
}

function random(builder: string, node: string): Diagnostic {
  return {
    code: "BK4033",
    message: `builder ${builder}: ${node} has several pods and loadbalance=random: mounts are filled on one pod, and the build may run on another`,
    hint: "make it with --driver-opt loadbalance=sticky, the default: all of bkcache and buildx in one folder then reach the same pod",
  };
}
