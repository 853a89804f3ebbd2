import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import {
  addToMount,
  baseStage,
  emptyBuilder,
  mountEnvironment,
  mountRecords,
  runWithMounts,
} from "../support/mount-project.ts";
import { test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * Bakes that share a builder, at random moments: none makes a second folder of a mount, for which there is a moment wherever
 * one opens a mount while the build of another begins. BKCACHE_SOAK_BAKES says how many of each kind.
 */

const bakes = Number(process.env["BKCACHE_SOAK_BAKES"] ?? 12);
const loops = 3;

test.for(["shared", "locked"])(
  "three loops of bakes, sharing=%s",
  { timeout: 120_000 + bakes * 30_000 },
  async (sharing, { builder }) => {
    await emptyBuilder(builder);
    const busybox = makeBusyboxContext(makeTempDir("busybox"));
    const store = makeTempDir("store");
    const counts: Record<string, number> = {};
    const loop = async (name: string) => {
      const workspace = makeWorkspace({
        "bkcache.config.json": JSON.stringify({
          project: "shop",
          backends: { disk: { type: "local", path: store } },
          cache: { read: [], write: [], mounts: "disk" },
          targets: { app: { contexts: { busybox } } },
        }),
        Dockerfile: baseStage + addToMount(`sharing=${sharing}`),
      });
      for (let index = 0; index < bakes / loops; index++) {
        await sleep(Math.random() * 1_500);
        workspace.write("src/a.txt", `${name}${index}`);
        const env = mountEnvironment(builder, { BKCACHE: "read-write" });
        const { exitCode, stderr, mounts } = await runWithMounts(workspace, ["bake"], env);
        expect(exitCode, stderr).toBe(0);
        expect(stderr).not.toMatch(/BK5051|folders for it/);
        const outcome = `${mounts[0]?.restore?.outcome} ${mounts[0]?.save?.outcome}`;
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
    };
    // All of them end before the next test, which shares the builder.
    const ended = await Promise.allSettled(Array.from({ length: loops }, (_, index) => loop("abc"[index] ?? "")));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
    expect(await mountRecords(builder), JSON.stringify(counts)).toEqual(["//data"]);
  },
);
