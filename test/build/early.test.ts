import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { startEarly } from "../../src/build/early.ts";
import { execute } from "../../src/build/execute.ts";
import { toSteps } from "../../src/build/prepare.ts";
import type { Step } from "../../src/build/ready.ts";
import { noCache } from "../../src/cache/choice.ts";
import { type Fakes, fakeRun } from "./fake-run.ts";

/** A buildx that writes down that it was started, and what it was told. */
function early(fakes: Fakes = {}) {
  const layers = { read: true, write: true };
  const run = fakeRun(fakes);
  const script = `echo start >> log; cat > told; echo end >> log; exit 7`;
  const buildx = {
    ...run.request.buildx,
    exec: vi.fn<typeof run.request.buildx.exec>((_args, options) =>
      run.host.exec("/bin/sh", ["-c", script], { ...options, env: { PATH: process.env["PATH"] } }),
    ),
  };
  const { cache } = run.request;
  const request = {
    ...run.request,
    mayStartEarly: true,
    cache: { ...cache, use: { ...cache.use, layers } },
    ...fakes.request,
    buildx: { ...buildx, ...fakes.request?.buildx },
  };
  const resources = run.open();
  const logged = () => (existsSync(join(run.dir, "log")) ? readFileSync(join(run.dir, "log"), "utf8").split("\n") : []);
  return {
    ...run,
    logged,
    request,
    start: () => startEarly(run.host, request, resources),
    decide: async () => (await toSteps(run.host, request, resources, noCache)).steps,
    told: () => readFileSync(join(run.dir, "told"), "utf8"),
  };
}

const waitFor = async (isSo: () => boolean) => {
  while (!isSo()) await sleep(5);
};

test("a buildx that waits goes on with what was decided", async () => {
  const { start, decide, request, logged, told } = early();
  const begun = await start();
  await waitFor(() => logged().includes("start"));
  const [decided] = await decide();
  if (begun === null || decided === undefined) throw new Error("nothing was begun");
  const [step, ...more] = begun.join([{ ...decided, input: "the run file" }]);
  expect({ step, more }).toMatchObject({ step: { input: "the run file" }, more: [] });
  const { exitCode } = await execute({ buildx: request.buildx, metadataOfAll: null }, step === undefined ? [] : [step]);
  expect({ exitCode, told: told(), logged: logged() }).toEqual({
    exitCode: 7,
    told: "the run file",
    logged: ["start", "end", ""],
  });
  expect(request.buildx.exec).toHaveBeenCalledTimes(1);
});

test.each<
  readonly [string, (args: readonly string[]) => { readonly args?: readonly string[]; readonly env?: Step["env"] }]
>([
  ["arguments", (args) => ({ args: [...args, "--allow=fs.read=/x"] })],
  ["variables", () => ({ env: { AWS_REGION: "x" } })],
])("one whose %s are others is killed, and says nothing", async (_, change) => {
  const { start, decide, logged } = early();
  const begun = await start();
  await waitFor(() => logged().includes("start"));
  const [step] = await decide();
  if (begun === null || step === undefined) throw new Error("nothing was begun");
  const decided = [{ ...step, ...change(step.args) }];
  expect(begun.join(decided)).toBe(decided);
  await sleep(50);
  expect(logged()).toEqual(["start", ""]);
});

test("one that has waited for long is killed", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const { start, decide, logged } = early();
  const begun = await start();
  vi.advanceTimersByTime(2_000);
  vi.useRealTimers();
  const decided = await decide();
  expect(begun?.join(decided)).toBe(decided);
  await sleep(50);
  expect(logged()).not.toContain("end");
});

const plan = (change: object) => ({ request: { plan: { ...fakeRun().request.plan, ...change } } }) as Fakes;

test.each<readonly [string, Fakes]>([
  ["the call may depend on the caches", { request: { mayStartEarly: false } }],
  ["docker starts buildx", { request: { buildx: { ...fakeRun().request.buildx, prefix: ["buildx"] } } }],
  ["shortcuts are off", { env: { BKCACHE_SHORTCUTS: "off" } }],
  ["a cache is in a folder", plan({ backends: { b: { type: "local", path: "/cache" } } })],
  ["a target has entries of its own", plan({ targets: { api: { cache: { from: { kind: "raw", entries: [] } } } } })],
  ["no cache is used", { request: { cache: fakeRun().request.cache } }],
])("none is started where %s", async (_, fakes) => {
  const { start, request } = early(fakes);
  expect(await start()).toBeNull();
  if ("mock" in request.buildx.exec) expect(request.buildx.exec).not.toHaveBeenCalled();
});
