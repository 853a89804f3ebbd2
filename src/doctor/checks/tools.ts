import manifest from "../../../package.json" with { type: "json" };
import { isAtLeast } from "../../builder/versions.ts";
import { levelOf } from "../../config/rules/levels.ts";
import type { Check } from "../check.ts";
import { type DoctorFinding, healthy, warningOf } from "../verdict.ts";

/** The first buildx without them. Source: GHSA-xg6v-cv2h-2w5h, GHSA-rghq-x9hf-hc3r of docker/buildx. */
const advised = "0.38.2";

/** Node, bkcache and buildx. */
export const tools: Check = {
  name: "tools",
  boundMs: 12_000,
  late: "BK4001",
  async subjects(setup) {
    await setup.buildx.value;
    return [""];
  },
  async examine(setup) {
    const [buildx, found, rules] = await Promise.all([setup.buildx.value, setup.buildx.findings, setup.rules()]);
    const own = `bkcache ${manifest.version} on Node ${process.versions.node}`;
    if (buildx === null) return { facts: own, findings: found };
    const { major, minor, patch } = buildx.version ?? { major: 0, minor: 0, patch: 0 };
    const version = buildx.version === null ? "without a version number" : `${major}.${minor}.${patch}`;
    const findings: DoctorFinding[] = [...found];
    if (!isAtLeast(buildx.version, advised) && levelOf("BK4030", rules) !== "off") {
      findings.push(
        warningOf({
          code: "BK4030",
          message: `buildx ${version} has two known advisories on what bake files may read and write (GHSA-xg6v-cv2h-2w5h, GHSA-rghq-x9hf-hc3r)`,
          hint: `install buildx ${advised} or later`,
        }),
      );
    }
    return { ...healthy(`${own}, buildx ${version} (${buildx.command})`), findings };
  },
};
