import { describe, expect, test } from "vitest";
import { lintFixture } from "./run-fixture.ts";

/** Codes with lines of what is found in a Dockerfile; those of `only` where it is given. */
async function find(dockerfile: string, options: { only?: string; config?: string } = {}): Promise<readonly string[]> {
  const { findings } = await lintFixture({ dockerfile, config: options.config ?? null });
  return findings
    .filter(({ code }) => options.only === undefined || code === options.only)
    .map(({ code, span }) => `${code}:${span.file === "Dockerfile" ? span.line : "config"}`);
}

async function say(dockerfile: string, code: string, config: string | null = null): Promise<string> {
  const { findings } = await lintFixture({ dockerfile, config });
  const found = findings.filter((finding) => finding.code === code);
  return found.map(({ message, hint }) => `${message} -> ${hint}`).join("\n");
}

const cache = (target: string, rest = "") => `--mount=type=cache,id=shop-x,target=${target}${rest}`;

describe("a mount that its own RUN empties or passes by", () => {
  const pip = cache("/root/.cache/pip");
  test.each([
    ["a flag", "python:3.14", pip, "pip install --no-cache-dir x"],
    ["a flag before the subcommand", "python:3.14", pip, "pip --no-cache-dir install x"],
    ["behind python -m", "python:3.14", pip, "python3 -m pip install --no-cache-dir x"],
    ["behind sudo and a variable", "python:3.14", pip, "A=1 sudo -E pip install --no-cache-dir x"],
    ["in the JSON form", "python:3.14", pip, '["pip", "install", "--no-cache-dir", "x"]'],
    ["in a later command", "python:3.14", pip, "set -eux; mkdir /x; pip install --no-cache-dir x"],
    ["on a line that goes on", "python:3.14", pip, "set -e && \\\n  # why\n  pip install \\\n    --no-cache-dir x"],
    ["in a script", "python:3.14", pip, "<<EOF\nset -e\npip install --no-cache-dir x\nEOF"],
    ["in a shell's script", "python:3.14", pip, "bash -c 'pip install --no-cache-dir x'"],
    ["a variable of the command", "python:3.14", pip, "PIP_NO_CACHE_DIR=off pip install x"],
    ["a variable that the script exports", "python:3.14", pip, "export PIP_NO_CACHE_DIR=1; pip install x"],
    ["the mount's folder", "python:3.14", pip, "pip install x && rm -rf /root/.cache/pip/*"],
    ["by ~", "python:3.14", pip, "pip install x && rm -rf ~/.cache"],
    ["by $HOME", "python:3.14", pip, 'pip install x && rm -fr "$HOME"/.cache/'],
    ["by cd", "python:3.14", pip, "pip install x && cd /root/.cache && rm -rf *"],
    ["by find", "python:3.14", pip, "pip install x && find /root/.cache -type f -delete"],
    ["pip's own command", "python:3.14", pip, "pip install x && pip cache purge"],
    ["before the work", "python:3.14", pip, "rm -rf /root/.cache/pip/* && pip install x"],
    ["uv's flag", "debian:13", cache("/root/.cache/uv"), "uv --no-cache sync"],
    ["uv's short flag", "debian:13", cache("/root/.cache/uv"), "uv pip install -n x"],
    ["uv's variable", "debian:13", cache("/root/.cache/uv"), "UV_NO_CACHE=1 uv sync"],
    ["poetry", "python:3.14", cache("/root/.cache/pypoetry"), "poetry install --no-cache"],
    ["apt's packages", "acme/base", cache("/var/cache/apt", ",sharing=locked"), "apt-get install x && apt-get clean"],
    [
      "apt's lists",
      "acme/base",
      cache("/var/lib/apt", ",sharing=locked"),
      "apt-get update && rm -rf /var/lib/apt/lists/*",
    ],
    [
      "apt's lists in their own mount",
      "acme/base",
      cache("/var/lib/apt/lists", ",sharing=locked"),
      "apt-get update && rm -rf /var/lib/apt/lists/*",
    ],
    ["npm", "node:24", cache("/root/.npm"), "npm ci && npm cache clean --force"],
    [
      "yarn",
      "node:24",
      cache("/usr/local/share/.cache/yarn", ",sharing=locked"),
      "yarn install --frozen-lockfile && yarn cache clean",
    ],
    ["pnpm", "node:24", cache("/root/.local/share/pnpm/store"), "pnpm install && pnpm store prune"],
    ["apk", "alpine:3.22", cache("/etc/apk/cache", ",sharing=locked"), "apk add --no-cache g++"],
    [
      "apk behind another command",
      "alpine:3.22",
      cache("/etc/apk/cache", ",sharing=locked"),
      "apk update && apk add --no-cache g++",
    ],
    ["apk with the flag first", "alpine:3.22", cache("/etc/apk/cache", ",sharing=locked"), "apk --no-cache add g++"],
    ["dnf", "acme/base", cache("/var/cache/dnf", ",sharing=locked"), "dnf install -y x && dnf clean all"],
    ["yum", "acme/base", cache("/var/cache/yum", ",sharing=locked"), "yum -y install x && yum clean all -y"],
    ["microdnf", "acme/base", cache("/var/cache/dnf", ",sharing=locked"), "microdnf install x && microdnf clean all"],
    ["composer's flag", "composer:2", cache("/tmp/cache", ",sharing=locked"), "composer install --no-cache"],
    [
      "composer's command",
      "composer:2",
      cache("/tmp/cache", ",sharing=locked"),
      "composer install && composer clear-cache",
    ],
    ["go", "golang:1.26", cache("/go/pkg/mod"), "go build && go clean -modcache"],
    [
      "conda",
      "continuumio/miniconda3",
      cache("/opt/conda/pkgs", ",sharing=locked"),
      "conda install -y x && conda clean -afy",
    ],
    [
      "nuget",
      "mcr.microsoft.com/dotnet/sdk:10.0",
      cache("/root/.nuget/packages"),
      "dotnet restore && dotnet nuget locals all --clear",
    ],
    ["bun", "oven/bun", cache("/root/.bun/install/cache"), "bun install --no-cache"],
    ["pipenv", "python:3.14", cache("/root/.cache/pipenv"), "pipenv install --clear"],
  ])("%s", async (_, image, mount, command) => {
    const dockerfile = `FROM ${image}\nRUN ${mount} ${command}\n`;
    expect(await find(dockerfile, { only: "BK6022" })).toHaveLength(1);
    expect(await find(`FROM ${image}\nRUN ${command}\n`, { only: "BK6022" })).toEqual([]);
  });

  test.each([
    ["ENV", "ENV PIP_NO_CACHE_DIR=1", pip, "pip install x"],
    ["ENV, the old form", "ENV PIP_NO_CACHE_DIR off", pip, "pip install x"],
    ["ARG", "ARG UV_NO_CACHE=true", cache("/root/.cache/uv"), "uv sync"],
  ])("a variable of %s", async (_, line, mount, command) => {
    expect(await find(`FROM python:3.14\n${line}\nRUN ${mount} ${command}\n`)).toEqual(["BK6022:3"]);
  });

  test.each([
    ["no variable", "ENV PIP_NO_CACHE_DIR=", pip, "pip install x"],
    ["uv's variable turned off", "ENV UV_NO_CACHE=0", cache("/root/.cache/uv"), "uv sync"],
    ["a folder beside it", "ENV A=1", pip, "pip install x && rm -rf /root/.cache/other /tmp/*"],
    ["what a tool leaves beside its cache", "ENV A=1", cache("/root/.npm"), "npm ci && rm -rf /root/.npm/_logs"],
    ["files of one kind", "ENV A=1", cache("/root/.cache"), "pip install x && find /root/.cache -name '*.tmp' -delete"],
    ["another tool's flag", "ENV A=1", pip, "apk add --no-cache gcc && pip install x"],
    [
      "another tool's clean-up",
      "ENV A=1",
      pip,
      "apt-get install gcc && apt-get clean && rm -rf /var/lib/apt/lists/* && pip install x",
    ],
    ["text that only names it", "ENV A=1", pip, "echo 'pip install --no-cache-dir' && pip install x"],
    ["a mount that cannot be written", "ENV A=1", `${pip},ro`, "pip install --no-cache-dir x"],
    ["only what is old", "ENV A=1", cache("/app/target"), "cargo build && find /app/target -mtime +7 -delete"],
    [
      "apt's package file",
      "ENV A=1",
      cache("/var/cache/apt", ",sharing=locked"),
      "apt-get install x && rm -f /var/cache/apt/*.bin",
    ],
    [
      "what apt-get autoclean leaves",
      "ENV A=1",
      cache("/var/cache/apt", ",sharing=locked"),
      "apt-get install x && apt-get autoclean",
    ],
  ])("not %s", async (_, line, mount, command) => {
    expect(await find(`FROM acme/base\n${line}\nRUN ${mount} ${command}\n`, { only: "BK6022" })).toEqual([]);
  });

  const config = "project: shop\nmounts: { pip: pip, apk: apk }\ntargets: { app: {} }\n";
  test("below a marker, with and without the flag", async () => {
    const command = "pip install --no-cache-dir x";
    for (const flag of ["", "--mount=type=cache,id=shop-pip,target=/root/.cache/pip "]) {
      const dockerfile = `FROM python:3.14\n# bkcache: pip\nRUN ${flag}${command}\n`;
      expect(await find(dockerfile, { config, only: "BK6022" })).toEqual(["BK6022:3"]);
    }
    const apk = "FROM alpine:3.22\n# bkcache: apk\nRUN apk update && apk add --no-cache g++\n";
    expect(await find(apk, { config, only: "BK6022" })).toEqual(["BK6022:3"]);
    expect(await find("FROM python:3.14\n# bkcache: pip\nRUN pip install x\n", { config, only: "BK6022" })).toEqual([]);
  });

  test("says where rm fails on the mount itself", async () => {
    const said = (command: string) => say(`FROM python:3.14\nRUN ${pip} pip install x && ${command}\n`, "BK6022");
    expect(await said("rm -rf /root/.cache")).toContain("cannot be removed");
    expect(await said("rm -rf /root/.cache/pip")).toContain("cannot be removed");
    expect(await said("rm -rf /root/.cache/*")).toContain("cannot be removed");
    expect(await said("rm -rf /root/.cache/pip/*")).not.toContain("cannot be removed");
  });
});

