import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readProgress } from "../../src/outcome/progress.ts";
import { buildReport, type CachePlace, type ReportInput, type TargetPlan } from "../../src/outcome/build-report.ts";
import type { Report } from "../../src/outcome/report.ts";
import { sampleReport, sampleTarget } from "../support/sample-report.ts";
import { type FixtureName, readFixtureText } from "./progress-fixture.ts";

interface Node {
  readonly $ref?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
}

const schema = JSON.parse(readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8")) as Node;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { "date-time": true } }).compile(
  schema,
);

/** The node and all below it, each with where it stands. */
function nodesOf(node: Node, path = "$"): readonly { readonly path: string; readonly node: Node }[] {
  const { properties, $defs, items, anyOf = [], additionalProperties } = node;
  const children: [string, Node][] = Object.entries({ ...properties, ...$defs });
  if (items !== undefined) children.push(["[]", items]);
  if (typeof additionalProperties === "object") children.push(["*", additionalProperties]);
  for (const [i, each] of anyOf.entries()) children.push([`anyOf${i}`, each]);
  return [{ path, node }, ...children.flatMap(([key, child]) => nodesOf(child, `${path}.${key}`))];
}

function place(backend: string, entry: Readonly<Record<string, string>> = { type: "s3", bucket: "acme" }): CachePlace {
  return { backend, scope: "main", name: "shop.api.main", entry };
}

function plan(backends: readonly CachePlace[]): TargetPlan {
  const [first] = backends;
  const reason = first === undefined ? "no backend to read from" : `scope "main" is in ${first.backend}`;
  return { source: first === undefined ? null : { ...first, reason }, reason, destinations: backends, relay: null };
}

function make(fixture: FixtureName | null, options: Partial<ReportInput> = {}): Report {
  const record = fixture && { refs: ["b/b0/one"], digest: null, progress: readProgress(readFixtureText(fixture)) };
  const report = buildReport({
    bkcache: "0.1.0",
    startedAt: 1_000,
    endedAt: 3_500.4,
    exitCode: 0,
    builder: { name: "b", driver: "remote", buildkit: "v0.34.2" },
    buildx: "0.38.2",
    ways: {},
    targets: { api: plan([place("remote")]) },
    history: { targets: record ? { api: record } : {}, notes: [] },
    sizes: () => null,
    leftOut: [],
    mounts: [],
    redact: (text) => text,
    ...options,
  });
  expect([validate(report), validate.errors]).toEqual([true, null]);
  // What is written is what was checked.
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  return report;
}

describe("schema", () => {
  test("every key has a description", () => {
    const undescribed = nodesOf(schema).flatMap(({ path, node }) => {
      const keys = Object.entries({ ...node.properties, ...node.$defs });
      return keys.filter(([, child]) => !child.$ref && !child.description).map(([key]) => `${path}.${key}`);
    });
    expect(undescribed).toEqual([]);
  });

  test("every key is always there: what is not known is null", () => {
    const left = nodesOf(schema).flatMap(({ path, node: { properties = {}, required = [] } }) =>
      Object.keys(properties).flatMap((key) => (required.includes(key) ? [] : [`${path}.${key}`])),
    );
    expect(left).toEqual([]);
  });

  test("it refuses what is no report", () => {
    const report = sampleReport();
    expect([validate(report), validate.errors]).toEqual([true, null]);
    expect(validate({ ...report, version: 2 })).toBe(false);
    expect(validate({ ...report, extra: 1 })).toBe(false);
    const negative = sampleTarget({ steps: { total: -1, cached: 0, ran: [] } });
    expect(validate({ ...report, targets: { api: negative } })).toBe(false);
    const { exitCode: _, ...rest } = report;
    expect(validate(rest)).toBe(false);
  });
});

