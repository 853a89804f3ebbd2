import type { BuilderNode } from "../../builder/inspect.ts";
import { isAtLeast, parseBuildkitVersion } from "../../builder/versions.ts";
import { levelOf } from "../../config/rules/levels.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, unknown, warningOf } from "../verdict.ts";

/** What versions of BuildKit have brought for caches. Sources: its release notes; docs/bake.md, "What BuildKit loses". */
const brought = [
  { since: "0.28", what: "exports of mode=max that take minutes are fast" },
  { since: "0.30", what: "Google's store takes HMAC keys" },
  { since: "0.35", what: "imported cache is kept where builds share a plain COPY" },
] as const;

/** Older ones miss what every cache profits from. */
const oldest = "0.30";

/** Which builder, whether it answers, and what its BuildKit lacks. */
export const builder: Check = {
  name: "builder",
  boundMs: 12_000,
  late: "BK4003",
  async subjects(setup) {
    await setup.session.value;
    return [""];
  },
  async examine(setup) {
    const [session, said, rules] = await Promise.all([setup.session.value, setup.session.findings, setup.rules()]);
    if (session === null)
      return { ...unknown(said.length > 0 ? "" : "needs buildx and a config that holds"), findings: said };
    const { name, driver, nodes } = session.builder;
    const findings: DoctorFinding[] = [...said];
    const level = levelOf("BK4031", rules);
    for (const node of nodes) {
      const version = parseBuildkitVersion(node.buildkitVersion);
      if (level === "off" || isAtLeast(version, oldest)) continue;
      findings.push(
        warningOf({
          code: "BK4031",
          message: `builder ${name} runs BuildKit ${node.buildkitVersion} (node ${node.name}), which lacks much that caches need: ${lackingIn(node).join("; ")}`,
          hint: "use a builder with a newer BuildKit: docker buildx create --driver docker-container makes one of the newest",
        }),
      );
    }
    const versions = [...new Set(nodes.map(({ buildkitVersion }) => buildkitVersion ?? "of an unknown version"))];
    const more = nodes.length > 1 ? `, ${nodes.length} nodes` : "";
    const [first] = nodes;
    const missing = first === undefined || findings.length > 0 ? [] : lackingIn(first);
    const later = missing.length === 0 ? "" : `; later: ${missing.join("; ")}`;
    return { facts: `${name} (${driver}${more}), BuildKit ${versions.join(", ")}${later}`, findings };
  },
};

/** None for a version that is not known. */
function lackingIn({ buildkitVersion }: BuilderNode): readonly string[] {
  const version = parseBuildkitVersion(buildkitVersion);
  return brought.filter(({ since }) => !isAtLeast(version, since)).map(({ since, what }) => `with ${since} ${what}`);
}
