import { expect, test } from "vitest";
import { createHost } from "../../src/host/node-host.ts";
import { keepReport } from "../../src/outcome/last-report.ts";
import type { Report } from "../../src/outcome/report.ts";
import { readReasons } from "../../src/run/why.ts";
import { makeWorkspace } from "../support/workspace.ts";

const target = (text: string) => ({ steps: null, why: { step: "RUN", cause: "files", text, more: [] } });
const report = { version: 1, startedAt: "then", targets: { api: target("a"), web: target("w"), job: target("j") } };

function workspace() {
  const { dir, path } = makeWorkspace({
    "bkcache.config.yaml": "targets:\n  api: {}\n",
    "sub/other.txt": "",
    "r.json": JSON.stringify(report),
  });
  const env = { BUILDX_CONFIG: path("buildx"), XDG_CACHE_HOME: path("cache"), HOME: path("home") };
  const at = (cwd: string) => createHost({ cwd, env, signal: new AbortController().signal, tell: () => {} });
  return { dir, path, at };
}

const ask = { names: [], report: undefined, config: undefined };

test("targets come in the order they are asked for, all of them where none is", async () => {
  const { dir, at } = workspace();
  const namesOf = async (names: readonly string[]) =>
    Object.keys((await readReasons(at(dir), { ...ask, names, report: "r.json" })).targets);
  expect(await namesOf([])).toEqual(["api", "web", "job"]);
  expect(await namesOf(["job", "api"])).toEqual(["job", "api"]);
});

test("a target that the bake did not build is refused with the nearest that it did", async () => {
  const { dir, at } = workspace();
  const asking = readReasons(at(dir), { ...ask, names: ["wep"], report: "r.json" });
  await expect(asking).rejects.toMatchObject({ code: "BK1002", hint: "did you mean web?" });
});

test("without a report the last bake of the project is asked, from any folder of it", async () => {
  const { dir, path, at } = workspace();
  const reading = () => readReasons(at(path("sub")), ask);
  await expect(reading()).rejects.toMatchObject({
    code: "BK1018",
    message: "there is no report of a bake in this project",
  });
  await keepReport(at(dir), dir, report as unknown as Report);
  expect((await reading()).targets).toEqual(report.targets);
});
