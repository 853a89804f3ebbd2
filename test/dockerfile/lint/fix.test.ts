import { describe, expect, test } from "vitest";
import { lintFixture } from "./run-fixture.ts";

const shared = `project: shop
backends: { disk: { type: local, path: ~/.cache/bkcache } }
cache: { read: [disk], write: [disk] }
targets: { api: { target: api }, worker: { target: worker } }
`;
const ends = "FROM base AS api\nRUN a\nFROM base AS worker\nRUN b\n";

async function fix(dockerfile: string, config: string | null = null) {
  const first = await lintFixture({ dockerfile, config }, true);
  const again = await lintFixture({ dockerfile: first.after, config }, true);
  expect(again.after, "a second run changes nothing").toBe(first.after);
  expect(again.fixed).toEqual([]);
  expect(again.findings, "what is said afterwards is true afterwards").toEqual(first.findings);
  return first;
}

describe("--fix", () => {
  test("takes the mount away that hides the very file", async () => {
    const mount = "--mount=type=cache,id=x,target=/app/my-app";
    const head = "FROM golang:1.26\nRUN --mount=type=cache,id=m,target=/go/pkg/mod go build -o /app/my-app .\n";
    const cp = "cp /app/my-app /output/my-app";
    expect((await fix(`${head}RUN ${mount} ${cp}\n`)).after).toBe(`${head}RUN ${cp}\n`);
    const split = `${head}RUN --network=none \\\r\n  ${mount} \\\r\n  ${cp}\r\n`;
    expect((await fix(split)).after).toBe(`${head}RUN --network=none \\\r\n  ${cp}\r\n`);
    const commented = `${head}RUN ${mount} \\\n  # keep me\n  ${cp}\n`;
    expect((await fix(commented)).after).toBe(commented);
  });

  test("locks apt's mounts", async () => {
    const head = "FROM debian:13\nRUN rm -f /etc/apt/apt.conf.d/docker-clean\n";
    const run = (a: string, b: string) =>
      `${head}RUN --mount=type=cache,id=a,${a} \\\n    --mount=type=cache,id=b,${b} \\\n    apt-get update\n`;
    const { after, findings } = await fix(run("target=/var/cache/apt", "sharing=shared,target=/var/lib/apt"));
    expect(after).toBe(run("target=/var/cache/apt,sharing=locked", "sharing=locked,target=/var/lib/apt"));
    expect(findings).toEqual([]);
  });

  test("leaves a mount alone whose id is the path: its sharing is in the cache key", async () => {
    const dockerfile = "FROM acme/base\nRUN --mount=type=cache,target=/var/cache/apt apt-get update\n";
    expect((await fix(dockerfile)).after).toBe(dockerfile);
  });
});

describe("--fix of a package manager without its declared mount", () => {
  const config = (mounts: string) =>
    `project: shop\nmounts: { ${mounts} }\nrules: { BK6004: off }\ntargets: { app: {} }\n`;
  const flag = (id: string, rest: string) => `--mount=type=cache,id=shop-${id},target=${rest}`;

  test("writes markers, flags and what they need", async () => {
    const before = "FROM golang:1.26\nWORKDIR /src\nCOPY . .\nRUN go mod download\nRUN go build ./...\n";
    const { after, findings } = await fix(before, config("mod: go-mod, build: go-build"));
    const mod = flag("mod", "/go/pkg/mod");
    expect(after).toBe(
      `FROM golang:1.26\nWORKDIR /src\nCOPY . .\n# bkcache: mod\nRUN ${mod} go mod download\n# bkcache: mod\nRUN ${mod} go build ./...\n`,
    );
    expect(findings).toEqual([]);
  });

  test("names all mounts of one RUN, and mends what would empty them", async () => {
    const before = "FROM python:3.14\nRUN pip install uv && uv sync\n";
    const { after } = await fix(before, config("pip: pip, uv: uv"));
    expect(after).toBe(
      `FROM python:3.14\n# bkcache: pip uv\nRUN ${flag("pip", "/root/.cache/pip")} \\\n    ${flag("uv", "/root/.cache/uv")} \\\n    pip install uv && uv sync\n`,
    );
  });

  test.each([
    ["the mount would be emptied", "FROM node:24\nRUN npm ci && npm cache clean --force\n"],
    ["rm would fail on it", "FROM node:24\nRUN npm ci && rm -rf /root/.npm\n"],
    ["the tool looks elsewhere", "FROM node:24\nENV npm_config_cache=/tmp/npm\nRUN npm ci\n"],
    ["another user runs it", "FROM node:24\nUSER node\nRUN npm ci\n"],
    ["nobody knows who runs it", "FROM acme/base\nRUN npm ci\n"],
  ])("not where %s", async (_, before) => {
    const { after, findings } = await fix(before, config("npm: npm"));
    expect(after).toBe(before);
    expect(findings.map(({ code }) => code)).toEqual(["BK6003"]);
  });
});

