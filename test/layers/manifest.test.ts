import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readCacheSummary, summarise, totalBytes } from "../../src/layers/manifest.ts";
import { placeOf } from "../../src/layers/place.ts";
import { probeAll, type ProbeQuestion } from "../../src/layers/probe.ts";
import { makeWorkspace } from "../support/workspace.ts";

const digest = (char: string): string => `sha256:${char.repeat(64)}`;
const layer = (char: string, size?: unknown) => ({ blob: digest(char), annotations: { mediaType: "x", size } });

function read(value: unknown) {
  const summary = summarise(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)));
  return summary && { layers: summary.layers.size, records: summary.records, bytes: totalBytes(summary) };
}

test.each<readonly [string, unknown, unknown]>([
  [
    "sizes add up",
    { layers: [layer("a", 10), layer("b", 5)], records: [{}, {}, {}] },
    { layers: 2, records: 3, bytes: 15 },
  ],
  [
    "a layer counts once",
    { layers: [layer("a", 10), layer("a", 10)], records: [] },
    { layers: 1, records: 0, bytes: 10 },
  ],
  ["empty as Go writes it", { layers: null, records: null }, { layers: 0, records: 0, bytes: 0 }],
  ["no layers", { records: [{}] }, { layers: 0, records: 1, bytes: 0 }],
  ["a size is missing", { layers: [layer("a", 10), layer("b")] }, { layers: 2, records: 0, bytes: null }],
  ["a size is nonsense", { layers: [layer("a", "10")] }, { layers: 1, records: 0, bytes: null }],
  ["a size is negative", { layers: [layer("a", -1)] }, { layers: 1, records: 0, bytes: null }],
  ["layers that are none", { layers: [null, 1, { blob: 1 }] }, { layers: 0, records: 0, bytes: 0 }],
  ["another document", { manifests: [] }, null],
  ["a list", [], null],
  ["layers are no list", { layers: {} }, null],
  ["no JSON", "<Error/>", null],
])("%s", (_, value, expected) => {
  expect(read(value)).toEqual(expected);
});

test("only asked for layers are added up", () => {
  const summary = summarise(Buffer.from(JSON.stringify({ layers: [layer("a", 10), layer("b", 5)] })));
  if (summary === null) throw new Error("no summary");
  expect(totalBytes(summary, [digest("b"), digest("b")])).toBe(5);
  expect(totalBytes(summary, [])).toBe(0);
  expect(totalBytes(summary, [digest("c")])).toBeNull();
});

test.each([
  [
    { type: "s3", bucket: "b", region: "r" },
    { key: "manifests/buildkit", bucket: { bucket: "b", region: "r", endpointUrl: undefined, usePathStyle: false } },
  ],
  [{ type: "s3", prefix: "p/", name: "x;y" }, { key: "p/manifests/x" }],
  [{ type: "s3", prefix: "p", manifests_prefix: "m", name: "x" }, { key: "pmx" }],
  [
    { type: "s3", endpoint_url: "https://s3.test", use_path_style: "true" },
    { bucket: { bucket: "", region: "", endpointUrl: "https://s3.test", usePathStyle: true } },
  ],
  [
    { type: "local", src: "cache/x" },
    { dir: "/home/cache/x", tag: "latest", digest: null },
  ],
  [
    { type: "local", dest: "/c", tag: "t" },
    { dir: "/c", tag: "t" },
  ],
  [{ type: "registry", ref: "r" }, null],
  [{ type: "local" }, null],
])("place of %j", (entry, expected) => {
  const place = placeOf(entry, "/home");
  expect([place]).toMatchObject([expected]);
});

async function probe(question: ProbeQuestion, access: Parameters<typeof probeAll>[1]): Promise<unknown> {
  const { answers, failed } = await probeAll([question], access);
  return failed[question.backend] ?? answers[0];
}

