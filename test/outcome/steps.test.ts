import { describe, expect, test } from "vitest";
import { readProgress } from "../../src/outcome/progress.ts";
import { readSteps } from "../../src/outcome/steps.ts";
import { type FixtureName, readFixture, readFixtureText } from "./progress-fixture.ts";

const layer = (char: string): string => `sha256:${char.repeat(64)}`;

describe("real builds", () => {
  const table: readonly (readonly [
    FixtureName,
    { readonly total: number; readonly cached: number; readonly ran: readonly string[] },
  ])[] = [
    [
      "first",
      {
        total: 5,
        cached: 0,
        ran: ["[base 1/2] COPY", "[base 2/2] RUN", "[api 1/3] WORKDIR", "[api 2/3] COPY", "[api 3/3] RUN"],
      },
    ],
    ["second", { total: 5, cached: 5, ran: [] }],
    ["failed", { total: 4, cached: 2, ran: ["[bad 1/2] COPY", "[bad 2/2] RUN"] }],
    ["pulled", { total: 5, cached: 5, ran: [] }],
    ["base-image", { total: 3, cached: 3, ran: [] }],
    ["platforms", { total: 9, cached: 9, ran: [] }],
    ["linked", { total: 3, cached: 2, ran: ["[child 1/2] RUN"] }],
    ["interrupted", { total: 2, cached: 1, ran: ["[slow 2/2] RUN"] }],
    ["lost-layer", { total: 5, cached: 5, ran: [] }],
  ];
  test.each(table)("%s", (name, expected) => {
    const { steps } = readSteps(readFixture(name));
    const ran = steps.ran.map((step) => step.name.split(" ").slice(0, 3).join(" "));
    expect({ ...steps, ran }).toEqual(expected);
  });

  test("time of steps", () => {
    const { steps } = readSteps(readFixture("first"));
    const sleep = steps.ran.find(({ name }) => name.includes("sleep"));
    expect(sleep?.ms).toBeGreaterThanOrEqual(1_000);
    expect(sleep?.ms).toBeLessThan(1_500);
  });

  test("time and bytes of import and export", () => {
    const first = readSteps(readFixture("first"));
    expect(first.import.bytes).toBe(0);
    expect(first.export.ms).toBeGreaterThan(10);
    expect(first.exports).toMatchObject([{ vertex: "exporting cache to Amazon S3", type: "s3", hasFailed: false }]);
    expect(first.exports[0]?.layers?.length).toBeGreaterThan(0);
    expect(readSteps(readFixture("second")).exports[0]?.layers).toEqual([]);
    // Five layers: 307584 + 133 + 32 + 1064332 + 90.
    expect(readSteps(readFixture("pulled")).import.bytes).toBe(1_372_171);
    expect(readSteps(readFixture("local-export"))).toMatchObject({
      import: { ms: 0, bytes: null },
      exports: [{ vertex: "exporting cache to client directory", type: "local", hasFailed: false }],
    });
    expect(readSteps(readFixture("local-export")).exports[0]?.layers).toHaveLength(7);
  });

  test.each([
    ["wrong-secret", ["import", "export"], /SignatureDoesNotMatch/, true],
    ["no-bucket", ["import", "export"], /NoSuchBucket/, true],
    ["dead-endpoint", ["import", "export"], /connection refused/, true],
    // The manifest was read, and the build failed before the export.
    ["lost-layer", ["import"], /NoSuchKey/, false],
  ] as const)("failures: %s", (name, directions, error, isTotal) => {
    const { failures, exports, import: read } = readSteps(readFixture(name));
    expect(failures.map(({ direction }) => direction)).toEqual(directions);
    expect(failures[0]?.error).toMatch(error);
    expect(new Set(failures.map(({ type }) => type))).toEqual(new Set(["s3"]));
    expect(read.bytes).toBe(isTotal ? null : 0);
    expect(exports.map(({ hasFailed }) => hasFailed)).toEqual(isTotal ? [true] : []);
  });

  test("an interrupted build has no failure of the cache", () => {
    expect(readSteps(readFixture("interrupted")).failures).toEqual([]);
  });
});