describe("--fix of what empties a mount", () => {
  const head = "FROM python:3.14\nRUN --mount=type=cache,id=shop-x,target=";
  test.each([
    ["a flag", "/root/.cache/pip pip install --no-cache-dir -r x.txt", "/root/.cache/pip pip install -r x.txt"],
    [
      "the same flag twice",
      "/root/.cache/pip pip install --no-cache-dir a && pip install b --no-cache-dir",
      "/root/.cache/pip pip install a && pip install b",
    ],
    ["a command at the end", "/root/.npm npm ci && npm cache clean --force", "/root/.npm npm ci"],
    [
      "a command between others",
      "/root/.npm npm ci && \\\n    npm cache clean --force && \\\n    npm run build",
      "/root/.npm npm ci && \\\n    npm run build",
    ],
    ["behind a semicolon", "/root/.npm set -eux; npm ci; npm cache clean --force", "/root/.npm set -eux; npm ci"],
    ["a line of a script", "/root/.npm <<EOF\nnpm ci\nnpm cache clean --force\nEOF", "/root/.npm <<EOF\nnpm ci\nEOF"],
    [
      "apk, which then needs the index",
      "/etc/apk/cache,sharing=locked apk add --no-cache g++",
      "/etc/apk/cache,sharing=locked apk add -U g++",
    ],
    [
      "apk, which has it",
      "/etc/apk/cache,sharing=locked apk update && apk add --no-cache g++",
      "/etc/apk/cache,sharing=locked apk update && apk add g++",
    ],
  ])("%s", async (_, before, after) => {
    const result = await lintFixture({ dockerfile: `${head}${before}\n`, config: null }, true);
    expect(result.after).toBe(`${head}${after}\n`);
    expect(result.findings).toEqual([]);
  });

  test.each([
    ["more than the mount is removed", "/root/.cache/pip pip install x && rm -rf /root/.cache/pip/* /tmp/y"],
    ["its failure is caught", "/root/.npm npm ci && npm cache clean --force || true"],
    ["the JSON form", '/root/.cache/pip ["pip", "install", "--no-cache-dir", "x"]'],
    ["a variable", "/root/.cache/pip PIP_NO_CACHE_DIR=1 pip install x"],
  ])("not where %s", async (_, before) => {
    const result = await lintFixture({ dockerfile: `${head}${before}\n`, config: null }, true);
    expect(result.after).toBe(`${head}${before}\n`);
    expect(result.findings.map(({ code }) => code)).toEqual(["BK6022"]);
  });
});

