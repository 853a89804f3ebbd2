/**
 * Saves, restores or prunes again and again, beside others that do the same: `node siege-process.ts JSON`. Prints how often, as
 * JSON; ends with 1 at the first thing that must not be.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pruneStore } from "../../src/mounts/prune.ts";
import { restoreMount } from "../../src/mounts/restore.ts";
import { saveMount } from "../../src/mounts/save.ts";
import { openStore } from "../../src/store/open.ts";
import { openLocalShell } from "../support/local-shell.ts";

export interface Siege {
  readonly verb: "save" | "read" | "prune";
  readonly bucket: string;
  readonly scope: string;
  readonly seconds: number;
  /** Hours that the clock of this machine is ahead. */
  readonly hoursAhead: number;
  /** Folder for mounts. */
  readonly dir: string;
}

const { verb, bucket, scope, seconds, hoursAhead, dir } = JSON.parse(process.argv[2] ?? "") as Siege;
const realNow = Date.now;
Date.now = () => realNow() + hoursAhead * 3_600_000;
const { signal } = new AbortController();
const store = await openStore({ name: "siege", type: "s3", bucket, insecure: true }, { env: process.env, signal });
const mount = { id: "gomod", scope, key: null };
const counts: Record<string, number> = {};
/** However slow the machine is. */
const leastRounds = 2;

const source = join(dir, `source-${process.pid}`);
mkdirSync(source);
const shell = openLocalShell(source);
/** Few contents for all savers, so that packs are shared, go out of use and come back. */
const contents = Array.from({ length: 6 }, (_, index) => Buffer.alloc(2_000_000, `content ${index} `));

const steps: Readonly<Record<Siege["verb"], () => Promise<{ kind: string; findings: readonly unknown[] }>>> = {
  async save() {
    const file = `file${Math.floor(Math.random() * 8)}`;
    const content = contents[Math.floor(Math.random() * contents.length)] ?? "";
    if (Math.random() < 0.2) rmSync(join(source, file), { force: true });
    else writeFileSync(join(source, file), Math.random() < 0.2 ? randomBytes(900_000) : content);
    writeFileSync(join(source, "always"), "there");
    return saveMount({ store, shell, mount, writer: { version: "0" }, now: Date.now() });
  },
  async read() {
    const target = mkdtempSync(join(dir, "target-"));
    try {
      return await restoreMount({
        store,
        shell: openLocalShell(target),
        mount,
        scopes: [scope],
      });
    } finally {
      rmSync(target, { recursive: true });
    }
  },
  async prune() {
    const { findings } = await pruneStore({ store, keep: { last: 2 }, now: Date.now() });
    return { kind: "pruned", findings };
  },
};

const end = performance.now() + seconds * 1_000;
for (let round = 0; round < leastRounds || performance.now() < end; round++) {
  const { kind, findings } = await steps[verb]();
  counts[kind] = (counts[kind] ?? 0) + 1;
  // Only what shrank by much may be said.
  const bad = findings.filter((finding) => (finding as { code: string }).code !== "BK5036");
  if (bad.length > 0) {
    process.stderr.write(`${verb} ${scope}: ${kind}: ${JSON.stringify(bad)}\n`);
    process.exitCode = 1;
    break;
  }
}
store.close();
process.stdout.write(JSON.stringify(counts));
