import { expect, test } from "vitest";
import { type CacheChoice, noCache } from "../../src/cache/choice.ts";
import type { History } from "../../src/outcome/history.ts";
import { whyAgain } from "../../src/build/again.ts";

interface Stand {
  /** What a step of each target failed with; null for none. */
  readonly errors: Readonly<Record<string, string | null>>;
  /** Type of the source by target. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly destinations?: readonly string[];
  readonly isCompleted?: boolean;
}

function ask({ errors, sources = { a: "s3" }, destinations = [], isCompleted = false }: Stand) {
  const targets = Object.keys(errors);
  const times = { started: 1, completed: 2, cached: false, inputs: [] };
  const history = {
    notes: [],
    targets: Object.fromEntries(
      targets.map((name) => [
        name,
        {
          refs: [],
          digest: null,
          isCompleted,
          progress: { statuses: [], vertexes: [{ ...times, digest: name, name: "[2/3] RUN x", error: errors[name] }] },
        },
      ]),
    ),
  } as unknown as History;
  const chosen = targets.map((name) => [
    name,
    {
      cacheFrom: sources[name] === undefined ? [] : [{ type: sources[name] }],
      cacheTo: destinations.map((type) => ({ type })),
      source: sources[name] === undefined ? null : { backend: sources[name], entry: { type: sources[name] } },
      reason: "",
      destinations: destinations.map((type) => ({ backend: type, entry: { type } })),
    },
  ]);
  const choice = { ...noCache, targets: Object.fromEntries(chosen) } as unknown as CacheChoice;
  return whyAgain(history, { choice, targets });
}

const gone = "failed to copy: operation error S3: GetObject, https response error StatusCode: 404, NoSuchKey: x";

test("a layer that is gone: without its backend for all targets", () => {
  const again = ask({ errors: { a: gone, b: null, c: null }, sources: { a: "s3", b: "s3", c: "local" } });
  expect(again?.finding).toMatchObject({ code: "BK5015", message: expect.stringContaining('backend "s3"') });
  expect(again?.choice.leftOut).toMatchObject([{ backend: "s3", diagnostic: { code: "BK5015" } }]);
  expect(again?.choice.targets).toMatchObject({
    a: { cacheFrom: [], source: null },
    b: { cacheFrom: [], source: null },
    c: { cacheFrom: [{ type: "local" }], source: { backend: "local" } },
  });
});

test("of a target without a source it is that of a target beside it", () => {
  expect(ask({ errors: { a: gone, b: null }, sources: { b: "s3" } })?.choice.targets["b"]?.source).toBeNull();
  expect(ask({ errors: { a: gone, b: null }, sources: { b: "local" } })).toBeNull();
});

test.each([
  "short read: expected 12 bytes but got 3: unexpected EOF",
  `NotFound: rpc error: code = NotFound desc = content sha256:${"0".repeat(64)}: not found`,
  `failed commit on ref "layer-sha256:1": unexpected commit digest sha256:1, expected sha256:2: failed precondition`,
  "failed to copy: operation error S3: GetObject, https response error StatusCode: 416, api error InvalidRange: x",
])("%s", (error) => {
  expect(ask({ errors: { a: error } })?.finding.code).toBe("BK5015");
});

test.each([
  [`process "/bin/sh -c echo ${gone}" did not complete successfully: exit code: 1`, "s3"],
  ["failed to copy: httpReadSeeker: failed open: unexpected status from GET request to https://r.test/v2/x: 404", "s3"],
  ['failed to calculate checksum of ref x: "/gone": not found', "s3"],
  ["context canceled", "s3"],
])("the build's own: %s", (error, type) => {
  expect(ask({ errors: { a: error }, sources: { a: type } })).toBeNull();
});

test("a layer of a registry is the cache's where that is in a registry", () => {
  const error = "failed to copy: httpReadSeeker: failed open: content at https://r.test/v2/x not found: not found";
  expect(ask({ errors: { a: error }, sources: { a: "registry" } })?.finding.code).toBe("BK5015");
});

test("a failure after all was built: without local destinations, where there are any", () => {
  const done = { errors: { a: null }, isCompleted: true };
  const again = ask({ ...done, destinations: ["s3", "local"] });
  expect(again?.finding).toMatchObject({ code: "BK5016", message: expect.stringContaining('backend "local"') });
  expect(again?.choice.targets["a"]).toMatchObject({ cacheTo: [{ type: "s3" }], destinations: [{ backend: "s3" }] });
  expect(ask({ ...done, destinations: ["s3"] })).toBeNull();
  expect(ask({ ...done, isCompleted: false, destinations: ["local"] })).toBeNull();
});