describe("a mount where the tool does not look", () => {
  test.each([
    ["cargo's home of another image", "FROM rust:1.91", cache("/root/.cargo/registry"), "cargo build"],
    [
      "a mirror of that image",
      "FROM public.ecr.aws/docker/library/rust:1.91-alpine",
      cache("/root/.cargo/registry"),
      "cargo build",
    ],
    ["rustup in root's home", "FROM debian:13", cache("/usr/local/cargo/registry"), "cargo build"],
    ["npm's variable", "FROM node:24\nENV npm_config_cache=/tmp/npm", cache("/root/.npm"), "npm ci"],
    ["npm's variable in capitals", "FROM node:24\nENV NPM_CONFIG_CACHE=/tmp/npm", cache("/root/.npm"), "npm ci"],
    ["the command's variable", "FROM node:24", cache("/root/.npm"), "npm_config_cache=/tmp/npm npm ci"],
    ["the command's flag", "FROM node:24", cache("/root/.npm"), "npm ci --cache /tmp/npm"],
    ["npm's own command", "FROM node:24\nRUN npm config set cache /tmp/npm", cache("/root/.npm"), "npm ci"],
    ["a file that is written", "FROM node:24\nRUN echo 'cache=/tmp/npm' > /root/.npmrc", cache("/root/.npm"), "npm ci"],
    [
      "a file in a heredoc",
      "FROM node:24\nCOPY <<EOF /root/.npmrc\ncache=/tmp/npm\nEOF",
      cache("/root/.npm"),
      "npm ci",
    ],
    ["CARGO_HOME", "FROM rust:1.91\nENV CARGO_HOME=/opt/cargo", cache("/usr/local/cargo/registry"), "cargo build"],
    ["a folder of the project", "FROM node:24\nWORKDIR /app", cache("/app/.npm"), "npm ci"],
    ["an id that names the tool", "FROM node:24", "--mount=type=cache,id=shop-npm,target=/var/cache/stuff", "npm ci"],
    ["another user's home", "FROM node:24\nUSER node", cache("/root/.npm", ",uid=1000"), "npm ci"],
    ["HOME", "FROM python:3.14\nENV HOME=/home/app", cache("/root/.cache/pip"), "pip install x"],
    ["XDG_CACHE_HOME", "FROM python:3.14\nENV XDG_CACHE_HOME=/cache", cache("/root/.cache/pip"), "pip install x"],
    ["GOPATH", "FROM golang:1.26\nENV GOPATH=/work", cache("/go/pkg/mod"), "go build"],
    ["go env -w", "FROM golang:1.26\nRUN go env -w GOMODCACHE=/mods", cache("/go/pkg/mod"), "go build"],
    [
      "GOCACHE of the script",
      "FROM golang:1.26",
      cache("/root/.cache/go-build"),
      "export GOCACHE=/go-build && go vet ./...",
    ],
    ["apk's other folder", "FROM alpine:3.22", cache("/var/cache/apk", ",sharing=locked"), "apk add -U g++"],
    ["pnpm's home", "FROM node:24\nENV PNPM_HOME=/pnpm", cache("/root/.local/share/pnpm/store"), "pnpm install"],
    [
      "yarn of root",
      "FROM node:24",
      cache("/root/.cache/yarn", ",sharing=locked"),
      "yarn install --frozen-lockfile --production",
    ],
    ["maven's flag", "FROM maven:3.9", cache("/root/.m2", ",sharing=locked"), "mvn -Dmaven.repo.local=/repo package"],
    [
      "nuget's variable",
      "FROM mcr.microsoft.com/dotnet/sdk:10.0\nENV NUGET_PACKAGES=/nuget",
      cache("/root/.nuget/packages", ",sharing=locked"),
      "dotnet restore",
    ],
    ["a home that is not expanded", "FROM node:24\nWORKDIR /app", cache("~/.npm"), "npm ci"],
  ])("%s", async (_, head, mount, command) => {
    const found = await find(`${head}\nRUN ${mount} ${command}\n`, { only: "BK6015" });
    expect(found).toHaveLength(1);
  });

  test.each([
    [
      "a variable that leads there",
      "FROM golang:1.26\nENV GOCACHE=/go-build",
      cache("/go-build"),
      "go build -mod=vendor ./...",
    ],
    ["npm's variable", "FROM node:24\nENV npm_config_cache=/tmp/npm", cache("/tmp/npm"), "npm ci"],
    ["the folder above", "FROM python:3.14", cache("/root/.cache"), "pip install x"],
    ["the folder below", "FROM node:24", cache("/root/.npm/_cacache"), "npm ci"],
    ["an image that nobody knows", "FROM acme/rust", cache("/root/.cargo/registry"), "cargo build"],
    ["a variable that nobody knows", "FROM rust:1.91\nARG CARGO_HOME", cache("/opt/cargo/registry"), "cargo build"],
    ["a flag", "FROM node:24", cache("/tmp/npm"), "npm ci --cache=/tmp/npm"],
    ["its own command", "FROM node:24\nRUN npm config set cache=/tmp/npm --global", cache("/tmp/npm"), "npm ci"],
    [
      "a link",
      "FROM alpine:3.22",
      cache("/var/cache/apk", ",sharing=locked"),
      "ln -s /var/cache/apk /etc/apk/cache && apk add -U g++",
    ],
    ["another user's home", "FROM node:24\nUSER node", cache("/home/node/.npm", ",uid=1000"), "npm ci"],
    [
      "the home of a user that is made",
      "FROM debian:13\nRUN useradd -m -d /srv/app -u 1001 app\nUSER app",
      cache("/srv/app/.npm", ",uid=1001"),
      "npm ci",
    ],
    ["sudo", "FROM node:24\nUSER node", cache("/tmp/.npm", ",mode=0777"), "sudo npm ci"],
    ["a folder of no tool", "FROM node:24", cache("/var/cache/stuff"), "npm ci"],
    ["a folder that a command names", "FROM node:24", cache("/app/.npm"), "npm ci && du -sh /app/.npm"],
    [
      "two tools of one RUN",
      "FROM python:3.14",
      `${cache("/root/.cache/pip")} --mount=type=cache,id=shop-u,target=/root/.cache/uv`,
      "pip install uv && uv sync",
    ],
    [
      "cargo's home in an alpine image",
      "FROM rust:1.91-alpine",
      cache("/usr/local/cargo/registry", ",sharing=locked"),
      "cargo build",
    ],
    ["gradle's image", "FROM gradle:9", cache("/home/gradle/.gradle", ",sharing=locked"), "gradle build"],
  ])("not with %s", async (_, head, mount, command) => {
    expect(await find(`${head}\nRUN ${mount} ${command}\n`, { only: "BK6015" })).toEqual([]);
  });

  test("says where it looks, and what would lead it here", async () => {
    expect(await say(`FROM node:24\nWORKDIR /app\nRUN ${cache("/app/.npm")} npm ci\n`, "BK6015")).toBe(
      "npm does not look into /app/.npm: it looks into /root/.npm, since it keeps to root's home -> write target=/root/.npm, or add `ENV npm_config_cache=/app/.npm` before the RUN",
    );
  });
});

