import { showCount } from "../../diagnostics/units.ts";
import { BkcacheError } from "../../diagnostics/error.ts";
import { describeFinding } from "../../lint/findings.ts";
import { lintNamed } from "../../lint/named.ts";
import { openSubject } from "../../lint/subject.ts";
import type { Check } from "../check.ts";
import { errorOf, healthy, unknown, warningOf } from "../verdict.ts";

/** The worst that lint finds; all of it is a command of its own. */
export const dockerfiles: Check = {
  name: "lint",
  boundMs: 10_000,
  late: "BK6021",
  async subjects(setup) {
    await setup.source.value;
    return [""];
  },
  async examine(setup, { host }) {
    try {
      const subject = await openSubject(host, setup.request.config);
      const { collected, findings: found } = lintNamed(host, subject, []);
      const findings = found.map((finding) => describeFinding(finding, subject));
      const worst = findings.find(({ level }) => level === "error") ?? findings[0];
      const facts = `${showCount(collected.project.files.length, "Dockerfile")} without a finding`;
      if (worst === undefined) return healthy(facts);
      const { level, code, message, hint, span } = worst;
      const others = findings.length - 1;
      const more = others === 0 ? "" : ` (and ${others} more: \`bkcache lint\`)`;
      const finding = { code, message: `${message}${more}`, span, ...(hint !== undefined && { hint }) };
      return { facts: "", findings: [level === "error" ? errorOf(finding) : warningOf(finding)] };
    } catch (error) {
      // A folder without any, which is no fault of the cache.
      if (error instanceof BkcacheError && error.code === "BK6021") return unknown("no Dockerfile here");
      throw error;
    }
  },
};
