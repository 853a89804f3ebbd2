import * as fc from "fast-check";
import { compareNames, isSafePath, type Path } from "../../src/mounts/names.ts";
import { blobBytes, packBytes } from "../../src/mounts/pack.ts";
import type { Entry, Snapshot } from "../../src/mounts/snapshot.ts";

/** One part of a path: any bytes but `/` and zero. */
export const part: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }),
    fc.uint8Array({ minLength: 1, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.constantFrom("a".repeat(101), "é".repeat(127), "x\ny", "-rf", " ", "..."),
  )
  .map((text) => Buffer.from(text, isLatin1(text) ? "latin1" : "utf8").toString("latin1"))
  .filter((name) => !name.includes("/") && isSafePath(name));

function isLatin1(text: string): boolean {
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u00ff]*$/.test(text);
}

const owner = fc.record({
  uid: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_fffe })),
  gid: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_fffe })),
  mtime: fc.oneof(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 })),
});
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));

const packs = fc.uniqueArray(
  fc.record({
    id,
    rawBytes: fc.integer({ min: 2, max: packBytes }),
    codec: fc.constantFrom("zstd" as const, "store" as const),
    day: fc.nat(40_000),
  }),
  { selector: (pack) => pack.id, maxLength: 6 },
);

/** A snapshot that a reader takes, of packs that nobody has. */
export const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    names: fc.record({ mount: fc.string(), scope: fc.string(), key: fc.string() }),
    created: fc.nat(),
    writer: fc.record({ version: fc.string(), commit: fc.string(), run: fc.string() }, { requiredKeys: ["version"] }),
    packs: packs.map((list) =>
      list.map((pack) => ({ ...pack, storedBytes: pack.codec === "store" ? pack.rawBytes : pack.rawBytes - 1 })),
    ),
    cuts: fc.array(
      fc.record({ pack: fc.nat(), offset: fc.nat(), length: fc.integer({ min: 1, max: blobBytes }), digest }),
    ),
    tree: fc.array(
      fc.record({
        path: fc.array(part, { minLength: 1, maxLength: 3 }),
        kind: fc.constantFrom("file" as const, "dir" as const, "symlink" as const, "hardlink" as const),
        owner,
        mode: fc.nat(0o1777),
        target: part,
        blobs: fc.array(fc.nat(), { maxLength: 3 }),
      }),
      { maxLength: 20 },
    ),
  })
  .map(({ names, created, writer, packs, cuts, tree }) => {
    const blobs =
      packs.length === 0
        ? []
        : cuts.map((cut) => {
            const pack = cut.pack % packs.length;
            const { rawBytes } = packs[pack] ?? { rawBytes: 1 };
            const offset = cut.offset % rawBytes;
            return { pack, offset, length: Math.min(cut.length, rawBytes - offset), digest: cut.digest };
          });
    const entries = new Map<Path, Entry>();
    const files: Path[] = [];
    for (const { path: parts, kind, owner, mode, target, blobs: chosen } of tree) {
      const path = parts.join("/");
      const parents = parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
      if (entries.has(path) || parents.some((parent) => (entries.get(parent)?.kind ?? "dir") !== "dir")) continue;
      for (const parent of parents) {
        if (!entries.has(parent))
          entries.set(parent, { kind: "dir", path: parent, mode: 0o755, uid: 0, gid: 0, mtime: 1 });
      }
      const indices = blobs.length === 0 ? [] : chosen.map((index) => index % blobs.length);
      const size = indices.reduce((sum, index) => sum + (blobs[index]?.length ?? 0), 0);
      const first = files.find((file) => file < path);
      if (kind === "dir") entries.set(path, { kind, path, mode, ...owner });
      else if (kind === "symlink") entries.set(path, { kind, path, target, ...owner });
      else if (kind === "hardlink" && first !== undefined) entries.set(path, { kind, path, target: first });
      else {
        entries.set(path, { kind: "file", path, mode, ...owner, size, blobs: indices });
        files.push(path);
      }
    }
    return {
      mount: names.mount,
      scope: names.scope,
      key: names.key,
      parent: null,
      created,
      writer,
      root: { mode: 0o755, uid: 0, gid: 0 },
      packs,
      blobs,
      entries: [...entries.values()].sort((a, b) => compareNames(a.path, b.path)),
    };
  });