describe("what is installed into a mount", () => {
  const modules = cache("/app/node_modules");
  test.each([
    ["by what the image starts", `FROM node:24\nWORKDIR /app\nRUN ${modules} npm ci --offline\nCMD ["node", "x.js"]`],
    ["by a later RUN", `FROM node:24\nWORKDIR /app\nRUN ${modules} npm ci --offline\nRUN npm run build`],
    [
      "by a stage made from it",
      `FROM node:24 AS a\nWORKDIR /app\nRUN ${modules} npm ci --offline\nFROM a\nCMD npm start`,
    ],
    [
      "by a copy of the folder above",
      `FROM node:24 AS a\nWORKDIR /app\nRUN ${modules} npm ci --offline\nFROM node:24\nCOPY --from=a /app /app`,
    ],
    [
      "of python",
      `FROM python:3.14\nWORKDIR /app\nRUN ${cache("/app/.venv")} uv sync --offline\nCMD ["/app/.venv/bin/gunicorn"]`,
    ],
  ])("is missed %s", async (_, dockerfile) => {
    expect(await find(`${dockerfile}\n`, { only: "BK6023" })).toEqual(["BK6023:3"]);
  });
  test.each([
    [
      "the RUN builds with it",
      `FROM node:24 AS a\nWORKDIR /app\nRUN ${modules} npm ci --offline && npm run build\nFROM nginx\nCOPY --from=a /app/dist /www`,
    ],
    [
      "it is copied out",
      `FROM node:24\nWORKDIR /app\nRUN ${modules} npm ci --offline && cp -a node_modules /opt/\nCMD ["node", "x.js"]`,
    ],
    [
      "each RUN has it",
      `FROM node:24 AS a\nWORKDIR /app\nRUN ${modules} npm ci --offline\nRUN ${modules} npm run build\nFROM nginx\nCOPY --from=a /app/dist /www`,
    ],
    ["nothing is installed", `FROM node:24\nWORKDIR /app\nRUN ${modules} npm run build\nCMD ["node", "x.js"]`],
  ])("is not where %s", async (_, dockerfile) => {
    expect(await find(`${dockerfile}\n`, { only: "BK6023" })).toEqual([]);
  });
});

