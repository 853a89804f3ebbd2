import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withGithubAnnotations } from "../../../src/cli/report/github.ts";
import { createHumanReporter } from "../../../src/cli/report/human.ts";
import { reportOutcome } from "../../../src/cli/report/outcome.ts";
import type { Reporter } from "../../../src/cli/report/reporter.ts";
import type { Diagnostic } from "../../../src/diagnostics/error.ts";
import { createHost } from "../../../src/host/node-host.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { sampleReport, sampleTarget } from "../../support/sample-report.ts";

const redact = (text: string) => text.replaceAll("s3cr3t", "***");

function open(options: { colour?: boolean; github?: boolean; columns?: number } = {}) {
  const written = { out: "", err: "" };
  const out = (text: string) => void (written.out += text);
  const err = (text: string) => void (written.err += text);
  const human = createHumanReporter(
    { out, err, takesColour: () => options.colour === true, columns: () => options.columns ?? null },
    redact,
  );
  const reporter: Reporter = options.github === true ? withGithubAnnotations(human, err, redact) : human;
  return { reporter, written };
}

const finding: Diagnostic = {
  code: "BK2010",
  message: 'unknown key "tagz", s3cr3t',
  hint: "did you mean tags?",
  path: "targets.api.tagz",
  span: { file: "a,b.yaml", line: 4, column: 5, excerpt: "4 |     tagz: []\n        ^" },
};

test("a finding has severity, code, message, place, excerpt and next step", () => {
  const { reporter, written } = open();
  reporter.findings([finding], "error");
  expect(written.out).toBe("");
  expect(written.err).toBe(
    [
      'error BK2010: unknown key "tagz", ***',
      "  at a,b.yaml:4:5 (targets.api.tagz)",
      "  4 |     tagz: []",
      "          ^",
      "  -> did you mean tags?",
      "",
    ].join("\n"),
  );
});

test("a place in a module is its file", () => {
  const { reporter, written } = open();
  const whole = { file: "bkcache.config.ts", line: 1, column: 1 };
  reporter.findings([{ code: "BK2010", message: "x", path: "targets.api.tagz", span: whole }], "error");
  expect(written.err).toBe("error BK2010: x\n  at bkcache.config.ts (targets.api.tagz)\n");
});

test("more than fifty findings are a count", () => {
  const { reporter, written } = open();
  reporter.findings(
    Array.from({ length: 53 }, () => ({ code: "BK2011", message: "x" }) as const),
    "warning",
  );
  expect(written.err.match(/^warning BK2011: x$/gm)).toHaveLength(50);
  expect(written.err).toContain("... and 3 more warnings");
});

test("colours only where they are wanted, and JSON without any", () => {
  const { reporter, written } = open({ colour: true });
  reporter.findings([finding], "error");
  reporter.json({ secret: "s3cr3t" });
  expect(written.err).toContain("\u001B[");
  expect(JSON.parse(written.out)).toEqual({ secret: "***" });
});

test("annotations escape what GitHub reads as syntax, and stand for the text", () => {
  const { reporter, written } = open({ github: true });
  reporter.findings([{ ...finding, message: "50%: a\nb" }], "error");
  reporter.tell({ level: "warning", message: "careful" });
  reporter.tell({ level: "info", message: "done" });
  expect(written.err.split("\n")).toEqual([
    "::error file=a%2Cb.yaml,line=4,col=5,title=bkcache BK2010::50%25: a%0Ab%0A  at a,b.yaml:4:5 (targets.api.tagz)" +
      "%0A  4 |     tagz: []%0A          ^%0A  -> did you mean tags?",
    "::warning::careful",
    "bkcache: done",
    "",
  ]);
  reporter.findings(
    Array.from({ length: 52 }, () => finding),
    "warning",
  );
  expect(written.err).toMatch(/\n\.\.\. and 2 more warnings\n$/);
});

