import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { verifySnapshots } from "../../src/mounts/verify.ts";
import { openStore } from "../../src/store/open.ts";
import type { Siege } from "../scripts/siege-process.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { type Fault, startFaultyServer } from "../support/faulty-server.ts";
import { addToMount, baseStage, emptyBuilder, mountEnvironment, runWithMounts } from "../support/mount-project.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test } from "../support/servers.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* What no order of events may break: `npm run soak` goes on for much longer. */

const seconds = Number(process.env["BKCACHE_SOAK_SECONDS"] ?? 5);
/** Each process takes seconds to start where few cores are there. */
const crowd = seconds < 60 ? { savers: 3, readers: 1 } : { savers: 8, readers: 2 };
const bakes = Number(process.env["BKCACHE_SOAK_FAULTS"] ?? 5);
const run = promisify(execFile);

function say(counts: Readonly<Record<string, number>>): void {
  process.stderr.write(`${JSON.stringify(counts)}\n`);
}

async function verify(s3: S3Server, place: { readonly bucket: string; readonly prefix?: string }) {
  const backend = { name: "remote", type: "s3", insecure: true, ...place } as const;
  const store = await openStore(backend, { env: cleanEnv(s3.env), signal: new AbortController().signal });
  const result = await verifySnapshots({ store });
  store.close();
  return result;
}

test(
  `${crowd.savers} savers, 2 pruners and readers at once, a saver and a pruner with a clock 25 h ahead`,
  {
    timeout: 120_000 + seconds * 2_000,
  },
  async ({ s3 }) => {
    await s3.createBucket("siege");
    const dir = makeTempDir("siege");
    type Role = Pick<Siege, "verb" | "scope" | "hoursAhead">;
    const roles: readonly Role[] = [
      ...Array.from({ length: crowd.savers }, (_, index): Role => ({
        verb: "save",
        scope: `scope${index % 3}`,
        hoursAhead: index === 0 ? 25 : 0,
      })),
      ...[0, 25].map((hoursAhead): Role => ({ verb: "prune", scope: "", hoursAhead })),
      ...Array.from({ length: crowd.readers }, (_, index): Role => ({
        verb: "read",
        scope: `scope${index}`,
        hoursAhead: 0,
      })),
    ];
    const start = async (role: Role, name: string, time: number) => {
      const own = join(dir, name);
      mkdirSync(own);
      const siege: Siege = { ...role, bucket: "siege", seconds: time, dir: own };
      const script = join(repositoryDir, "test/scripts/siege-process.ts");
      const { stdout } = await run(process.execPath, [script, JSON.stringify(siege)], { env: cleanEnv(s3.env) });
      return { ...role, counts: JSON.parse(stdout) as Record<string, number> };
    };
    // So that readers have something to read from the beginning.
    await Promise.all(roles.slice(0, 3).map((role, index) => start(role, `first${index}`, 0)));
    const counts = await Promise.all(roles.map((role, index) => start(role, String(index), seconds)));
    const total = (verb: string, kind: string) =>
      counts.filter((each) => each.verb === verb).reduce((sum, each) => sum + (each.counts[kind] ?? 0), 0);
    const { sound, broken, packs } = await verify(s3, { bucket: "siege" });
    const [saved, unchanged, pruned, restored] = [
      total("save", "saved"),
      total("save", "unchanged"),
      total("prune", "pruned"),
      total("read", "restored"),
    ];
    say({ saved, unchanged, pruned, restored, sound, broken: broken.length, packs });
    expect(broken).toEqual([]);
    expect(Math.min(saved, pruned, restored, sound)).toBeGreaterThan(0);
  },
);

/** One request in eight goes wrong, in one of the ways in which stores and lines do. */
function randomFault({ method }: { readonly method: string }): Fault | null {
  if (Math.random() > 1 / 8) return null;
  const faults: readonly Fault[] = [
    ...[400, 403, 404, 429, 500, 503].map((status) => ({ kind: "status", status }) as const),
    { kind: "cut" },
    { kind: "cut", after: true },
    { kind: "cut body", bytes: 300 },
    { kind: "short body", bytes: 300 },
    { kind: "flip" },
    { kind: "late", ms: 800 },
    { kind: "slow body", ms: 1_500 },
    // Says that it has stored what it has not.
    ...(method === "PUT" ? ([{ kind: "status", status: 200 }] as const) : []),
  ];
  return faults[Math.floor(Math.random() * faults.length)] ?? null;
}

test(
  "bakes with a store that errs at random",
  { timeout: 120_000 + bakes * 90_000 },
  async ({ s3, builder, busybox }) => {
    const line = await startFaultyServer(s3.endpoint);
    try {
      const config = {
        project: "shop",
        backends: { remote: { type: "s3", bucket, prefix: "faults/", insecure: true, endpointUrl: line.endpoint } },
        cache: { read: [], write: [], mounts: "remote" },
        targets: { app: { contexts: { busybox } } },
      };
      const workspace = makeWorkspace({
        "bkcache.config.json": JSON.stringify(config),
        Dockerfile: baseStage + addToMount("id=shop-data"),
      });
      const counts: Record<string, number> = {};
      for (let index = 0; index < bakes; index++) {
        if (index % 2 === 0) await emptyBuilder(builder);
        workspace.write("src/a.txt", `bake${index}`);
        line.plan = index === 0 ? () => null : randomFault;
        const env = mountEnvironment(builder, { ...s3.env, BKCACHE: "read-write" });
        const { exitCode, stderr, mounts } = await runWithMounts(workspace, ["bake"], env);
        line.plan = () => null;
        expect(exitCode, stderr).toBe(0);
        expect(stderr).not.toMatch(/BK9001|BK5051|^\s+at /m);
        const outcome = `${mounts[0]?.restore?.outcome} ${mounts[0]?.save?.outcome}`;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
        const { broken } = await verify(s3, { bucket, prefix: "faults/" });
        expect(broken, stderr).toEqual([]);
      }
      const { sound, packs } = await verify(s3, { bucket, prefix: "faults/" });
      say({ bakes, ...counts, sound, packs });
      expect(sound).toBeGreaterThan(0);
    } finally {
      line.stop();
    }
  },
);