test("an environment in poetry's own folder stays in the mount", async () => {
  const run = `RUN ${cache("/root/.cache/pypoetry", ",sharing=locked")} poetry install\n`;
  expect(await find(`FROM python:3.14\n${run}`)).toEqual(["BK6023:2"]);
  for (const line of [
    "ENV POETRY_VIRTUALENVS_IN_PROJECT=true",
    "RUN poetry config virtualenvs.create false",
    "ENV VIRTUAL_ENV=/venv",
  ])
    expect(await find(`FROM python:3.14\n${line}\n${run}`)).toEqual([]);
});

describe("steps that need the same mount", () => {
  const pairs = [
    ["pnpm", "node:24", "/root/.local/share/pnpm/store", "pnpm fetch", "pnpm install --offline"],
    ["maven", "maven:3.9", "/root/.m2/repository,sharing=locked", "mvn dependency:go-offline", "mvn --offline package"],
    ["maven, short", "maven:3.9", "/root/.m2/repository,sharing=locked", "mvn -B dependency:resolve", "mvn -o package"],
    ["cargo", "rust:1.91", "/usr/local/cargo/registry,sharing=locked", "cargo fetch", "cargo build --offline"],
    [
      "dotnet",
      "mcr.microsoft.com/dotnet/sdk:10.0",
      "/root/.nuget/packages,sharing=locked",
      "dotnet restore",
      "dotnet publish --no-restore",
    ],
  ] as const;
  test.each(pairs)("%s: the advice names both", async (_, image, folder, fetch, offline) => {
    const dockerfile = `FROM ${image}\nRUN ${fetch}\nRUN ${offline}\n`;
    expect(await find(dockerfile)).toEqual(["BK6003:2"]);
    expect(await say(dockerfile, "BK6003")).toContain("give the RUN of line 3 the same mount");
    const mount = `--mount=type=cache,id=shop-x,target=${folder}`;
    expect(await find(`FROM ${image}\nRUN ${mount} ${fetch}\nRUN ${offline}\n`)).toEqual(["BK6024:3"]);
    expect(await find(`FROM ${image}\nRUN ${mount} ${fetch}\nRUN ${mount} ${offline}\n`)).toEqual([]);
  });

  test("a program that calls others may need it too", async () => {
    expect(await say("FROM golang:1.26\nRUN go mod download\nRUN make build\n", "BK6003")).toContain(
      "give the RUN of line 3",
    );
    expect(await say("FROM node:24\nRUN npm ci\nRUN make build\n", "BK6003")).not.toContain("give the RUN");
  });

  test("not where the first has none either, or another step has downloaded without", async () => {
    const mount = cache("/root/.m2/repository", ",sharing=locked");
    expect(await find(`FROM maven:3.9\nRUN mvn --offline package\n`)).toEqual([]);
    const mixed = `FROM maven:3.9\nRUN mvn package\nRUN ${mount} mvn verify\nRUN mvn --offline package\n`;
    expect(await find(mixed, { only: "BK6024" })).toEqual([]);
  });
});