const report = sampleReport({
  targets: {
    api: sampleTarget({
      steps: { total: 3, cached: 2, ran: [{ name: "[1/3] RUN a | b", ms: 1_234 }] },
      written: [],
      import: { ms: 5, bytes: 2_000 },
      export: { ms: 0, bytes: null },
    }),
  },
  leftOut: [{ backend: "disk|2", code: "BK5001", message: "no credentials | none" }],
});

function say(outcome: Partial<Parameters<typeof reportOutcome>[1]>, env: Record<string, string> = {}) {
  const { reporter, written } = open();
  const host = createHost({ cwd: "/", env, signal: new AbortController().signal, tell: () => {} });
  const context = { host, reporter, commands: [], setExitCode: () => {}, runsUntilInterrupted: () => {} };
  const exitCode = reportOutcome(context, {
    report,
    failures: [],
    costly: [],
    record: null,
    strict: false,
    ...outcome,
  });
  return { exitCode, ...written };
}

test("the table says what was cached, from where, and what ran", () => {
  const { exitCode, err } = say({});
  expect(exitCode).toBe(0);
  expect(err).toMatch(/^api +2\/3 +remote \(main\) +5 ms, 2\.0 kB +-$/m);
  expect(err).toContain("ran 1.2 s  [1/3] RUN a | b");
});

test("in a job of GitLab the table folds, and the line that ends it stays", () => {
  const { err } = say({}, { GITLAB_CI: "true" });
  const [start = "", ...rest] = err.trimEnd().split("\n");
  const [mark = "", title] = start.split("\r\u001B[0K");
  expect(mark).toMatch(/^section_start:\d{10}:bkcache$/);
  expect(title).toBe("bkcache: what came from the cache");
  expect(rest.at(-2)).toBe(`${mark.replace("_start", "_end")}\r\u001B[0K`);
  expect(rest.at(-1)).toMatch(/^5 of 5 steps cached, /);
  expect(err.match(/section_/g)).toHaveLength(2);
});

test("a failed cache entry is a warning, and an error under --strict", () => {
  const failures = [{ code: "BK5011", message: "not written" }] as const;
  expect(say({ failures }).err).toContain("warning BK5011: not written");
  const strict = say({ failures, strict: true, report: { ...report, exitCode: 3 } });
  expect(strict).toMatchObject({ exitCode: 3, err: expect.stringContaining("error BK5011: not written") });
});

test("in GitHub Actions the table is in the job summary, and a page that cannot be written is no failure", () => {
  const file = join(makeTempDir("summary"), "page.md");
  writeFileSync(file, "before\n");
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: file };
  say({}, env);
  const page = readFileSync(file, "utf8");
  expect(page).toMatch(/^before\n### bkcache\n\n\d+ of \d+ steps cached, .*\n\n\| target \|/);
  expect(page).toContain("| api | 2/3 | remote (main) |");
  expect(page).toContain("- left out: no credentials | none");
  expect(say({}, { ...env, GITHUB_STEP_SUMMARY: "/nowhere/page.md" }).exitCode).toBe(0);
});

test("live lines are replaced, stay below what is said, and never wrap", () => {
  const { reporter, written } = open({ columns: 10 });
  reporter.live(["one", "two s3cr3t and more"]);
  expect(written.err).toBe("one\ntwo *** a\n");
  reporter.tell({ level: "info", message: "said" });
  expect(written.err.endsWith("\u001b[2A\u001b[Jbkcache: said\none\ntwo *** a\n")).toBe(true);
  reporter.live([]);
  expect(written.err.endsWith("two *** a\n\u001b[2A\u001b[J")).toBe(true);
  const { length } = written.err;
  reporter.live([]);
  expect(written.err).toHaveLength(length);
});

test("where no terminal is, nothing is live", () => {
  const { reporter, written } = open();
  reporter.live(["one"]);
  expect(written.err).toBe("");
});
