import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codes } from "../../../src/diagnostics/codes.ts";
import { lintFixture, readFixture } from "./run-fixture.ts";

/** Where each fixture that fails must be found, and nothing else; `config:` where it is the config that is wrong. */
const places = {
  BK6001: ["5:5"],
  BK6002: ["9:1"],
  BK6003: ["4:5"],
  BK6004: ["config:2:28"],
  BK6005: ["4:5"],
  BK6006: ["3:5"],
  BK6007: ["6:5"],
  BK6008: ["7:5"],
  BK6009: ["5:5"],
  BK6010: ["3:5"],
  BK6011: ["2:5"],
  BK6012: ["config:3:34"],
  BK6013: ["2:5"],
  BK6014: ["4:5"],
  BK6015: ["5:5"],
  BK6016: ["3:1", "4:1"],
  BK6017: ["2:5"],
  BK6018: ["3:54"],
  BK6019: ["5:5"],
  BK6020: ["3:1"],
  BK6021: ["config:2:27"],
  BK6022: ["4:17"],
  BK6023: ["4:5"],
  BK6024: ["6:5"],
};

describe.each(Object.entries(places))("%s", (code, expected) => {
  test("is found in the fixture that breaks the rule, there and nowhere else", async () => {
    const { findings } = await lintFixture(readFixture(code, "fails"));
    const found = findings.map(({ code, span }) => {
      return `${code} ${span?.file === "Dockerfile" ? "" : "config:"}${span?.line}:${span?.column}`;
    });
    expect(found).toEqual(expected.map((place) => `${code} ${place}`));
  });

  test("is not found in the one that keeps it, nor is anything else", async () => {
    const { findings } = await lintFixture(readFixture(code, "passes"));
    expect(findings).toEqual([]);
  });
});

test("every code has fixtures and a level", () => {
  const lintCodes = Object.entries(codes).filter(([code]) => code.startsWith("BK6"));
  expect(lintCodes.map(([code]) => code)).toEqual(Object.keys(places));
  expect(readdirSync(join(import.meta.dirname, "fixtures"))).toEqual(Object.keys(places));
  expect(lintCodes.filter(([, definition]) => !("level" in definition))).toEqual([]);
});

interface Case {
  readonly title: string;
  readonly dockerfile: string;
  readonly config?: string;
  /** Codes with lines, as in `BK6001:3`; nothing where nothing may be found. */
  readonly finds: readonly string[];
}