describe("advice that would break the build is not given", () => {
  test.each([
    [
      "bundler",
      "FROM ruby:3.4\nRUN bundle install && rm -rf ~/.bundle/\n",
      "leave `rm -rf ~/.bundle/` out: what is mounted cannot be removed",
    ],
    [
      "pip",
      "FROM python:3.14\nRUN pip install x && rm -rf /root/.cache\n",
      "leave `rm -rf /root/.cache` out: what is mounted cannot be removed",
    ],
    [
      "one of several folders",
      "FROM ruby:3.4\nRUN bundle install && rm -rf ~/.bundle/ $BUNDLE_PATH/cache\n",
      "leave `~/.bundle/` out of its `rm`",
    ],
    ["apk", "FROM alpine:3.22\nRUN apk add --no-cache x\n", "write -U in place of `--no-cache`"],
    ["npm", "FROM node:24\nRUN npm ci && npm cache clean --force\n", "leave `npm cache clean --force` out"],
  ])("%s", async (_, dockerfile, expected) => {
    expect(await say(dockerfile, "BK6003")).toContain(expected);
  });

  test.each([
    ["the image's own CARGO_HOME", "FROM rust:1.91\nRUN cargo build\n", "target=/usr/local/cargo/registry"],
    ["rustup", "FROM debian:13\nRUN cargo build\n", "target=/root/.cargo/registry"],
    ["a variable", "FROM node:24\nENV npm_config_cache=/tmp/npm\nRUN npm ci\n", "target=/tmp/npm"],
    [
      "poetry without its environments",
      "FROM python:3.14\nRUN poetry install\n",
      "target=/root/.cache/pypoetry/artifacts,",
    ],
    [
      "poetry that has them elsewhere",
      "FROM python:3.14\nENV POETRY_VIRTUALENVS_CREATE=false\nRUN poetry install\n",
      "target=/root/.cache/pypoetry,",
    ],
    ["a user of the image", "FROM node:24\nUSER node\nRUN npm ci\n", "target=/home/node/.npm,uid=1000"],
    [
      "a user that is made",
      "FROM debian:13\nRUN useradd -u 1001 -m me\nUSER me\nRUN npm ci\n",
      "target=/home/me/.npm,uid=1001",
    ],
    ["root before another user", "FROM debian:13\nRUN npm ci\nARG U\nUSER $U\nRUN x\n", "target=/root/.npm"],
    ["go outside of its image", "FROM debian:13\nRUN go build ./...\n", "target=/root/go/pkg/mod"],
  ])("the folder is that of %s", async (_, dockerfile, expected) => {
    expect(await say(dockerfile, "BK6003")).toContain(expected);
  });

  test.each([
    [
      "copied to another stage",
      "FROM golang:1.26 AS a\nRUN go mod download\nFROM golang:1.26\nCOPY --from=a /go/pkg/mod /go/pkg/mod\nRUN x\n",
    ],
    ["named by a later step", "FROM node:24\nRUN npm ci\nRUN cp -a /root/.npm /opt/npm\n"],
    ["watched by what the image starts", 'FROM rust:1.91\nRUN cargo build\nCMD ["cargo", "watch", "-x", "run"]\n'],
    ["filled by an earlier step", "FROM node:24\nCOPY seed/ /root/.npm/\nRUN npm ci\n"],
    [
      "where an earlier step has put keys",
      "FROM elixir:1.19\nRUN mix hex.organization auth acme --key x\nRUN mix deps.get\n",
    ],
    ["of another system", "FROM mcr.microsoft.com/windows/servercore:ltsc2025\nRUN npm ci\n"],
    ["needed by what the image starts", 'FROM maven:3.9\nRUN mvn dependency:resolve\nCMD ["mvn", "spring-boot:run"]\n'],
  ])("none where the folder is %s", async (_, dockerfile) => {
    expect(await find(dockerfile)).toEqual([]);
  });

  test("a folder below /root is not for another user, whatever its owner", async () => {
    const dockerfile = "FROM acme/base\nUSER 1000\nRUN --mount=type=cache,id=shop-x,target=/root/.cache/x,uid=1000 x\n";
    expect(await find(dockerfile)).toEqual(["BK6009:3"]);
    expect(await say(dockerfile, "BK6009")).toContain("name a folder in the home of 1000");
    const bare = dockerfile.replace(",uid=1000", "");
    expect(await say(bare, "BK6009")).not.toContain("add uid=");
  });
});

describe("ONBUILD", () => {
  test("a RUN in it is looked at, and is no step of its own image", async () => {
    const run = (rest: string) => `FROM python:3.14\nWORKDIR /app\nONBUILD RUN ${rest}\n`;
    expect(await find(run(`${cache("/root/.cache/pip")} pip install --no-cache-dir x`))).toEqual(["BK6022:3"]);
    expect(await find(run("--mount=type=cache,id=shop-x,taget=/x y"))).toEqual(["BK6018:3"]);
    expect(await find(run("pip install x"))).toEqual(["BK6003:3"]);
    expect(await find(`${run(`${cache("/root/.cache/pip")} pip install x`)}RUN x\n`)).toEqual([]);
    const config = "project: shop\nmounts: { pip: pip }\nrules: { BK6004: off }\ntargets: { app: {} }\n";
    expect(await say(run("pip install x"), "BK6003", config)).toContain("add --mount=type=cache,id=shop-pip");
  });
});

