import { describe, expect, test } from "vitest";
import { isCutOff, notesOfBuilds } from "../../src/outcome/build-notes.ts";
import { readProgress } from "../../src/outcome/progress.ts";
import { withSharedSteps } from "../../src/outcome/shared-steps.ts";
import { readSteps } from "../../src/outcome/steps.ts";

const at = (second: number) => `2026-11-24T00:00:${String(second).padStart(2, "0")}.000000000Z`;

interface Event {
  readonly name: string;
  readonly cached?: boolean;
  readonly error?: string;
}

function read(vertexes: readonly Event[], statuses: readonly object[] = []) {
  const events = vertexes.map((event) => ({ digest: event.name, started: at(1), completed: at(3), ...event }));
  return readSteps(readProgress(`${JSON.stringify({ vertexes: events, statuses })}\n`));
}

const canceled = "failed to copy: mount callback failed on /tmp/containerd-mount123: context canceled";
const exporting = "exporting cache to Amazon S3";

describe("a build that ended because another failed", () => {
  const api = read([{ name: "[api 1/1] RUN a" }, { name: exporting, error: canceled }]);
  const worker = read([
    { name: "[worker 1/1] RUN b", error: 'process "b" did not complete successfully: exit code: 3' },
  ]);

  test("has a note, and no failure of its cache", () => {
    expect(notesOfBuilds({ api, worker }, 1)).toEqual(["api: the cache was not written, since worker failed"]);
    expect(api.failures.map((failure) => isCutOff(failure, 1))).toEqual([true]);
  });

  test("in a build that succeeded the same is a failure", () => {
    expect(notesOfBuilds({ api }, 0)).toEqual([]);
    expect(api.failures.map((failure) => isCutOff(failure, 0))).toEqual([false]);
  });
});

describe("steps that builds of one run share", () => {
  const [one, two] = ["[base 1/2] COPY a", "[base 2/2] RUN b"].map((name) => ({ name }));
  const first = read([one ?? { name: "" }, two ?? { name: "" }]);
  const second = read([
    { name: "[base 1/2] COPY a", cached: true },
    { name: "[base 2/2] RUN b", cached: true },
    { name: "[worker 1/1] RUN c", cached: true },
  ]);

  test("ran in each of them, whoever did them", () => {
    expect(withSharedSteps({ first, second })["second"]?.steps).toEqual({
      total: 3,
      cached: 1,
      ran: [
        { name: "[base 1/2] COPY a", ms: 2_000 },
        { name: "[base 2/2] RUN b", ms: 2_000 },
      ],
    });
  });

  test("are cached where a cache had them", () => {
    expect(withSharedSteps({ second, lost: null })).toEqual({ second, lost: null });
  });
});

describe("COPY --link", () => {
  test("is one step, called as in the Dockerfile", () => {
    const { steps } = read([{ name: "[a 1/2] COPY --link x y" }, { name: "[a 1/2] LINK COPY --link x y" }]);
    expect(steps).toEqual({ total: 1, cached: 0, ran: [{ name: "[a 1/2] COPY --link x y", ms: 2_000 }] });
  });

  test("of which only the second half was looked up", () => {
    const { steps } = read([{ name: "[a 1/2] LINK ADD --link x y", cached: true }]);
    expect(steps).toEqual({ total: 1, cached: 1, ran: [] });
  });
});

describe("lines of buildx about a layer that is locked", () => {
  const name = "exporting cache to client directory";
  const layer = { id: `writing layer sha256:${"a".repeat(64)}`, vertex: name, current: 0, total: 0 };
  const build = read([{ name }], [{ ...layer, id: "sending cache export" }, layer]);

  test("are explained where two targets wrote one layer", () => {
    expect(notesOfBuilds({ a: build, b: build }, 0)).toEqual([
      expect.stringContaining("locked` of buildx is harmless"),
    ]);
    expect(notesOfBuilds({ a: build }, 0)).toEqual([]);
  });

  test("are explained where the build failed meanwhile, whatever its history still has", () => {
    const copied = read([{ name, error: canceled }], []);
    const failed = read([{ name: "[b 1/1] RUN b", error: "exit code: 3" }]);
    expect(notesOfBuilds({ a: copied, b: failed }, 1)).toContainEqual(
      expect.stringContaining("not why the build failed"),
    );
    expect(notesOfBuilds({ b: failed }, 1)).toEqual([]);
  });

  test("are explained where one target wrote a layer several times at once", () => {
    const again = read([{ name }], [{ ...layer, id: "sending cache export" }, layer, layer, layer]);
    expect(notesOfBuilds({ a: again }, 0)).toEqual([expect.stringContaining("locked` of buildx is harmless")]);
  });
});
