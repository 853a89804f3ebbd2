import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import type { ExecResult, Host } from "../../src/host/host.ts";
import { type HistoryOptions, readHistory, readMetadata } from "../../src/outcome/history.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { readFixtureText } from "./progress-fixture.ts";

const startedAt = Date.parse("2026-11-24T00:30:00Z");

interface Stand {
  readonly metadata?: unknown;
  /** Lines of `history ls`. */
  readonly listed?: readonly object[];
  /** What buildx noted of its builds: ref to target and time. */
  readonly own?: Readonly<Record<string, readonly [target: string, savedAt: number]>>;
  /** Logs by id of the build. */
  readonly logs?: Readonly<Record<string, string>>;
}

/** Runs readHistory against a buildx that answers from `stand`; returns its commands too. */
async function read(targets: readonly string[], stand: Stand, more: Partial<HistoryOptions> = {}) {
  const dir = makeTempDir("history");
  const metadataFile = join(dir, "metadata.json");
  const { metadata, listed = [], own = {}, logs = {} } = stand;
  if (metadata !== undefined)
    writeFileSync(metadataFile, typeof metadata === "string" ? metadata : JSON.stringify(metadata));
  for (const [ref, [target, savedAt]] of Object.entries(own)) {
    const path = join(dir, "refs", ref);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify({ Target: target }));
    utimesSync(path, savedAt / 1_000, savedAt / 1_000);
  }
  const commands: string[] = [];
  const exec = async (args: readonly string[]): Promise<ExecResult> => {
    commands.push(args.join(" "));
    if (args[1] === "ls")
      return { exitCode: 0, stdout: listed.map((line) => `${JSON.stringify(line)}\n`).join(""), stderr: "" };
    const log = logs[args.at(-1) ?? ""];
    return log === undefined
      ? { exitCode: 1, stdout: "", stderr: `ERROR: no record found for ref "${args.at(-1)}"\n` }
      : { exitCode: 0, stdout: "", stderr: log };
  };
  const host = { env: { BUILDX_CONFIG: dir } } as unknown as Host;
  const buildx = { exec } as unknown as Buildx;
  const options: HistoryOptions = { buildx, builder: "b", targets, metadataFiles: [metadataFile], startedAt, ...more };
  return { history: await readHistory(host, options), commands };
}

const listed = (id: string, name: string, createdAt = "2026-11-24T00:30:01.5Z") => ({
  ref: `b/b0/${id}`,
  name,
  created_at: createdAt,
});

test("a build that went well: refs of the metadata file, no list", async () => {
  const { history, commands } = await read(["api"], {
    metadata: {
      api: { "buildx.build.ref": "b/b0/one", "containerimage.digest": "sha256:1" },
      "buildx.build.warnings": [],
    },
    logs: { one: readFixtureText("second") },
  });
  expect(history.targets["api"]).toMatchObject({ refs: ["b/b0/one"], digest: "sha256:1" });
  expect(history.targets["api"]?.progress?.vertexes.length).toBeGreaterThan(0);
  expect(history.notes).toEqual([]);
  expect(commands).toEqual(["history logs --builder b --progress rawjson one"]);
});