describe("hints", () => {
  test("a mount that is declared by its path is used, and needs no id", async () => {
    const config =
      "project: shop\nmounts: { crates: { preset: cargo-registry, id: /usr/local/cargo/registry } }\ntargets: { app: {} }\n";
    const run = "RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked cargo build\n";
    expect(await find(`FROM rust:1.91\n${run}`, { config })).toEqual([]);
  });

  test("what a bundler publishes is no secret", async () => {
    const names = ["NEXT_PUBLIC_API_KEY", "VITE_MAPS_TOKEN", "REACT_APP_SECRET"];
    expect(
      await find(`FROM node:24\nARG ${names.join(" ")}\nENV ${names.map((name) => `${name}=x`).join(" ")}\n`),
    ).toEqual([]);
    expect(await find("FROM node:24\nARG API_KEY\n")).toEqual(["BK6013:2"]);
  });

  test.each([
    ["--immutable", "FROM node:24\nRUN yarn install --immutable\n", "yarn-berry"],
    [".yarnrc.yml", "FROM node:24\nCOPY package.json .yarnrc.yml ./\nRUN yarn install\n", "yarn-berry"],
    ["a version", "FROM node:24\nRUN corepack prepare yarn@4.5.0 --activate\nRUN yarn install\n", "yarn-berry"],
    ["yarn 1", "FROM node:24\nRUN yarn install --frozen-lockfile --production\n", "yarn-classic"],
    ["dnf of fedora 43", "FROM fedora:43\nRUN dnf install -y x\n", "libdnf5"],
    ["dnf of rocky", "FROM rockylinux:9\nRUN dnf install -y x\n", "/var/cache/dnf"],
  ])("the variant follows from %s", async (_, dockerfile, expected) => {
    expect(await say(dockerfile, "BK6003")).toContain(expected);
  });

  test.each([
    ["wheels", "FROM python:3.14\nRUN pip install /wheels/*.whl\n"],
    ["a folder of wheels", "FROM python:3.14\nRUN pip install --no-index --find-links=/wheels x\n"],
    ["all in a folder", "FROM python:3.14\nRUN pip install /wheels/*\n"],
    ["the project alone", "FROM python:3.14\nRUN pip install --no-deps .\n"],
  ])("pip of %s downloads nothing", async (_, dockerfile) => {
    expect(await find(dockerfile)).toEqual([]);
  });

  test("a target that is no absolute path is its id as it is written", async () => {
    const text = await say("FROM node:24\nWORKDIR /a\nRUN --mount=type=cache,target=cached/ x\n", "BK6006");
    expect(text).toContain("its target as it is written, cached,");
    expect(await say("FROM node:24\nWORKDIR /a\nRUN --mount=type=cache,target=~/c1 x\n", "BK6006")).toContain("~/c1");
    const two =
      "FROM a\nWORKDIR /a\nRUN --mount=type=cache,target=.cache x\nFROM b\nWORKDIR /b\nRUN --mount=type=cache,target=.cache,sharing=locked y\n";
    expect(await find(two)).toEqual(["BK6006:3", "BK6007:6"]);
  });

  test("a mount that begins with what another one holds", async () => {
    const first = "FROM alpine AS one\nRUN --mount=type=cache,id=shop-yy,target=/var/cache/yy fill\n";
    const second = "FROM alpine\nRUN --mount=type=cache,id=shop-zz,target=/z,from=one,source=/var/cache/yy use\n";
    expect(await find(first + second)).toEqual(["BK6002:4"]);
  });

  test.each([
    ["xx-cargo build", "rust:1.91"],
    ["cargo auditable build", "rust:1.91"],
    ["cargo +nightly build", "rust:1.91"],
    ["cargo zigbuild", "rust:1.91"],
    ["mix do deps.get, deps.compile", "elixir:1.19"],
    ["pipenv install", "python:3.14"],
    ["pdm sync", "python:3.14"],
    ["conda install -y x", "continuumio/miniconda3"],
    ["gem install x", "ruby:3.4"],
    ["su app -c 'npm ci'", "node:24"],
    ["cat list | xargs apt-get install -y", "acme/base"],
  ])("%s is known", async (command, image) => {
    expect(await find(`FROM ${image}\nRUN ${command}\n`, { only: "BK6003" })).toEqual(["BK6003:2"]);
  });

  test("dnf keeps no packages unless it is told to", async () => {
    const run = "RUN --mount=type=cache,id=shop-d,target=/var/cache/libdnf5,sharing=locked dnf install -y x\n";
    expect(await find(`FROM fedora:43\n${run}`)).toEqual(["BK6011:2"]);
    expect(await find(`FROM fedora:43\nRUN echo keepcache=True >> /etc/dnf/dnf.conf\n${run}`)).toEqual([]);
  });
});

describe("ids that are proposed", () => {
  const mounts = (...targets: readonly string[]) =>
    targets.map((each) => `--mount=type=cache,target=${each}`).join(" ");
  const ids = async (dockerfile: string, config: string | null = null) =>
    [...(await say(dockerfile, "BK6006", config)).matchAll(/id=([^\s,]+)/g)].map(([, id]) => id);

  test.each([
    ["variables", ["${A}/downloads", "${B}/registry", "${B}/git"], ["shop-downloads", "shop-registry", "shop-git"]],
    [
      "folders of one name",
      ["/nix", "/root/.cache/nix", "/root/.local/state/nix"],
      ["shop-nix", "shop-cache-nix", "shop-state-nix"],
    ],
    ["the same below variables", ["${A}/x", "${B}/x"], ["shop-x", "shop-B-x"]],
    ["a preset's folder", ["/root/.npm"], ["shop-npm"]],
  ])("%s: one for each folder", async (_, targets, expected) => {
    expect(await ids(`FROM acme/base\nRUN ${mounts(...targets)} x\n`)).toEqual(expected);
  });

  test("not one that another folder has already", async () => {
    const dockerfile = `FROM acme/base\nRUN --mount=type=cache,id=shop-x,target=/a/x y\nRUN ${mounts("/b/x")} y\n`;
    expect(await ids(dockerfile)).toEqual(["shop-b-x"]);
  });

  test("a declared one with the architecture in it needs the stage's ARG", async () => {
    const config = "project: shop\nmounts: { go-build: { preset: go-build, perArch: true } }\ntargets: { app: {} }\n";
    const run = `RUN ${mounts("/root/.cache/go-build")} go build .\n`;
    expect(await say(`FROM golang:1.26\n${run}`, "BK6006", config)).toContain("${TARGETARCH}, with `ARG TARGETARCH`");
    expect(await say(`FROM golang:1.26\nARG TARGETARCH\n${run}`, "BK6006", config)).not.toContain("with `ARG");
  });
});

