import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { createHost } from "../../src/host/node-host.ts";
import { readReport } from "../../src/outcome/last-report.ts";
import { makeWorkspace } from "../support/workspace.ts";

test("reasons without a text are none", () => {
  const targets = { a: { why: { step: 5 } }, b: { why: { text: "it moved" } } };
  const { dir } = makeWorkspace({ "r.json": JSON.stringify({ version: 1, targets }) });
  const host = createHost({ cwd: dir, env: {}, signal: AbortSignal.abort(), tell: () => {} });
  const read = readReport(host, { file: "r.json" });
  expect(read.targets).toMatchObject({ a: { why: null }, b: { why: { text: "it moved", more: [] } } });
});

test.each([
  ["none.json", "there is no none.json"],
  ["text.json", "text.json is no report of a bake"],
  ["list.json", "list.json is no report of a bake"],
  ["folder", expect.stringMatching(/^folder cannot be read: EISDIR/)],
])("%s is no report", (file, message) => {
  const { dir, path } = makeWorkspace({ "text.json": "{", "list.json": "[]" });
  mkdirSync(path("folder"));
  const host = createHost({ cwd: dir, env: {}, signal: AbortSignal.abort(), tell: () => {} });
  expect(() => readReport(host, { file })).toThrow(expect.objectContaining({ code: "BK1018", message }));
});
