import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorkspace } from "../../support/workspace.ts";

const module = JSON.stringify(join(import.meta.dirname, "../../../src/cli/report/output.ts"));
// More than a pipe holds, in characters of several bytes.
const long = "\u00e4\u{1f600}".repeat(100_000);
const longSource = '"\\u00e4\\u{1f600}".repeat(100_000)';

/** What a reader gets of a program, and on standard error the program's exit code. */
function pipe(program: string, reader: string): { readonly stdout: string; readonly stderr: string } {
  const workspace = makeWorkspace({ "program.mjs": `import { writeOutput } from ${module};\n${program}` });
  const { stdout, stderr } = spawnSync("sh", ["-c", `{ "$NODE" "$PROGRAM"; echo $? >&2; } | ${reader}`], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], NODE: process.execPath, PROGRAM: workspace.path("program.mjs") },
    maxBuffer: 2 * long.length * 4,
  });
  return { stdout, stderr };
}

test.each([
  { pipeIs: "blocking", prepare: "" },
  { pipeIs: "non-blocking", prepare: "process.stdout._handle.setBlocking(false);\n" },
])("all of a long text arrives at a slow reader: $pipeIs", ({ prepare }) => {
  const { stdout, stderr } = pipe(`${prepare}writeOutput(${longSource});`, "{ sleep 0.2; cat; }");
  expect(stderr).toBe("0\n");
  expect(stdout === long).toBe(true);
});

test("a reader that is gone is no failure", () => {
  expect(pipe(`writeOutput("abc" + ${longSource});`, "head -c 3")).toEqual({ stdout: "abc", stderr: "0\n" });
});
