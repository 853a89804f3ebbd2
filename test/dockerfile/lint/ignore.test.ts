import { describe, expect, test } from "vitest";
import { lintFixture } from "./run-fixture.ts";

async function find(dockerfile: string, config: string | null = null): Promise<readonly string[]> {
  const { findings } = await lintFixture({ dockerfile, config });
  return findings.map(({ code, span }) => `${code}:${span?.line}`);
}

describe("ignore comments", () => {
  test.each([
    ["a code with a reason", "# bkcache-ignore BK6003 offline mirror"],
    ["several codes", "# bkcache-ignore BK6003,BK6013"],
    ["several codes with blanks", "#bkcache-ignore BK6003, BK6013 because"],
  ])("%s, above the instruction", async (_, comment) => {
    const arg = comment.includes("BK6013") ? "ENV A=1 MY_TOKEN=x\n" : "";
    // One comment stands for one instruction.
    expect(await find(`FROM node:24\n${comment}\nRUN npm ci\n${arg}`)).toEqual(
      arg === "" ? [] : ["BK6020:2", "BK6013:4"],
    );
  });

  test("only directly above", async () => {
    expect(await find("FROM node:24\n# bkcache-ignore BK6003\n\nRUN npm ci\n")).toEqual(["BK6003:4"]);
    expect(await find("FROM node:24\n# bkcache-ignore BK6003\n# why\nRUN npm ci\n")).toEqual([]);
  });

  test("for the whole file, before the first instruction", async () => {
    const runs = "FROM node:24\nRUN npm ci\nFROM python:3.14\nRUN pip install x\n";
    expect(await find(`# syntax=docker/dockerfile:1\n# bkcache-ignore-file BK6003 mirror\n\n${runs}`)).toEqual([]);
    expect(await find(`${runs}# bkcache-ignore-file BK6003\n`)).toEqual(["BK6003:2", "BK6003:4"]);
  });

  test("a code that does not exist, that finds nothing, or none at all", async () => {
    expect(await find("FROM node:24\n# bkcache-ignore BK6999\nRUN x\n")).toEqual(["BK6020:2"]);
    expect(await find("FROM node:24\n# bkcache-ignore BK6003\nRUN x\n")).toEqual(["BK6020:2"]);
    expect(await find("FROM node:24\n# bkcache-ignore because\nRUN x\n")).toEqual(["BK6020:2"]);
  });

  test("what only a config can tell is not missed without one", async () => {
    const dockerfile = "FROM node:24\n# bkcache-ignore BK6005\nRUN --mount=type=cache,id=x,target=/x y\n";
    expect(await find(dockerfile)).toEqual([]);
    const declaring =
      "project: shop\nmounts: { x: { target: /x, id: y } }\nrules: { BK6004: off }\ntargets: { app: {} }\n";
    expect(await find(dockerfile, declaring)).toEqual([]);
    expect(await find("FROM a\n# bkcache-ignore BK6005\nRUN x\n", "project: shop\ntargets: { app: {} }\n")).toEqual([
      "BK6020:2",
    ]);
  });
});

describe("what a build may well pass is no error", () => {
  const hiding = (command: string) =>
    `FROM scratch\nCOPY vendor/ /cache/vendor/\nRUN --mount=type=cache,id=x,target=/cache ["${command}"]\n`;
  test.each([
    ["a mount over files that nobody is seen to use", hiding("/use"), null, "warn"],
    [
      "the same where the config says so",
      hiding("/use"),
      "project: shop\nrules: { BK6001: error }\ntargets: { app: {} }\n",
      "error",
    ],
    ["a mount over a file that the RUN names", hiding("/cache/vendor/run"), null, "error"],
    [
      "a file that the RUN takes",
      "FROM alpine\nRUN echo x > /app/x\nRUN --mount=type=cache,id=x,target=/app/x cp /app/x /y\n",
      null,
      "error",
    ],
    [
      "a copy of the folder itself",
      "FROM alpine AS a\nRUN --mount=type=cache,id=x,target=/m make\nFROM scratch\nCOPY --from=a /m /m\n",
      null,
      "warn",
    ],
    [
      "a copy of what is in it",
      "FROM alpine AS a\nRUN --mount=type=cache,id=x,target=/m make\nFROM scratch\nCOPY --from=a /m/x /x\n",
      null,
      "error",
    ],
  ])("%s", async (_, dockerfile, config, level) => {
    const { findings } = await lintFixture({ dockerfile, config });
    expect(findings.map((finding) => finding.level)).toEqual([level]);
  });
});

describe("rules of the config", () => {
  const dockerfile = "FROM node:24\nRUN npm ci\n";
  test.each([
    ["off", []],
    ["warn", ["warn"]],
    ["error", ["error"]],
  ])("%s", async (level, expected) => {
    const config = `project: shop\nrules: { BK6003: ${level} }\ntargets: { app: {} }\n`;
    const { findings } = await lintFixture({ dockerfile, config });
    expect(findings.map((finding) => finding.level)).toEqual(expected);
  });
});