describe("a failed build: refs of the list", () => {
  test("targets as buildx noted them, whatever the stage is called", async () => {
    const { history } = await read(["api", "web"], {
      listed: [listed("one", "shop (release)"), listed("two", "shop (release)")],
      own: { "b/b0/one": ["api", startedAt + 100], "b/b0/two": ["web", startedAt + 200] },
      logs: { one: readFixtureText("failed"), two: readFixtureText("second") },
    });
    expect(history.targets["api"]?.refs).toEqual(["b/b0/one"]);
    expect(history.targets["web"]?.refs).toEqual(["b/b0/two"]);
    expect(history.notes).toEqual([]);
  });

  test("only builds since the bake began", async () => {
    const { history } = await read(["api", "web"], {
      // The builder's clock is ahead; the note of buildx says that the build is an old one.
      listed: [listed("old", "shop (api)"), listed("older", "shop (web)", "2026-11-24T00:20:00Z")],
      own: { "b/b0/old": ["api", startedAt - 60_000] },
      logs: { old: readFixtureText("second"), older: readFixtureText("second") },
    });
    expect(history.targets).toEqual({});
  });

  test("without notes of buildx the name tells the target; of two builds the newer counts", async () => {
    const { history } = await read(["api"], {
      listed: [
        listed("new", "shop (api)"),
        listed("early", "shop (api)"),
        listed("other", "shop (web)"),
        listed("none", "shop"),
      ],
      logs: { new: readFixtureText("second"), early: readFixtureText("first") },
    });
    expect(history.targets["api"]?.refs).toEqual(["b/b0/new"]);
  });

  test("targets that succeeded are in the metadata file, the others in the list", async () => {
    const { history, commands } = await read(["api", "web"], {
      metadata: { api: { "buildx.build.ref": "b/b0/one" } },
      listed: [listed("two", "shop (web)"), listed("one", "shop (api)")],
      logs: { one: readFixtureText("second"), two: readFixtureText("failed") },
    });
    expect(Object.keys(history.targets).sort()).toEqual(["api", "web"]);
    expect(commands.filter((command) => command.startsWith("history logs"))).toHaveLength(2);
  });
});

describe("a plain build, which has no target", () => {
  test("that went well", async () => {
    const stand = { metadata: { "buildx.build.ref": "b/b0/one" }, logs: { one: readFixtureText("second") } };
    const { history } = await read(["app"], stand, { isSingle: true });
    expect(history.targets["app"]?.refs).toEqual(["b/b0/one"]);
  });

  test("that failed", async () => {
    const stand: Stand = {
      listed: [listed("foreign", "shop"), listed("one", "shop (release)")],
      own: { "b/b0/one": ["default", startedAt + 100] },
      logs: { one: readFixtureText("failed") },
    };
    const { history } = await read(["app"], stand, { isSingle: true });
    expect(history.targets["app"]?.refs).toEqual(["b/b0/one"]);
  });
});

test("no history is a note, never an error", async () => {
  const { history } = await read(["api", "web"], {
    metadata: { api: { "buildx.build.ref": "b/b0/one" }, web: { "buildx.build.ref": "b/b0/two" } },
    logs: { two: "" },
  });
  expect(history.targets["api"]).toEqual({ refs: ["b/b0/one"], digest: null, progress: null });
  expect(history.targets["web"]?.progress).toBeNull();
  expect(history.notes.map(({ code, message }) => [code, message])).toEqual([
    ["BK5012", 'the builder\'s history cannot be read: no record found for ref "one"'],
    ["BK5012", "the builder's history cannot be read: it is empty"],
  ]);
});

test("a ref that leads elsewhere is not read", async () => {
  const { history } = await read(["api"], {
    listed: [{ ref: "../../etc", name: "x (web)", created_at: "" }, { ref: 1 }],
  });
  expect(history).toEqual({ targets: {}, notes: [] });
});

test.each([
  ["", {}],
  ["null", {}],
  ['{"api": {"buildx.build.ref": "b/b0/', {}],
  ['{"api": {"containerimage.digest": "x"}}', {}],
  ['{"api": {"buildx.build.ref": "a/b/c"}}', { api: { refs: ["a/b/c"], digest: null } }],
  [
    '{"api": {"buildx.build.ref/linux/amd64": "a/b/c", "buildx.build.ref/linux/arm64": "a/d/e", "buildx.build.refs": 1}}',
    { api: { refs: ["a/b/c", "a/d/e"], digest: null } },
  ],
])("metadata %j", (text, expected) => {
  expect(readMetadata(text === "" ? null : text)).toEqual(expected);
});
