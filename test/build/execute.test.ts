import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { execute } from "../../src/build/execute.ts";
import type { Step } from "../../src/build/ready.ts";
import { makeTempDir } from "../support/cleanup.ts";

const step = (name: string): Step => ({ args: ["bake", name], env: { N: name }, cwd: "/x", metadataFile: `/${name}` });

async function run(steps: readonly Step[], exitCodes: Readonly<Record<string, number>> = {}) {
  const calls: unknown[] = [];
  const exec: Buildx["exec"] = async (args, options) => {
    calls.push([args, options]);
    return { exitCode: exitCodes[args[1] ?? ""] ?? 0, stdout: "", stderr: "" };
  };
  return { ran: await execute({ buildx: { exec } as Buildx, metadataOfAll: null }, steps), calls };
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

test("steps beside each other begin at once, what they write comes one after the other, and the first failure counts", async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const outputs: unknown[] = [];
  const exec: Buildx["exec"] = async ([, name = ""], { terminal, terminalAfter } = {}) => {
    begun.push(name);
    outputs.push(terminal === true ? "terminal" : terminalAfter instanceof Promise ? "after" : "none");
    await new Promise((resolve) => setTimeout(resolve, name === "a" ? 20 : 1));
    ended.push(name);
    return { exitCode: { a: 0, b: 7, c: 9, d: 0 }[name] ?? 0, stdout: "", stderr: "" };
  };
  const beside = (name: string): Step => ({ ...step(name), isBeside: true });
  const ran = await execute({ buildx: { exec } as Buildx, metadataOfAll: null }, [
    step("a"),
    beside("b"),
    beside("c"),
    step("d"),
  ]);
  expect(begun).toEqual(["a", "b", "c"]);
  expect(outputs).toEqual(["terminal", "after", "after"]);
  expect(ended).toEqual(["b", "c", "a"]);
  expect(ran).toEqual({ exitCode: 7, metadataFiles: ["/a", "/b", "/c"] });
});

test("a step that cannot be started waits for those beside it", async () => {
  const ended: string[] = [];
  const exec: Buildx["exec"] = async ([, name = ""]) => {
    if (name === "b") throw new Error("no such program");
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(name);
    return { exitCode: 0, stdout: "", stderr: "" };
  };
  const steps = [step("a"), { ...step("b"), isBeside: true }];
  await expect(execute({ buildx: { exec } as Buildx, metadataOfAll: null }, steps)).rejects.toThrow("no such program");
  expect(ended).toEqual(["a"]);
});

test("the metadata of several steps becomes one file, where the user asked for one", async () => {
  const dir = makeTempDir("metadata");
  const stepIn = (name: string): Step => ({ ...step(name), metadataFile: join(dir, name) });
  for (const name of ["a", "b"]) writeFileSync(join(dir, name), JSON.stringify({ [name]: { ref: name } }));
  const exec: Buildx["exec"] = async () => ({ exitCode: 0, stdout: "", stderr: "" });
  const path = join(dir, "all.json");
  await execute({ buildx: { exec } as Buildx, metadataOfAll: path }, [stepIn("a"), stepIn("b")]);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ a: { ref: "a" }, b: { ref: "b" } });
});