test("a build that took everything from the cache", () => {
  const report = make("second");
  expect(report).toMatchObject({
    version: 1,
    startedAt: "1970-01-01T00:00:01.000Z",
    ms: 2_500,
    failures: [],
    notes: [],
  });
  expect(report.targets["api"]).toMatchObject({
    ref: "b/b0/one",
    steps: { total: 5, cached: 5, ran: [] },
    source: { backend: "remote", scope: "main", name: "shop.api.main", reason: 'scope "main" is in remote' },
    written: [{ backend: "remote", bytes: 0, cacheBytes: null }],
    import: { bytes: 0 },
    export: { bytes: 0 },
  });
});

test("bytes come from the manifest: what was uploaded, and the whole cache", () => {
  const layers = [...readFixtureText("first").matchAll(/writing layer (sha256:[0-9a-f]{64})/g)].map(
    ([, digest]) => digest as string,
  );
  const sizes = new Map([...layers.map((digest) => [digest, 100] as const), [`sha256:${"0".repeat(64)}`, 1_000]]);
  const report = make("first", { sizes: () => ({ layers: sizes, records: 7 }) });
  expect(layers.length).toBeGreaterThan(0);
  expect(report.targets["api"]?.written).toMatchObject([
    { bytes: layers.length * 100, cacheBytes: layers.length * 100 + 1_000 },
  ]);
  expect(report.targets["api"]?.export?.bytes).toBe(layers.length * 100);
  expect(make("second", { sizes: () => ({ layers: sizes, records: 7 }) }).targets["api"]?.export?.bytes).toBe(0);
  expect(make("first", { sizes: () => ({ layers: new Map(), records: 7 }) }).targets["api"]?.export?.bytes).toBeNull();
});

test("without history the rest is there", () => {
  const notes = [{ code: "BK5012", message: "the builder's history cannot be read: gone" } as const];
  const report = make(null, { exitCode: 1, history: { targets: {}, notes } });
  expect(report.targets["api"]).toMatchObject({ ref: null, steps: null, import: null, export: null, written: [] });
  expect(report.targets["api"]?.source?.backend).toBe("remote");
  expect(report.notes).toEqual(["the builder's history cannot be read: gone"]);
});

describe("failures", () => {
  const failed = (fixture: FixtureName, backends: readonly CachePlace[]) =>
    make(fixture, { targets: { api: plan(backends) } }).failures.map(({ direction, backend }) => [direction, backend]);

  test("name the backend of their type", () => {
    const disk = place("disk", { type: "local", dest: "/c" });
    expect(failed("no-bucket", [place("remote"), disk])).toEqual([
      ["import", "remote"],
      ["export", "remote"],
    ]);
    expect(failed("no-bucket", [disk])).toEqual([
      ["import", null],
      ["export", null],
    ]);
  });

  test("of two backends of one type the address in the error tells", () => {
    const dead = place("dead", { type: "s3", endpoint_url: "http://127.0.0.1:1" });
    const alive = place("alive", { type: "s3", endpoint_url: "http://127.0.0.1:2" });
    expect(failed("dead-endpoint", [alive, dead])).toEqual([
      ["import", "alive"],
      ["export", "dead"],
    ]);
    expect(failed("no-bucket", [alive, dead])).toEqual([
      ["import", "alive"],
      ["export", null],
    ]);
  });

  test("what failed is not written", () => {
    expect(make("no-bucket").targets["api"]?.written).toEqual([]);
  });

  test("a lost layer is a failed import, whatever step it ended", () => {
    expect(make("lost-layer", { exitCode: 1 }).failures).toMatchObject([
      { direction: "import", backend: "remote", target: "api", vertex: "exporting to docker image format" },
    ]);
  });
});

test("secrets in names and messages are blanked out", () => {
  const report = make("failed", {
    redact: (text) => text.replaceAll("exit 3", "***"),
    leftOut: [{ backend: "remote", diagnostic: { code: "BK5007", message: "exit 3" } }],
    targets: { api: { ...plan([place("remote")]), reason: "exit 3" } },
  });
  expect(JSON.stringify(report)).not.toContain("exit 3");
  expect(report.leftOut).toEqual([{ backend: "remote", code: "BK5007", message: "***" }]);
  expect(report.targets["api"]?.steps?.ran.map(({ name }) => name)).toContainEqual(expect.stringContaining("***"));
});
