import { describe, expect, test } from "vitest";
import type { Difference } from "../../src/inputs/compare.ts";
import type { InputRecord } from "../../src/inputs/record.ts";
import { canonicalImage, imagesOf } from "../../src/outcome/images.ts";
import type { Progress } from "../../src/outcome/progress.ts";
import type { BuildSteps } from "../../src/outcome/steps.ts";
import { type Comparison, explainRun, type WhyInput } from "../../src/outcome/why.ts";

const [one, two] = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

const record: InputRecord = {
  name: "shop.app.main",
  created: 1,
  fingerprint: "",
  mode: "max",
  platforms: ["linux/amd64"],
  settings: [],
  instructions: [],
  contexts: [],
  linked: [],
  images: [{ name: "alpine:$V", ref: "", digest: one }],
  unknown: [],
  writer: null,
};

const comparison: Comparison = {
  record,
  differences: [],
  unknown: null,
  images: { "alpine:$V": "alpine:3" },
  platforms: ["linux/amd64"],
  hasLinks: false,
  lastStage: "app",
  runsAll: false,
  losesCache: null,
  lostLayers: null,
};

function stepsOf(names: readonly string[], more: Partial<BuildSteps> = {}): BuildSteps {
  const ran = names.map((name) => ({ name, ms: 1 }));
  return {
    steps: { total: 5, cached: 5 - ran.length, ran },
    digests: { cached: ["a"], ran: new Map(ran.map((step) => [step.name, step])) },
    hasFailed: false,
    import: { ms: 0, bytes: 0, digests: [] } as unknown as BuildSteps["import"],
    export: { ms: 0 },
    exports: [],
    failures: [],
    ...more,
  };
}

function progressOf(...names: readonly string[]): Progress {
  const vertexes = names.map((name) => ({
    digest: name,
    name,
    started: 0,
    completed: 1,
    cached: false,
    error: null,
    inputs: [],
  }));
  return { vertexes, statuses: [] };
}

const run = "[app 2/3] RUN make";

function explain(own: Partial<Comparison> | null, more: Partial<WhyInput> = {}) {
  return explainRun({
    reason: 'scope "main" is in remote',
    hasSource: true,
    droppedResults: 0,
    comparison: own && { ...comparison, ...own },
    steps: stepsOf([run]),
    progress: null,
    others: [],
    ...more,
  });
}

const files: Difference = { kind: "files", context: "", files: [{ path: "a", change: "changed" }] };
const instruction: Difference = { kind: "instruction", before: null, after: { line: 3, text: "RUN make" } };
const open: Difference = { kind: "unknown", reason: "a context is not on this machine" };

describe("the cause, and what else differs", () => {
  test.each<readonly [string, ReturnType<typeof explain>, object]>([
    ["nothing ran", explain({}, { steps: stepsOf([]) }), { why: null }],
    ["images alone were fetched", explain({}, { steps: stepsOf(["[app 1/3] FROM alpine@sha256:x"]) }), { why: null }],
    ["no history", explain({}, { steps: null }), { why: null }],
    ["no source", explain(null, { hasSource: false, reason: "none yet" }), { cause: "no-cache", text: "none yet" }],
    ["asked for", explain({ runsAll: true, differences: [files] }), { cause: "asked" }],
    [
      "the step's own instruction first",
      explain({ differences: [files, instruction] }),
      {
        cause: "instruction",
        text: "line 3 is new: RUN make",
        more: ["files: a"],
      },
    ],
    [
      "the files of a COPY first",
      explain({ differences: [instruction, files] }, { steps: stepsOf(["[app 2/3] COPY . ."]) }),
      { cause: "files", more: ["line 3 is new: RUN make"] },
    ],
    [
      "a base image that moved before all else",
      explain({ differences: [files] }, { progress: progressOf(`[app 1/3] FROM docker.io/library/alpine:3@${two}`) }),
      {
        cause: "image",
        text: `the image alpine:$V was ${one.slice(0, 19)} and is ${two.slice(0, 19)}`,
        more: ["files: a"],
      },
    ],
    [
      "a base image that did not",
      explain({}, { progress: progressOf(`[app 1/3] FROM docker.io/library/alpine:3@${one}`) }),
      { cause: "unknown" },
    ],
    [
      "layers that the bucket lost",
      explain({ lostLayers: "a layer is gone" }),
      { cause: "blob", text: "a layer is gone" },
    ],
    ["results that the relay left out", explain({}, { droppedResults: 2 }), { cause: "blob" }],
    [
      "another platform",
      explain({ platforms: ["linux/arm64"] }),
      {
        cause: "not-exported",
        text: "the cache is of linux/amd64, the build of linux/arm64",
      },
    ],
    [
      "a stage that was not exported",
      explain(
        { record: { ...record, mode: "min" }, differences: [files] },
        { steps: stepsOf(["[base 2/3] RUN make"]) },
      ),
      { cause: "not-exported", more: ["files: a"] },
    ],
    [
      "the last stage, which was",
      explain({ record: { ...record, mode: "min" }, differences: [files] }),
      { cause: "files" },
    ],
    ["a builder that loses linked targets", explain({ losesCache: "v0.34.2", hasLinks: true }), { cause: "lost" }],
    [
      "a builder that loses what siblings share",
      explain({ losesCache: "v0.34.2" }, { others: [stepsOf(["x"])] }),
      { cause: "lost" },
    ],
    ["a builder that loses, and nothing shared", explain({ losesCache: "v0.34.2" }), { cause: "unknown" }],
    [
      "no note",
      explain({ record: null, differences: null }),
      {
        cause: "unknown",
        text: "its cache has no note of what it was made of",
      },
    ],
    [
      "what is not known",
      explain({ differences: [open] }),
      {
        cause: "unknown",
        text: "not known: a context is not on this machine",
      },
    ],
  ])("%s", (_, why, expected) => {
    expect(why === null ? { why } : why).toMatchObject(expected);
  });
});

test.each([
  ["alpine", "docker.io/library/alpine:latest"],
  ["alpine:3", "docker.io/library/alpine:3"],
  ["acme/app", "docker.io/acme/app:latest"],
  ["index.docker.io/acme/app:1", "docker.io/acme/app:1"],
  ["ghcr.io/acme/app:1@sha256:x", "ghcr.io/acme/app:1"],
  ["localhost/app", "localhost/app:latest"],
  ["127.0.0.1:5000/tools/app", "127.0.0.1:5000/tools/app:latest"],
])("%s is %s", (written, whole) => {
  expect(canonicalImage(written)).toBe(whole);
});

test("images of a build", () => {
  const progress = progressOf(
    `[linux/amd64 app 1/3] FROM docker.io/library/alpine:3@${one}`,
    "[app 2/3] RUN echo FROM x",
  );
  expect([...imagesOf(progress)]).toEqual([["docker.io/library/alpine:3", one]]);
});
