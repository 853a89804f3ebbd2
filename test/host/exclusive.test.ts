import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { takeExclusively } from "../../src/host/exclusive.ts";
import { waitFor } from "../support/poll.ts";

test("a name is had once, and again when it was given back", async () => {
  const name = `/cache/${process.pid}`;
  const release = await takeExclusively(name);
  expect(release).not.toBeNull();
  expect(await takeExclusively(name)).toBeNull();
  const other = await takeExclusively(`${name}/other`);
  expect(other).not.toBeNull();
  other?.();
  release?.();
  const again = await takeExclusively(name);
  expect(again).not.toBeNull();
  again?.();
});

test("a process that was killed gives it back", async () => {
  const name = `/cache/killed/${process.pid}`;
  const module = new URL("../../src/host/exclusive.ts", import.meta.url).href;
  const script = `const { takeExclusively } = await import(${JSON.stringify(module)});
console.log((await takeExclusively(${JSON.stringify(name)})) !== null); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  expect(said.toString().trim()).toBe("true");
  expect(await takeExclusively(name)).toBeNull();
  child.kill("SIGKILL");
  await once(child, "exit");
  const release = await waitFor(async () => (await takeExclusively(name)) ?? undefined, { what: "the name" });
  release();
});
