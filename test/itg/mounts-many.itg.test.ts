import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPlainStore } from "../support/plain-store.ts";
import { makeMount, restore, save } from "../mounts/support.ts";

/** Type, mode, owner, mtime, size and path of every entry, and all contents, as two digests. */
function digestTree(dir: string): string {
  const script = `cd "$1"
find . -mindepth 1 -printf '%y %m %U %G %Ts %s %P\\n' | sed -E 's/^(d .*) [0-9]+ /\\1 /' | LC_ALL=C sort | sha256sum
find . -type f -print0 | LC_ALL=C sort -z | xargs -0 cat | sha256sum`;
  return execFileSync("sh", ["-c", script, "sh", dir], { encoding: "utf8" });
}

test("a hundred thousand files come back entry by entry", { timeout: 600_000 }, async () => {
  const [from, to] = [makeMount(), makeMount()];
  for (let folder = 0; folder < 1000; folder++) {
    const dir = join(from, `group${folder % 10}`, `folder${folder}`);
    mkdirSync(dir, { recursive: true });
    for (let file = 0; file < 100; file++) writeFileSync(join(dir, `file${file}`), `${folder} ${file}\n`.repeat(file));
  }
  const store = openPlainStore();
  expect(await save(store, from)).toMatchObject({ kind: "saved", findings: [] });
  expect(await restore(store, to)).toMatchObject({ kind: "restored", totals: { files: 100_000 } });
  expect(digestTree(to)).toBe(digestTree(from));
  const before = store.written();
  expect(await save(store, to)).toMatchObject({ kind: "unchanged" });
  expect(store.written()).toBe(before);
});
