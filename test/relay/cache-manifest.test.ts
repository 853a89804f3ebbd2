import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { blobsOf, parseManifest, printManifest, pruneManifest } from "../../src/relay/cache-manifest.ts";

const blob = (index: number) => `sha256:${String(index).padStart(64, "0")}`;
const layer = (index: number, parent?: number, size?: number) => ({
  blob: blob(index),
  ...(parent !== undefined && { parent }),
  ...(size !== undefined && { annotations: { size, diffID: blob(index + 1_000) } }),
});
const read = (json: unknown) => {
  const manifest = parseManifest(Buffer.from(JSON.stringify(json)));
  if (manifest === null) throw new Error("no manifest");
  return manifest;
};
const prune = (json: unknown, dead: readonly number[]) => {
  const names = new Set(dead.map(blob));
  const { manifest, dropped } = pruneManifest(read(json), (name) => !names.has(name));
  return { json: JSON.parse(printManifest(manifest).toString()) as Manifest, dropped };
};

interface Manifest {
  readonly layers: readonly { readonly blob: string; readonly parent?: number }[];
  readonly records: readonly {
    readonly digest: string;
    readonly layers?: readonly { readonly layer?: number }[];
    readonly chains?: readonly { readonly layers: readonly number[] }[];
  }[];
}

/** BuildKit's own way (v1/parse.go): what a result would load, or null where a blob has no provider. */
function load(manifest: Manifest, index: number, dead: ReadonlySet<string>, seen = new Set<number>()): boolean {
  const found = manifest.layers[index];
  if (seen.has(index)) throw new Error("invalid looping layer");
  seen.add(index);
  if (found === undefined) throw new Error("invalid layer index");
  if (dead.has(found.blob)) return false;
  const parent = found.parent ?? 0;
  return parent === -1 || load(manifest, parent, dead, seen);
}

describe("pruning a cache manifest", () => {
  test("a dead layer takes the results of its children with it, and nothing else", () => {
    const { json, dropped } = prune(
      {
        layers: [layer(0, -1), layer(1), layer(2, 1), layer(3, -1)],
        records: [
          { digest: "a", layers: [{}] },
          { digest: "b", layers: [{ layer: 1 }], inputs: [[{ link: 0 }]] },
          { digest: "c", layers: [{ layer: 2 }, { layer: 3, createdAt: "2026-11-01T00:00:00Z" }] },
        ],
        version: 1,
      },
      [1],
    );
    expect(dropped).toBe(2);
    expect(json).toEqual({
      layers: [layer(0, -1), layer(1), layer(2, 1), layer(3, -1)],
      records: [
        { digest: "a", layers: [{}] },
        { digest: "b", layers: [], inputs: [[{ link: 0 }]] },
        { digest: "c", layers: [{ layer: 3, createdAt: "2026-11-01T00:00:00Z" }] },
      ],
      version: 1,
    });
  });

  test("a missing parent is layer 0, and -1 is none", () => {
    const json = {
      layers: [layer(0, -1), layer(1), layer(2, -1)],
      records: [{ layers: [{ layer: 1 }, { layer: 2 }] }],
    };
    expect(prune(json, [0]).json.records).toEqual([{ layers: [{ layer: 2 }] }]);
  });

  test("a chain is its own layers, without their parents", () => {
    const json = {
      layers: [layer(0, -1), layer(1, 0), layer(2, 1)],
      records: [{ chains: [{ layers: [1, 2] }, { layers: [0, 2] }] }],
    };
    expect(prune(json, [0]).json.records).toEqual([{ chains: [{ layers: [1, 2] }] }]);
  });

  test("a circle and an index that is none are left out, though every blob is there", () => {
    const json = {
      layers: [layer(0, 1), layer(1, 0), layer(2, 7), layer(3, -1)],
      records: [{ layers: [{ layer: 0 }, { layer: 2 }, { layer: 9 }, { layer: -1 }, { layer: 3 }] }],
    };
    expect(prune(json, []).json.records).toEqual([{ layers: [{ layer: 3 }] }]);
  });

  test("sizes are those of the annotations", () => {
    const manifest = read({ layers: [layer(0, -1, 12), layer(1, 0), layer(0, 1)], records: null });
    expect([...blobsOf(manifest)]).toEqual([
      [blob(0), 12],
      [blob(1), null],
    ]);
  });

  test.each(["", "{", "[]", "null", '"x"', '{"layers":{}}', '{"layers":[1]}', '{"records":[null]}'])(
    "%j is no manifest",
    (text) => expect(parseManifest(Buffer.from(text))).toBeNull(),
  );

  test("any manifest loads without an error and without a dead blob, and loses nothing else", () => {
    const index = fc.integer({ min: -2, max: 12 });
    const manifests = fc.record({
      layers: fc.array(
        fc
          .tuple(fc.integer({ min: 0, max: 9 }), fc.option(index, { nil: undefined }))
          .map(([name, parent]) => layer(name, parent)),
        { maxLength: 12 },
      ),
      records: fc.array(
        fc.record(
          {
            digest: fc.string(),
            layers: fc.array(fc.record({ layer: index }, { requiredKeys: [] }), { maxLength: 4 }),
            chains: fc.array(fc.record({ layers: fc.array(index, { maxLength: 3 }) }), { maxLength: 3 }),
          },
          { requiredKeys: ["digest"] },
        ),
        { maxLength: 8 },
      ),
    });
    fc.assert(
      fc.property(manifests, fc.array(fc.integer({ min: 0, max: 9 })), (before, deadNames) => {
        const dead = new Set(deadNames.map(blob));
        const original = before as Manifest;
        const { json: after, dropped } = prune(before, deadNames);
        expect(after.layers).toEqual(before.layers);
        expect(after.records.map(({ digest }) => digest)).toEqual(before.records.map(({ digest }) => digest));
        const loads = (one: number) => {
          try {
            return load(original, one, dead);
          } catch {
            return false;
          }
        };
        let left = 0;
        original.records.forEach((record, at) => {
          const results = (record.layers ?? []).filter((result) => loads(result.layer ?? 0));
          const chains = (record.chains ?? []).filter((chain) =>
            chain.layers.every((one) => one in original.layers && !dead.has(original.layers[one]?.blob ?? "")),
          );
          expect(after.records[at]?.layers ?? []).toEqual(results);
          expect(after.records[at]?.chains ?? []).toEqual(chains);
          left += (record.layers ?? []).length - results.length + (record.chains ?? []).length - chains.length;
        });
        expect(dropped).toBe(left);
      }),
      { numRuns: 500 },
    );
  });
});