test("a folder is advised for one mount of a RUN alone", async () => {
  const wrong = `${cache("/var/cache/apk", ",sharing=locked")} --mount=type=cache,id=shop-y,target=/var/lib/apk,sharing=locked`;
  const said = (await say(`FROM alpine:3.22\nRUN ${wrong} apk add curl\n`, "BK6015")).split("\n");
  expect(said).toHaveLength(2);
  expect(said[0]).toContain("write target=/etc/apk/cache");
  expect(said[1]).toContain("leave this mount out: another one of the RUN is to be at /etc/apk/cache");
});

test.each([
  `RUN ${cache("/srv/vendor")} bundle config set --local path /srv/vendor && bundle install`,
  `RUN bundle config set path /srv/vendor\nRUN ${cache("/srv/vendor")} bundle install`,
  `ENV BUNDLE_PATH=/srv/vendor\nRUN ${cache("/srv/vendor")} bundle install`,
  `WORKDIR /app\nRUN ${cache("/app/lib/of")} bundle config set --local path lib/of && bundle install`,
])("a mount at the folder that a tool is configured for is its mount: %j", async (lines) => {
  expect(await find(`FROM ruby:3.4\n${lines}\n`, { only: "BK6003" })).toEqual([]);
  expect(
    await find(`FROM ruby:3.4\n${lines.replace("target=/", "target=/other/")}\n`, { only: "BK6003" }),
  ).toHaveLength(1);
});

describe("several steps that lack one mount", () => {
  test("the first names all of them", async () => {
    const dockerfile = "FROM alpine:3.22 AS a\nRUN apk add -U a\nRUN xx-apk add b\nFROM a\nRUN apk add -U c\n";
    expect(await find(dockerfile)).toEqual(["BK6003:2"]);
    expect(await say(dockerfile, "BK6003")).toContain("give the RUN of lines 3, 5 the same mount");
  });

  test("one with another folder stands for itself", async () => {
    const dockerfile = "FROM node:24\nRUN npm ci\nUSER node\nRUN npm ci\n";
    expect(await find(dockerfile, { only: "BK6003" })).toEqual(["BK6003:2", "BK6003:4"]);
  });
});

describe("a declared mount that the user cannot enter", () => {
  const dockerfile = "FROM debian:13\nRUN useradd -m -u 1000 app\nUSER app\nRUN pip install x\n";
  const configOf = (mounts: string) => `project: shop\nmounts: { ${mounts} }\ntargets: { app: {} }\n`;
  const own = "pip-app: { preset: pip, target: /home/app/.cache/pip, uid: 1000 }";

  test("the advice is another one", async () => {
    expect(await say(dockerfile, "BK6003", configOf("pip: pip"))).toContain(
      `app cannot enter /root/.cache/pip: declare \`${own}\` under mounts, write \`# bkcache: pip-app\` above`,
    );
  });

  test("or its name where it is declared", async () => {
    expect(await say(dockerfile, "BK6003", configOf(`pip: pip, ${own}`))).toContain(
      "app cannot enter /root/.cache/pip: write `# bkcache: pip-app` above the RUN",
    );
  });

  test("and holds when it is obeyed", async () => {
    const marked = dockerfile.replace("RUN pip", "# bkcache: pip-app\nRUN pip");
    expect(await find(marked, { only: "BK6009", config: configOf(`pip: pip, ${own}`) })).toEqual([]);
  });
});

test.each([
  ["no module", "module a\n\ngo 1.26\n", "go mod download", 0],
  ["a module", "module a\n\nrequire b v1.0.0\n", "go mod download", 1],
  ["modules in a block", "module a\n\nrequire (\n\tb v1.0.0\n)\n", "go build .", 1],
  ["no module, and another folder's", "module a\n", "cd b && go build .", 1],
  ["no module, and a command that names one", "module a\n", "go install example.com/b@latest", 1],
])("a go.mod that requires %s", async (_, text, command, count) => {
  const dockerfile = `FROM golang:1.26\nWORKDIR /app\nCOPY go.mod .\nRUN ${command}\nCOPY . .\nRUN ${command}\n`;
  const { findings } = await lintFixture({ dockerfile, config: null, files: { "go.mod": text } });
  expect(findings.filter(({ code }) => code === "BK6003")).toHaveLength(count);
});
