import { readFileSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { makeReportPage, requireOtherFile, writeReportPage } from "../../src/run/report.ts";
import { sampleReport } from "../support/sample-report.ts";
import { makeWorkspace } from "../support/workspace.ts";

test("a page is made of all files, and written whole", async () => {
  const text = JSON.stringify(sampleReport());
  const { dir, path } = makeWorkspace({ "a.json": text, "b.json": text });
  const page = await makeReportPage({ cwd: dir }, ["a.json", path("b.json")]);
  await writeReportPage({ cwd: dir }, "out.html", page);
  expect(readFileSync(path("out.html"), "utf8")).toBe(page);
  expect(page).toContain("Build report of 2 runs");
});

test("files that are no reports are named all at once", async () => {
  const { dir } = makeWorkspace({ "good.json": JSON.stringify(sampleReport()), "text.json": "{", "list.json": "[]" });
  const making = makeReportPage({ cwd: dir }, ["none.json", "text.json", "good.json", "list.json", "."]);
  await expect(making).rejects.toMatchObject({
    findings: [
      { code: "BK1018", message: "there is no none.json" },
      { code: "BK1018", message: "text.json is no report of a bake" },
      { code: "BK1018", message: "list.json is no report of a bake" },
      { code: "BK1018", message: expect.stringMatching(/^\. (?:cannot be read|is no report)/) },
    ],
  });
});

test("a page takes the place of none of its reports", () => {
  const { dir, path } = makeWorkspace({ "a.json": "{}", "b.json": "{}" });
  symlinkSync(path("b.json"), path("link"));
  for (const output of ["b.json", "./b.json", path("b.json"), "link"]) {
    expect(() => requireOtherFile({ cwd: dir }, output, ["a.json", "b.json"])).toThrow(/is one of the reports/);
  }
  requireOtherFile({ cwd: dir }, "out.html", ["a.json", "b.json"]);
});
