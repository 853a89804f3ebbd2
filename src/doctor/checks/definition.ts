import { relative } from "node:path";
import type { Check } from "../check.ts";
import { errorOf, unknown } from "../verdict.ts";

/** What is to be built: a config, or the folder with BUILDKIT_REMOTE_CACHE. */
export const definition: Check = {
  name: "config",
  boundMs: 12_000,
  late: "BK2002",
  async subjects(setup) {
    await Promise.all([setup.whole.value, setup.backends.value]);
    return [""];
  },
  async examine(setup, { host }) {
    const [source, ofSource, ofWhole, ofBackends, whole] = await Promise.all([
      setup.source.value,
      setup.source.findings,
      setup.whole.findings,
      setup.backends.findings,
      setup.whole.value,
    ]);
    const findings = [...ofSource, ...ofWhole, ...ofBackends];
    if (source === null) {
      const isNone = findings.some(({ code }) => code === "BK2001");
      const none = errorOf({
        code: "BK2001",
        message: "no cache is set up: there is neither a config nor BUILDKIT_REMOTE_CACHE",
        hint: "run `bkcache init`, or set BUILDKIT_REMOTE_CACHE=s3://bucket/prefix/",
      });
      return { facts: "", findings: isNone ? [none] : findings };
    }
    const { project } = source;
    const from = project === null ? "BUILDKIT_REMOTE_CACHE" : relative(host.cwd, project.valid.file);
    if (whole === null) return { ...unknown(`${from}; its targets are not known`), findings };
    const count = Object.keys(whole.definition.targets).length;
    const kinds = Object.entries(whole.plan.backends).map(([name, { type }]) => `${name} (${type})`);
    const facts = `${from}: ${count} target${count === 1 ? "" : "s"}, backends ${kinds.join(", ") || "none"}`;
    return { facts, findings };
  },
};