describe("rules", () => {
  const at = (second: number): string => `2026-11-24T00:00:${String(second).padStart(2, "0")}.000000000Z`;
  interface Event {
    readonly digest?: string;
    readonly name: string;
    readonly started?: string;
    readonly completed?: string;
    readonly cached?: boolean;
    readonly error?: string;
  }
  const read = (vertexes: readonly Event[], statuses: readonly object[] = []) =>
    readSteps(
      readProgress(
        JSON.stringify({ vertexes: vertexes.map((event) => ({ digest: event.name, ...event })), statuses }) + "\n",
      ),
    );
  const step = "[api 2/3] RUN x";

  test.each<readonly [string, readonly Event[], object]>([
    ["declared only", [{ name: step }], { total: 1, cached: 0, ran: [] }],
    [
      "cached in any event",
      [
        { name: step, started: at(1), completed: at(2) },
        { name: step, started: at(0), completed: at(0), cached: true },
        { name: step, started: at(3), completed: at(4) },
      ],
      { total: 1, cached: 1, ran: [] },
    ],
    [
      "intervals overlap",
      [
        { name: step, started: at(1), completed: at(4) },
        { name: step, started: at(1), completed: at(4) },
        { name: step, started: at(3), completed: at(5) },
        { name: step, started: at(10), completed: at(12) },
        { name: step, started: at(20) },
      ],
      { total: 1, cached: 0, ran: [{ name: step, ms: 6_000 }] },
    ],
    [
      "a look-up that was given up",
      [{ name: step, started: at(1), completed: at(4), error: "context canceled" }],
      { total: 1, cached: 0, ran: [] },
    ],
    [
      "a look-up, then a run",
      [
        { name: step, started: at(1), completed: at(2), error: "context canceled" },
        { name: step, started: at(3), completed: at(4) },
      ],
      { total: 1, cached: 0, ran: [{ name: step, ms: 2_000 }] },
    ],
    [
      "a failed step ran",
      [
        {
          name: step,
          started: at(1),
          completed: at(2),
          error: 'process "x" did not complete successfully: exit code: 1',
        },
      ],
      { total: 1, cached: 0, ran: [{ name: step, ms: 1_000 }] },
    ],
    [
      "other names",
      [
        { name: "[1/2] COPY a b", started: at(1), completed: at(2) },
        { name: "[linux/arm64 base 10/12] RUN y", cached: true },
        { name: "[web api 1/2] RUN with a target", cached: true },
        { name: "[internal] load build definition from Dockerfile", started: at(1), completed: at(2) },
        { name: "[context busybox] load from client", started: at(1), completed: at(2) },
        { name: "[auth] library/golang:pull token", started: at(1), completed: at(2) },
        { name: "exporting to image", started: at(1), completed: at(2) },
        { name: "RUN [a 1/2] x", started: at(1), completed: at(2) },
      ],
      { total: 3, cached: 2, ran: [{ name: "[1/2] COPY a b", ms: 1_000 }] },
    ],
    [
      "two vertices of one name",
      [
        { digest: "a", name: step, cached: true },
        { digest: "b", name: step, started: at(1), completed: at(2) },
      ],
      { total: 2, cached: 1, ran: [{ name: step, ms: 1_000 }] },
    ],
    [
      "a step that another build did for this one counts once",
      [
        { digest: "a", name: step },
        { digest: "b", name: step, started: at(1), completed: at(2) },
      ],
      { total: 1, cached: 0, ran: [{ name: step, ms: 1_000 }] },
    ],
  ])("%s", (_, events, expected) => {
    expect(read(events).steps).toEqual(expected);
  });

  test("a base image ran where its layers were pulled, and they are no cache", () => {
    const name = "[build 1/4] FROM docker.io/library/golang:1.26@sha256:00";
    const events = [
      { name, started: at(1), completed: at(2) },
      { name: "importing cache manifest from s3:1", started: at(1), completed: at(3) },
      { name: step, started: at(4), completed: at(4), cached: true },
    ];
    const pull = { id: layer("a"), vertex: name, current: 10, total: 10 };
    expect(read(events).steps.ran).toEqual([]);
    expect(read(events, [pull])).toMatchObject({ steps: { ran: [{ name }] }, import: { ms: 2_000, bytes: 0 } });
    const cached = { id: layer("b"), vertex: step, current: 7, total: 7 };
    expect(read(events, [pull, cached, { ...cached, current: 3 }]).import.bytes).toBe(7);
  });

  test("layers of an export whose details the history lost are unknown", () => {
    const name = "exporting cache to Amazon S3";
    const events = [{ name, started: at(1), completed: at(2) }];
    const status = (id: string) => ({ id, vertex: name, current: 0, total: 0 });
    const written = status(`writing layer ${layer("a")}`);
    expect(read(events).exports[0]?.layers).toBeNull();
    expect(read(events, [status("preparing build cache for export")]).exports[0]?.layers).toBeNull();
    expect(read(events, [status("sending cache export")]).exports[0]?.layers).toEqual([]);
    expect(read(events, [written, status("sending cache export")]).exports[0]?.layers).toEqual([layer("a")]);
  });

  test("types of importers and exporters", () => {
    const names = [
      "importing cache manifest from s3:123",
      "importing cache manifest from local:123",
      "importing cache manifest from registry.test/app:cache",
      "[api] importing cache manifest from gha:1",
      "exporting cache to registry",
      "[api] exporting cache to Azure Blob Storage",
      "exporting to GitHub Actions Cache",
      "exporting cache to somewhere new",
      "exporting to client directory",
    ];
    const failed = read(names.map((name) => ({ name, started: at(1), completed: at(2), error: "no" })));
    expect(failed.failures.map(({ type }) => type)).toEqual([
      "s3",
      "local",
      "registry",
      "gha",
      "registry",
      "azblob",
      "gha",
      null,
    ]);
  });

  test("lines that are no progress", () => {
    const text = `WARNING: {"vertexes":1}\n{ broken\n{"vertexes":[1,null,{"name":"x"}],"statuses":"no"}\n${readFixtureText("second")}ERROR: x\n`;
    expect(readSteps(readProgress(text)).steps).toEqual(readSteps(readFixture("second")).steps);
    expect(readProgress("")).toEqual({ vertexes: [], statuses: [] });
  });
});