/** Lines of the shared stage, and the same after --fix; null where nothing may change. */
const links: readonly (readonly [title: string, before: string, after: string | null])[] = [
  [
    "a file into the working folder",
    "FROM node:24\nWORKDIR /app\nCOPY package.json ./",
    "FROM node:24\nWORKDIR /app\nCOPY --link package.json ./",
  ],
  [
    "lower case, several sources and lines",
    "from node:24\nworkdir /app\ncopy package.json \\\n  x.json ./",
    "from node:24\nworkdir /app\ncopy --link package.json \\\n  x.json ./",
  ],
  [
    "--link=false is another word for none",
    "FROM node:24\nWORKDIR /app\nCOPY --link=false a.txt ./",
    "FROM node:24\nWORKDIR /app\nCOPY --link a.txt ./",
  ],
  [
    "a folder below the working folder",
    "FROM node:24\nWORKDIR /app\nCOPY src src",
    "FROM node:24\nWORKDIR /app\nCOPY --link src src",
  ],
  [
    "on scratch, what nothing is above of",
    "FROM scratch\nCOPY --link a.txt /\nCOPY b /b",
    "FROM scratch\nCOPY --link a.txt /\nCOPY --link b /b",
  ],
  [
    "a number as owner, of a folder that nobody made",
    "FROM scratch\nCOPY --link a.txt /\nCOPY --chown=1000:1000 b /srv/b/",
    "FROM scratch\nCOPY --link a.txt /\nCOPY --link --chown=1000:1000 b /srv/b/",
  ],
  [
    "the JSON form, and an older frontend that has it",
    '# syntax=docker/dockerfile:1.7\nFROM node:24\nWORKDIR /app\nCOPY ["a.txt", "./"]',
    '# syntax=docker/dockerfile:1.7\nFROM node:24\nWORKDIR /app\nCOPY --link ["a.txt", "./"]',
  ],

  [
    "a frontend that may not have it",
    "# syntax=docker/dockerfile:1.3\nFROM node:24\nWORKDIR /app\nCOPY a.txt ./",
    null,
  ],
  ["somebody's own frontend", "# syntax=acme/frontend\nFROM node:24\nWORKDIR /app\nCOPY a.txt ./", null],
  ["a name as owner", "FROM node:24\nWORKDIR /app\nCOPY --chown=node a.txt ./", null],
  ["a number as owner, of a folder of root", "FROM node:24\nWORKDIR /app\nCOPY --chown=1000 a.txt ./", null],
  ["a mode", "FROM node:24\nWORKDIR /app\nCOPY --chmod=0755 a.sh ./", null],
  ["a folder that the base image has", "FROM node:24\nCOPY a.conf /etc/app/", null],
  ["a link of the base image", "FROM node:24\nWORKDIR /var/run/app\nCOPY a.txt ./", null],
  ["a folder that the base image may have", "FROM node:24\nCOPY a.txt /app/", null],
  ["a working folder that nobody knows", "FROM node:24\nCOPY a.txt ./", null],
  ["a working folder of another user", "FROM node:24\nUSER node\nWORKDIR /app\nCOPY a.txt ./", null],
  ["a folder with an owner of its own", "FROM node:24\nWORKDIR /app\nRUN chown -R node /app\nCOPY a.txt ./", null],
  [
    "a folder with a mode of its own",
    "FROM scratch\nCOPY --link a.txt /\nRUN mkdir -m 1777 /data\nCOPY b.txt /data/",
    null,
  ],
  ["a link that a RUN makes", "FROM node:24\nWORKDIR /app\nRUN ln -s /data /app/data\nCOPY a.txt data/", null],
  [
    "a RUN that may make a link anywhere",
    "FROM node:24\nWORKDIR /app\nRUN ln -s /data $TARGET\nCOPY a.txt data/",
    null,
  ],
  ["a link that a tree may hold", "FROM node:24\nWORKDIR /app\nCOPY --link . .\nCOPY a.txt data/", null],
  ["a file named like a folder that is there", "FROM node:24\nWORKDIR /app/data\nCOPY a /app/data", null],
  [
    "a script that cannot be read",
    'FROM node:24\nWORKDIR /app\nSHELL ["pwsh", "-c"]\nRUN Set-Acl /app\nSHELL ["/bin/sh", "-c"]\nCOPY a.txt ./',
    null,
  ],
  ["ADD, which may unpack", "FROM node:24\nWORKDIR /app\nADD a.tar ./", null],
];

describe("--fix of a plain COPY in a shared stage", () => {
  const asBase = (text: string) => `${text.replace(/^(from \S+)/im, "$1 AS base")}\n${ends}`;
  test.each(links)("%s", async (_, before, after) => {
    const result = await fix(asBase(before), shared);
    expect(result.after).toBe(asBase(after ?? before));
    expect(result.findings.map(({ code }) => code)).toEqual(after === null ? ["BK6016"] : []);
  });

  test("is not asked for where no target reads a cache, files differ, or one target alone is built", async () => {
    const dockerfile = `FROM node:24 AS base\nWORKDIR /app\nCOPY a.txt ./\n${ends}`;
    for (const config of [
      shared.replace("cache: { read: [disk], write: [disk] }\n", ""),
      shared.replace("{ target: worker }", "{ target: worker, context: other, dockerfile: ../Dockerfile }"),
      shared.replace(", worker: { target: worker }", ""),
      shared.replace("{ target: worker }", "{ target: worker, call: check }"),
    ]) {
      expect((await lintFixture({ dockerfile, config })).findings).toEqual([]);
    }
  });

  test("is asked for where one target is built from the other", async () => {
    const config = shared.replace(
      /targets:.*/,
      "targets:\n  deps: { target: deps }\n  app: { target: app, contexts: { lib: target:deps } }",
    );
    const file = (from: string) =>
      `FROM node:24 AS deps\nWORKDIR /app\nCOPY a.txt ./\nFROM ${from} AS app\nCOPY --from=lib /app /app\n`;
    expect((await fix(file("lib"), config)).after).toContain("COPY --link a.txt");
    // Copying from it loses nothing.
    expect((await lintFixture({ dockerfile: file("scratch"), config })).findings).toEqual([]);
  });
});
