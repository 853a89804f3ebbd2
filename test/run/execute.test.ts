import { expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { execute } from "../../src/run/execute.ts";
import type { Step } from "../../src/run/ready.ts";

const step = (name: string): Step => ({ args: ["bake", name], env: { N: name }, cwd: "/x", metadataFile: `/${name}` });

async function run(steps: readonly Step[], exitCodes: Readonly<Record<string, number>> = {}) {
  const calls: unknown[] = [];
  const exec: Buildx["exec"] = async (args, options) => {
    calls.push([args, options]);
    return { exitCode: exitCodes[args[1] ?? ""] ?? 0, stdout: "", stderr: "" };
  };
  return { ran: await execute({ buildx: { exec } as Buildx }, steps), calls };
}

test("steps run in order, on the user's terminal", async () => {
  const { ran, calls } = await run([{ ...step("a"), input: "text" }, step("b")]);
  expect(ran).toEqual({ exitCode: 0, metadataFiles: ["/a", "/b"] });
  expect(calls).toEqual([
    [["bake", "a"], { env: { N: "a" }, cwd: "/x", input: "text", terminal: true }],
    [["bake", "b"], { env: { N: "b" }, cwd: "/x", terminal: true }],
  ]);
});

test("the one that fails is the last, and says the exit code", async () => {
  const { ran, calls } = await run([step("a"), step("b"), step("c")], { b: 130 });
  expect(ran).toEqual({ exitCode: 130, metadataFiles: ["/a", "/b"] });
  expect(calls).toHaveLength(2);
});

test("a step without a metadata file leaves none", async () => {
  expect((await run([{ ...step("a"), metadataFile: null }])).ran).toEqual({ exitCode: 0, metadataFiles: [] });
});

test("no step is no failure", async () => {
  expect((await run([])).ran).toEqual({ exitCode: 0, metadataFiles: [] });
});
