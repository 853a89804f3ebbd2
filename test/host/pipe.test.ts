import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { openPipe } from "../../src/host/pipe.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { isRunning } from "../support/process.ts";

const dir = makeTempDir("pipe");
const context = { cwd: dir, env: { PATH: process.env["PATH"], MARK: "host" } };
const sh = (script: string) => openPipe(context, "sh", ["-c", script]);

test("what is written reaches the program, and what it writes comes back", async () => {
  const pipe = await sh("pwd; echo $MARK; cat");
  pipe.stream.end("hello\n");
  await expect(text(pipe.stream)).resolves.toBe(`${dir}\nhost\nhello\n`);
  await expect(pipe.ended).resolves.toBe(0);
});

test("in another folder", async () => {
  const other = makeTempDir("other");
  const pipe = await openPipe(context, "sh", ["-c", "pwd"], { cwd: other });
  pipe.stream.end();
  await expect(text(pipe.stream)).resolves.toBe(`${other}\n`);
});

test("standard error, its last part only, and the exit code", async () => {
  const pipe = await sh("head -c 100000 /dev/zero >&2; echo last >&2; exit 3");
  pipe.stream.resume();
  await expect(pipe.ended).resolves.toBe(3);
  expect(pipe.stderr()).toHaveLength(65_536);
  expect(pipe.stderr()).toMatch(/\0last\n$/);
});

test("close ends its input, which ends most programs", async () => {
  const pipe = await sh("cat; echo through >&2; exit 5");
  await pipe.close();
  await expect(pipe.ended).resolves.toBe(5);
  expect(pipe.stderr()).toBe("through\n");
});

test("close ends a program that ignores it too", async () => {
  const pipe = await sh("trap '' TERM; echo $$; while :; do sleep 0.05; done");
  const pid = Number(String(await new Promise((resolve) => void pipe.stream.once("data", resolve))));
  await pipe.close();
  expect(isRunning(pid)).toBe(false);
});

test("what cannot start is BK4001", async () => {
  await expect(openPipe(context, "no-such-program-here", [])).rejects.toMatchObject({ code: "BK4001" });
});
