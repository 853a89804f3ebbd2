import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readCacheSummary, summarise, totalBytes } from "../../src/layers/manifest.ts";
import { type ManifestPlace, manifestPlace } from "../../src/layers/place.ts";
import { probeAll, type ProbeQuestion } from "../../src/layers/probe.ts";
import type { BucketPlace, FolderPlace, Place } from "../../src/store/place.ts";
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

const bucket: BucketPlace = {
  type: "s3",
  backend: "remote",
  bucket: "b",
  prefix: "",
  region: "r",
  endpointUrl: undefined,
  usePathStyle: undefined,
  insecure: false,
};
const folder: FolderPlace = { type: "local", backend: "disk", dir: "/home/cache" };

test.each<readonly [Place, Readonly<Record<string, string>>, string, "from" | "to", object]>([
  [bucket, {}, "", "from", { key: "manifests/buildkit", place: bucket }],
  [{ ...bucket, prefix: "p/" }, {}, "x;y", "from", { key: "p/manifests/x" }],
  [{ ...bucket, prefix: "p" }, { manifestsPrefix: "m" }, "x", "to", { key: "pmx" }],
  [folder, {}, "x", "from", { dir: "/home/cache/x", tag: "latest", digest: null }],
  [folder, { tag: "t" }, "x", "to", { dir: "/home/cache/x", tag: "t" }],
  [folder, { digest: "sha256:d" }, "x", "from", { digest: "sha256:d" }],
  [folder, { digest: "sha256:d" }, "x", "to", { digest: null }],
])("manifest in %j with %j for %j %s", (place, attributes, name, direction, expected) => {
  const backend = { ...attributes, name: place.backend, type: place.type };
  expect(manifestPlace({ backend, place, name, direction })).toMatchObject(expected);
});

async function probe(question: ProbeQuestion, access: Parameters<typeof probeAll>[1]): Promise<unknown> {
  const { answers, failed } = await probeAll([question], access);
  return failed[question.backend] ?? answers[0];
}

describe("local caches", () => {
  const access = { credentials: {}, env: {}, signal: new AbortController().signal };
  const inFolder = (dir: string, more: { tag?: string; digest?: string } = {}) => {
    const manifest: ManifestPlace = { type: "folder", dir, tag: "latest", digest: null, ...more };
    return { backend: "disk", manifest };
  };
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
    const { dir } = workspace;
    expect(await probe(inFolder(dir), access)).toBe("present");
    const summary = await readCacheSummary(inFolder(dir), access);
    expect(summary && totalBytes(summary)).toBe(10);
    expect(await probe(inFolder(dir, { tag: "v2" }), access)).toBe("absent");
    expect(await readCacheSummary(inFolder(dir, { tag: "v2" }), access)).toBeNull();
    expect(await probe(inFolder(dir, { digest: nameOf(manifest) }), access)).toBe("present");
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
      expect(await readCacheSummary(inFolder(makeWorkspace({ "index.json": index }).dir), access)).toBeNull();
    }
  });

  test("no folder is absent; no JSON, a folder instead of the file and too large a file are findings", async () => {
    const workspace = makeWorkspace({
      "broken/index.json": "{",
      "large/index.json": " ".repeat(5 * 2 ** 20),
      "folder/index.json/x": "",
      "a-file": "",
    });
    const ask = (name: string) => probe(inFolder(workspace.path(name)), access);
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
    const ask = (backend: string, name: string) => ({ ...inFolder(workspace.path(name)), backend });
    const report = await probeAll(
      [
        ask("bad", "nowhere"),
        ask("bad", "broken"),
        ask("bad", "broken"),
        ask("disk", "good"),
        ask("disk", "nowhere"),
        { backend: "hub", manifest: null },
      ],
      access,
    );
    expect(Object.keys(report.failed)).toEqual(["bad"]);
    expect(report.answers).toEqual(["absent", "absent", "absent", "present", "absent", "unknown"]);
  });
});
