import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { proposeMounts } from "../../src/init/propose-mounts.ts";
import { findWantedMounts } from "../../src/init/wanted-mounts.ts";

const files = [
  "go.mod",
  "Cargo.lock",
  "package-lock.json",
  "pnpm-lock.yaml",
  "requirements.txt",
  "pom.xml",
  "app.csproj",
  "poetry.lock",
  "Gemfile.lock",
];
/** Presets that are proposed, each with the lines of the RUNs that get it. */
const wanted = (text: string) =>
  findWantedMounts(parseDockerfile(text), { files }).map(({ preset, runs }) =>
    [preset as string].concat(runs.map(({ line }) => String(line))),
  );
const cache = (target: string) => `--mount=type=cache,target=${target}`;

describe("nothing is proposed where", () => {
  test.each([
    ["the RUN has the mount", `FROM golang\nRUN ${cache("/go/pkg/mod")} ${cache("/root/.cache/go-build")} go build`],
    [
      "mounts are where variables and the tool's own folders say",
      `FROM golang\nENV GOCACHE=/go-build\nRUN ${cache("/go/pkg/mod/cache")} ${cache("/go-build")} go build`,
    ],
    ["cargo has its registry alone", `FROM rust\nRUN ${cache("/usr/local/cargo/registry")} cargo build`],
    ["the RUN removes the folder", "FROM python\nRUN pip install x && rm -rf /root/.cache"],
    [
      "the home folder goes",
      "FROM ruby\nENV BUNDLE_USER_CACHE=/root/.bundle/cache\nRUN bundle install && rm -rf ~/.bundle/",
    ],
    ["the cache is off", "FROM python\nENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt"],
    ["a flag says so", "FROM python\nRUN pip install --no-cache-dir x"],
    ["a variable leads elsewhere", "FROM node\nENV npm_config_cache=/tmp/npm\nRUN npm ci"],
    ["the user has another home", "FROM node\nUSER node\nRUN npm ci"],
    ["rustup keeps cargo elsewhere", "FROM debian\nRUN cargo build"],
    [
      "another stage takes the modules",
      "FROM golang AS a\nRUN go mod download\nFROM golang\nCOPY --from=a /go/pkg/mod /go/pkg/mod\n",
    ],
    ["the image runs the tool", 'FROM maven\nRUN mvn package\nCMD ["mvn", "exec:java"]'],
    ["poetry keeps environments there", "FROM python\nRUN poetry install"],
  ])("%s", (_, text) => {
    expect(wanted(text).filter(([preset]) => preset !== "go-build")).toEqual([]);
  });
});

describe("all RUNs that need a mount get it", () => {
  test.each([
    ["fetch and offline", "FROM node\nRUN pnpm fetch\nRUN pnpm install --offline", [["pnpm", "2", "3"]]],
    ["maven", "FROM maven\nRUN mvn dependency:go-offline\nRUN mvn --offline package", [["maven", "2", "3"]]],
    ["nuget", "FROM sdk\nRUN dotnet restore\nRUN dotnet publish --no-restore", [["nuget", "2", "3"]]],
    [
      "what calls who knows what",
      "FROM golang AS a\nRUN go mod download\nFROM a\nRUN make\nRUN echo x",
      [["go-mod", "2", "4"], ["go-build"]],
    ],
  ])("%s", (_, text, expected) => {
    expect(wanted(text)).toEqual(expected.filter((each) => each.length > 1));
  });
});

test("mounts that are there: declared where a preset is the same, else left as they are and carried", () => {
  const text = `FROM rust
RUN ${cache("/usr/local/cargo/registry")} ${cache("/app/target")} cargo build
RUN --mount=type=cache,id=own,target=/usr/local/cargo/registry,sharing=locked cargo build
RUN --mount=type=cache,target=/root/.cache/pip pip install x
RUN --mount=type=cache,id=p,target=/p,sharing=private x
`;
  const { present, undeclared, staying } = proposeMounts(parseDockerfile(text), { files });
  expect(Object.fromEntries(present.map(({ name, mount }) => [name, mount]))).toEqual({
    cargoregistry: { preset: "cargo-registry", id: "own" },
    pip: { preset: "pip", id: "/root/.cache/pip", perArch: false },
  });
  expect(undeclared).toEqual(["/usr/local/cargo/registry", "/app/target"]);
  expect(staying).toEqual([{ line: 5, reason: expect.stringContaining("private") as string }]);
});