describe("local caches", () => {
  const access = { credentials: {}, env: {}, dir: "/", signal: new AbortController().signal };
  // BuildKit writes no sizes into the config of a local cache.
  const config = JSON.stringify({ layers: [layer("a")], records: [{}] });
  const nameOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const pathOf = (blob: string): string => `blobs/sha256/${blob.slice(7)}`;
  const tagged = (text: string, tag = "latest") =>
    JSON.stringify({
      manifests: [
        { mediaType: "m", digest: nameOf("other"), annotations: { "org.opencontainers.image.ref.name": "other" } },
        { mediaType: "m", digest: nameOf(text), annotations: { "org.opencontainers.image.ref.name": tag } },
      ],
    });
  const configDescriptor = { mediaType: "application/vnd.buildkit.cacheconfig.v0", digest: nameOf(config) };

  test.each([
    ["image manifest", { config: configDescriptor, layers: [{ mediaType: "l", digest: digest("a"), size: 10 }] }],
    ["image index", { manifests: [{ mediaType: "l", digest: digest("a"), size: 10 }, configDescriptor] }],
  ])("%s", async (_, document) => {
    const manifest = JSON.stringify(document);
    const workspace = makeWorkspace({
      "index.json": tagged(manifest),
      [pathOf(nameOf(manifest))]: manifest,
      [pathOf(nameOf(config))]: config,
    });
    const entry = { type: "local", src: workspace.dir };
    expect(await probe({ backend: "disk", entry }, access)).toBe("present");
    const summary = await readCacheSummary("disk", entry, access);
    expect(summary && totalBytes(summary)).toBe(10);
    expect(await probe({ backend: "disk", entry: { ...entry, tag: "v2" } }, access)).toBe("absent");
    expect(await readCacheSummary("disk", { ...entry, tag: "v2" }, access)).toBeNull();
    expect(await probe({ backend: "disk", entry: { ...entry, digest: nameOf(manifest) } }, access)).toBe("present");
  });

  test("what is damaged is not read, and blobs are not looked for elsewhere", async () => {
    const outside = makeWorkspace({ secret: "{}" });
    const escaping = JSON.stringify({
      manifests: [
        {
          digest: `sha256:../../../${outside.dir}/secret`,
          annotations: { "org.opencontainers.image.ref.name": "latest" },
        },
      ],
    });
    for (const index of [escaping, tagged("missing")]) {
      const entry = { type: "local", src: makeWorkspace({ "index.json": index }).dir };
      expect(await readCacheSummary("disk", entry, access)).toBeNull();
    }
  });

  test("no folder is absent; no JSON, a folder instead of the file and too large a file are findings", async () => {
    const workspace = makeWorkspace({
      "broken/index.json": "{",
      "large/index.json": " ".repeat(5 * 2 ** 20),
      "folder/index.json/x": "",
      "a-file": "",
    });
    const ask = (name: string) =>
      probe({ backend: "disk", entry: { type: "local", src: workspace.path(name) } }, access);
    expect(await ask("nowhere")).toBe("absent");
    const findings = await Promise.all(["broken", "large", "folder", "a-file"].map(ask));
    expect(findings).toEqual(
      Array.from({ length: 4 }, () =>
        expect.objectContaining({ code: "BK5013", message: expect.stringContaining('backend "disk"') as string }),
      ),
    );
  });

  test("one failure leaves its backend out, with one message; the others are answered", async () => {
    const workspace = makeWorkspace({ "broken/index.json": "{", "good/index.json": tagged("x") });
    const ask = (backend: string, name: string) => ({ backend, entry: { type: "local", src: workspace.path(name) } });
    const report = await probeAll(
      [
        ask("bad", "nowhere"),
        ask("bad", "broken"),
        ask("bad", "broken"),
        ask("disk", "good"),
        ask("disk", "nowhere"),
        { backend: "hub", entry: { type: "registry", ref: "r" } },
      ],
      access,
    );
    expect(Object.keys(report.failed)).toEqual(["bad"]);
    expect(report.answers).toEqual(["absent", "absent", "absent", "present", "absent", "unknown"]);
  });
});
