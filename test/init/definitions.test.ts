import { expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { createHost } from "../../src/host/node-host.ts";
import { askDefinitions } from "../../src/init/definitions.ts";
import { cleanEnv } from "../support/env.ts";
import { makeWorkspace } from "../support/workspace.ts";

/** What bake refuses, by its arguments without `bake`; it prints one target for all others. */
async function ask(sets: readonly (readonly string[])[], refuses: Readonly<Record<string, string>>) {
  const { dir } = makeWorkspace({
    "compose.yaml": "",
    "compose.more.yaml": "",
    "compose.broken.yaml": "",
    "bake.hcl": "",
    Dockerfile: "FROM scratch\n",
  });
  const printed = JSON.stringify({ target: { web: { context: ".", dockerfile: "Dockerfile" } } });
  const buildx: Buildx = {
    command: "buildx",
    prefix: [],
    version: null,
    exec: ([, ...args]) => {
      const reason = refuses[args.join(" ")];
      return Promise.resolve(
        reason === undefined
          ? { exitCode: 0, stdout: printed, stderr: "" }
          : { exitCode: 1, stdout: "", stderr: `ERROR: ${reason}\n` },
      );
    },
  };
  const host = createHost({ cwd: dir, env: cleanEnv(), signal: new AbortController().signal, tell: () => {} });
  return askDefinitions(host, buildx, sets);
}

const noImage = 'service "a" has neither an image nor a build context specified';

test("of a file with a group that names what is not there, what it builds without a name counts", async () => {
  const missing = "failed to find target gone";
  const { definitions, notices } = await ask([["bake.hcl"]], { "-f bake.hcl --print *": missing });
  expect(definitions.map(({ definition }) => Object.keys(definition.targets))).toEqual([["web"]]);
  expect(notices).toEqual([]);
  const refuses = { "-f bake.hcl --print *": missing, "-f bake.hcl --print": "failed to find target default" };
  expect((await ask([["bake.hcl"]], refuses)).notices).toMatchObject([
    { code: "BK1012", message: expect.stringContaining(`bake refuses it: ${missing}`) as string },
  ]);
});

test("a compose file that is read on top of another alone is passed over", async () => {
  const { definitions, notices } = await ask([["compose.more.yaml"], ["compose.broken.yaml"]], {
    "-f compose.more.yaml --print *": noImage,
    "-f compose.broken.yaml --print *": noImage,
    "-f compose.yaml -f compose.broken.yaml --print *": noImage,
  });
  expect(definitions).toEqual([]);
  expect(notices.map(({ message }) => message).toSorted()).toEqual([
    `compose.broken.yaml: what it builds is not known, since bake refuses it: ${noImage}`,
    "compose.more.yaml: passed over, since it is no definition by itself: bake reads it on top of compose.yaml",
  ]);
});