const mount = (rest: string) => `--mount=type=cache,id=shop-x,target=${rest}`;
const cases: readonly Case[] = [
  // --- BK6001
  {
    title: "a copy below the mount",
    dockerfile: `FROM scratch\nCOPY vendor/ /cache/vendor/\nRUN ${mount("/cache")} ["/use"]\n`,
    finds: ["BK6001:3"],
  },
  {
    title: "a redirection below the mount, in a stage that this one is made from",
    dockerfile: `FROM alpine AS a\nRUN cd /cache && echo x > list\nFROM a\nRUN ${mount("/cache")} use\n`,
    finds: ["BK6001:4"],
  },
  {
    title: "what was removed again is not hidden",
    dockerfile: `FROM alpine\nRUN touch /cache/x && rm -rf /cache\nRUN ${mount("/cache")} use\n`,
    finds: [],
  },
  {
    title: "what an earlier RUN wrote into the same mount is not hidden",
    dockerfile: `FROM alpine\nRUN ${mount("/cache")} make -o /cache/x\nRUN ${mount("/cache")} use /cache/x\n`,
    finds: [],
  },
  {
    title: "an empty folder is missed by nobody",
    dockerfile: `FROM alpine\nWORKDIR /cache\nRUN mkdir -p /cache/y\nRUN ${mount("/cache")} use\n`,
    finds: [],
  },
  {
    title: "but by the RUN that uses it",
    dockerfile: `FROM alpine\nRUN mkdir -p /cache/y\nRUN ${mount("/cache")} use /cache/y/z\n`,
    finds: ["BK6001:3"],
  },
  {
    title: "a mount that begins with a stage's files",
    dockerfile: `FROM alpine AS deps\nRUN touch /m/x\nFROM deps\nRUN ${mount("/m,from=deps,source=/m")} use\n`,
    finds: [],
  },
  {
    title: "a variable in the path",
    dockerfile: `FROM alpine\nENV OUT=/out\nRUN make -o $OUT/app\nRUN ${mount("${OUT}/app")} cp /out/app /x\n`,
    finds: ["BK6001:4"],
  },
  // --- BK6002
  {
    title: "a RUN that copies it out",
    dockerfile: `FROM alpine AS a\nRUN ${mount("/m")} make && cp -r /m /out\nFROM scratch\nCOPY --from=a /out /\n`,
    finds: [],
  },
  {
    title: "a later RUN that may write it into the image",
    dockerfile: `FROM alpine AS a\nRUN ${mount("/m")} make one\nRUN make two\nFROM scratch\nCOPY --from=a /m/x /\n`,
    finds: [],
  },
  {
    title: "a pattern, and the number of a stage",
    dockerfile: `FROM alpine\nRUN ${mount("/m")} make\nFROM scratch\nCOPY --from=0 /m/lib/*.so /\n`,
    finds: ["BK6002:4"],
  },
  // --- BK6003
  {
    title: "every form of RUN",
    dockerfile: [
      "FROM alpine AS a",
      'RUN ["npm", "ci"]',
      "FROM alpine AS b",
      'RUN sh -ec "cd /x && npm ci"',
      "FROM alpine AS c",
      "RUN <<EOF",
      "set -e",
      "npm ci",
      "EOF",
      "FROM alpine AS d",
      "RUN set -e; \\",
      "  # a comment",
      "  CI=1 npm ci",
      "FROM alpine AS e",
      "RUN bash <<EOF",
      "npm ci",
      "EOF",
      "",
    ].join("\n"),
    finds: ["BK6003:2", "BK6003:4", "BK6003:8", "BK6003:13", "BK6003:16"],
  },
  {
    title: "text that only names the command",
    dockerfile: "FROM alpine\nRUN cat <<EOF > /help\nnpm ci\nEOF\nRUN echo 'npm ci' # npm ci\n",
    finds: [],
  },
  {
    title: "a script of another language",
    dockerfile: 'FROM alpine\nRUN <<EOF\n#!/usr/bin/env python3\nnpm ci\nEOF\nSHELL ["pwsh", "-c"]\nRUN npm ci\n',
    finds: [],
  },
  {
    title: "a mount above the folder, in another user's home, and where a variable leads",
    dockerfile: [
      "FROM python:3.14",
      `RUN ${mount("/root/.cache")} pip install x`,
      "FROM node:24",
      "ENV npm_config_cache=/cache/n",
      `RUN --mount=type=cache,id=shop-y,target=/cache/n npm ci`,
      "FROM node:24",
      "USER node",
      `RUN --mount=type=cache,id=shop-z,target=/home/node/.npm,uid=1000 npm ci`,
      "",
    ].join("\n"),
    finds: [],
  },
  {
    title: "commands that download nothing",
    dockerfile: "FROM node:24\nRUN npx tsc && npm run build && mvn --version && go build -mod=vendor ./...\n",
    finds: [],
  },
  {
    title: "the first of two RUNs of one tool",
    dockerfile: "FROM golang:1.26\nRUN go mod download\nRUN go build ./...\n",
    finds: ["BK6003:2"],
  },
  {
    title: "two presets for one command are one finding",
    dockerfile: "FROM fedora:43\nRUN dnf install -y gcc\n",
    finds: ["BK6003:2"],
  },
  {
    title: "a RUN that waits for generate",
    dockerfile: "FROM node:24\n# bkcache: npm\nRUN npm ci\n",
    config: "project: shop\nmounts: { npm: npm }\ntargets: { app: {} }\n",
    finds: [],
  },
  // --- BK6006
  {
    title: "a path without an id is said once in a file",
    dockerfile:
      "FROM alpine\nRUN --mount=type=cache,target=/a x\nRUN --mount=type=cache,target=/b --mount=type=cache,target=/a y\n",
    finds: ["BK6006:2", "BK6006:3"],
  },
  // --- BK6008, BK6009
  {
    title: "root written out is another mount than no owner",
    dockerfile: `FROM alpine\nRUN ${mount("/m")} a\nRUN ${mount("/m,uid=0")} b\nRUN ${mount("/m,gid=0,mode=0755")} c\n`,
    finds: ["BK6008:3", "BK6008:4"],
  },
  {
    title: "mounts that their user can write to",
    dockerfile: [
      "FROM alpine",
      "USER 1000",
      `RUN --mount=type=cache,id=a,target=/a,uid=1000 x`,
      `RUN --mount=type=cache,id=b,target=/b,mode=0777 x`,
      `RUN --mount=type=cache,id=c,target=/c,ro x`,
      `RUN --mount=type=cache,id=d,target=/d sudo x`,
      "USER root",
      `RUN --mount=type=cache,id=e,target=/e x`,
      "",
    ].join("\n"),
    finds: [],
  },
  {
    title: "a mount of another number",
    dockerfile: "FROM alpine\nUSER 1000:1000\nRUN --mount=type=cache,id=a,target=/a,uid=1001 x\n",
    finds: ["BK6009:3"],
  },
  // --- BK6011
  {
    title: "an image without apt's clean-up, and one that is not known",
    dockerfile: [
      "FROM node:24-alpine",
      "RUN --mount=type=cache,id=a,target=/var/cache/apt,sharing=locked apt-get install x",
      "FROM acme/base",
      "RUN --mount=type=cache,id=a,target=/var/cache/apt,sharing=locked apt-get install x",
      "",
    ].join("\n"),
    finds: [],
  },
  {
    title: "an image that deletes what apt downloads is said once",
    dockerfile: [
      "FROM ubuntu:24.04 AS a",
      "RUN --mount=type=cache,id=a,target=/var/cache/apt,sharing=locked apt-get install x",
      "FROM a",
      "RUN --mount=type=cache,id=a,target=/var/cache/apt,sharing=locked apt-get install y",
      "",
    ].join("\n"),
    finds: ["BK6011:2"],
  },
  // --- BK6012
  {
    title: "noCache of a target with mounts, and of one without",
    dockerfile: "FROM node:24 AS a\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\nFROM scratch AS b\n",
    config:
      "project: shop\nmounts: { npm: npm }\ntargets:\n  a: { target: a, noCache: true }\n  b: { target: b, noCache: true }\n",
    finds: ["BK6012:config"],
  },
  // --- BK6013
  {
    title: "names that only sound like secrets",
    dockerfile: "FROM alpine\nARG TOKEN_URL\nENV DB_PASSWORD_FILE=/run/secrets/db SECRET_NAME=x API_KEY=\n",
    finds: [],
  },
  {
    title: "before the first FROM, and with a value in ENV",
    dockerfile: "ARG GH_TOKEN\nFROM alpine\nENV A=1 DB_PASSWORD=x\n",
    finds: ["BK6013:1", "BK6013:3"],
  },
  // --- BK6014
  {
    title: "different ids for different platforms or steps",
    dockerfile: [
      "FROM alpine AS a",
      "RUN --mount=type=cache,id=one,target=/m x",
      "FROM --platform=linux/arm64 alpine AS b",
      "RUN --mount=type=cache,id=two,target=/m x",
      "FROM alpine AS c",
      "RUN y",
      "RUN --mount=type=cache,id=three,target=/m x",
      "",
    ].join("\n"),
    finds: [],
  },
  // --- BK6015
  {
    title: "a variable of the command, of the script, and of GOPATH",
    dockerfile: [
      "FROM alpine AS a",
      "RUN --mount=type=cache,id=a,target=/root/.cache/cargo-target CARGO_TARGET_DIR=/root/.cache/cargo-target cargo clippy --offline",
      "RUN --mount=type=cache,id=a,target=/root/.cache/cargo-target export CARGO_TARGET_DIR=/root/.cache/cargo-target; cargo clippy --offline",
      "FROM alpine AS b",
      "ENV GOPATH=/go",
      "RUN --mount=type=cache,id=b,target=/go/pkg/mod go mod download",
      "",
    ].join("\n"),
    finds: [],
  },
  {
    title: "go outside of its image",
    dockerfile: "FROM debian:13\nRUN --mount=type=cache,id=b,target=/go/pkg/mod go mod download\n",
    finds: ["BK6015:2"],
  },
  {
    title: "a declared mount in a folder of the user's own",
    dockerfile: "FROM node:24\nRUN --mount=type=cache,id=shop-npm,target=/cache/npm npm ci\n",
    config: "project: shop\nmounts: { npm: { preset: npm, target: /cache/npm } }\ntargets: { app: {} }\n",
    finds: ["BK6015:2"],
  },
  // --- BK6018
  {
    title: "flags and mounts that BuildKit refuses",
    dockerfile: [
      "FROM alpine",
      "RUN --mounts=type=cache,target=/x a",
      "RUN --mount=type=cahce,id=a,target=/x a",
      "RUN --mount=type=cache,id=a a",
      "RUN --mount=type=tmpfs,target=/x,sharing=locked a",
      "RUN --mount=type=cache,id=a,target=/ a",
      "RUN --mount=type=cache,id=b,target=/x,mode=rwx a",
      "",
    ].join("\n"),
    finds: ["BK6018:2", "BK6018:3", "BK6018:4", "BK6018:5", "BK6018:6", "BK6018:7"],
  },
  {
    title: "every option that each type has",
    dockerfile: [
      "FROM alpine",
      "RUN --mount=type=cache,id=a,dst=/x,from=scratch,src=/y,sharing=PRIVATE,mode=0755,uid=0,gid=0,ro a",
      "RUN --mount=target=/x,source=y,rw --mount=type=tmpfs,target=/t,size=64m a",
      "RUN --mount=type=secret,id=k,env=K,required=true --mount=type=ssh,id=d,mode=0600 --network=none --security=sandbox a",
      "RUN --mount=type=$KIND,foo=1 a",
      "",
    ].join("\n"),
    finds: [],
  },
  // --- BK6019
  {
    title: "a stage of the build platform",
    dockerfile:
      "FROM --platform=$BUILDPLATFORM golang:1.26\nRUN --mount=type=cache,id=shop-b,target=/root/.cache/go-build --mount=type=cache,id=shop-m,target=/go/pkg/mod go build\n",
    config:
      "project: shop\nmounts: { b: { preset: go-build, perArch: false }, m: go-mod }\ntargets: { app: { platforms: [linux/amd64, linux/arm64] } }\n",
    finds: [],
  },
];

test.each(cases)("$title", async ({ dockerfile, config, finds }) => {
  const { findings } = await lintFixture({ dockerfile, config: config ?? null });
  expect(findings.map(({ code, span }) => `${code}:${span?.file === "Dockerfile" ? span.line : "config"}`)).toEqual(
    finds,
  );
});
