import { execFileSync } from "node:child_process";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { readBuildInput } from "../../src/source/standard-input.ts";

const dockerfile = `FROM scratch\n${"# a comment that is longer than what is looked at\n".repeat(100)}`;
const pieces = (content: Buffer | string, size: number) => {
  const bytes = Buffer.from(content);
  const count = Math.ceil(bytes.length / size);
  return Readable.from(Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size)));
};

test.each([1, 100, 512, 1024, 100_000])("what comes in pieces of %i bytes", async (size) => {
  const archive = execFileSync("tar", ["-c", "package.json", "src/bin.ts"]);
  for (const content of [archive, execFileSync("gzip", ["-c"], { input: archive })]) {
    const read = await readBuildInput(pieces(content, size), { context: "-" });
    expect(read.kind).toBe("archive");
    if (read.kind === "archive") expect((await buffer(read.stream)).equals(content)).toBe(true);
  }
  for (const args of [{ context: "-" }, { context: ".", file: "-" }]) {
    expect(await readBuildInput(pieces(dockerfile, size), args)).toEqual({ kind: "dockerfile", text: dockerfile });
  }
});

test("nothing is read where the command line names no standard input", async () => {
  const stdin = pieces("FROM a", 10);
  for (const args of [{ context: "." }, { context: ".", file: "Dockerfile" }, { context: "-", file: "-" }]) {
    expect(await readBuildInput(stdin, args)).toEqual({ kind: "none" });
  }
  expect((await buffer(stdin)).toString()).toBe("FROM a");
});

test("an empty one is a Dockerfile, which buildx refuses", async () => {
  expect(await readBuildInput(Readable.from([]), { context: "-" })).toEqual({ kind: "dockerfile", text: "" });
});
