import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache, runCommand } from "../support/run-bkcache.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test } from "../support/servers.ts";
import { findTool } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Real builds that export and import, beside real runs of prune: `npm run soak` goes on for minutes. */

const seconds = Number(process.env["BKCACHE_SOAK_LAYERS_SECONDS"] ?? 25);
const writers = 4;
const readers = 2;
const contents = 6;
/** Age in s from which an export touches a layer. */
const touchRefresh = 2;
const prefix = "siege/";

/**
 * `app` comes back; `round` is exported on top of it and never again, so that it becomes garbage; `read` needs all of `app` on the
 * builder.
 */
const dockerfile = `FROM scratch AS app
COPY --link --from=busybox /bin/busybox /bin/busybox
COPY --link input /input
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox cat /input /input > /made"]
FROM app AS round
ARG NONCE
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox head -c 300000 /dev/urandom > /once # $NONCE"]
FROM app AS read
ARG NONCE
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox test -s /made # $NONCE"]
`;

interface Built {
  readonly exitCode: number;
  readonly output: string;
  readonly ms: number;
}

interface Build {
  readonly builder: Buildkit;
  readonly content: number;
  readonly target: "round" | "read";
  readonly from?: string;
  readonly to?: string;
}

function createSiege(s3: S3Server, busybox: string) {
  const dir = makeTempDir("layers-siege");
  const contextOf = (content: number): string => {
    const context = join(dir, String(content));
    mkdirSync(context, { recursive: true });
    writeFileSync(join(context, "Dockerfile"), dockerfile);
    writeFileSync(join(context, "input"), randomBytes(200_000));
    return context;
  };
  const contexts = Array.from({ length: contents }, (_, content) => contextOf(content));
  const place = [
    "type=s3",
    `bucket=${bucket}`,
    `region=${s3.region}`,
    `prefix=${prefix}`,
    `endpoint_url=${s3.endpoint}`,
    "use_path_style=true",
    `access_key_id=${s3.accessKey}`,
    `secret_access_key=${s3.secretKey}`,
  ].join(",");
  return async ({ builder, content, target, from, to }: Build): Promise<Built> => {
    const context = contexts[content] as string;
    const begun = performance.now();
    const args = ["--addr", builder.socket, "build", "--progress", "plain", "--frontend", "dockerfile.v0"];
    args.push("--local", `context=${context}`, "--local", `dockerfile=${context}`, "--local", `busybox=${busybox}`);
    args.push("--opt", "context:busybox=local:busybox", "--opt", `target=${target}`);
    args.push("--opt", `build-arg:NONCE=${Math.random()}`);
    if (from !== undefined) args.push("--import-cache", `${place},name=${from}`);
    const writing = `mode=max,ignore-error=true,touch_refresh=${touchRefresh}s`;
    if (to !== undefined) args.push("--export-cache", `${place},name=${to},${writing}`);
    const { exitCode, stdout, stderr } = await runCommand(findTool("buildctl"), args, { cwd: dir, env: cleanEnv() });
    return { exitCode, output: stdout + stderr, ms: performance.now() - begun };
  };
}

interface Pruned {
  readonly backends: readonly {
    readonly caches: readonly { readonly name: string; readonly why: string }[];
    readonly deleted: { readonly count: number; readonly bytes: number };
    readonly waiting: { readonly count: number; readonly bytes: number };
    readonly kept: { readonly bytes: number };
  }[];
}

test(
  `prune beside ${writers} writers and ${readers} readers: no build fails, no cache loses a layer`,
  { timeout: 300_000 + seconds * 3_000 },
  async ({ s3, busybox, newBuilder }) => {
    const build = createSiege(s3, busybox);
    const [ofWriters, ...ofReaders] = await Promise.all(Array.from({ length: 1 + readers }, () => newBuilder()));
    if (ofWriters === undefined) throw new Error("no builder");
    const backend = { type: "s3", bucket, prefix, insecure: true, touchRefresh: `${touchRefresh}s` };
    const config = { project: "shop", backends: { remote: backend }, targets: { t0: {} } };
    const workspace = makeWorkspace({ "bkcache.config.json": JSON.stringify(config) });
    // The clock of one machine is 25 h ahead.
    const ahead = encodeURIComponent("const now = Date.now; Date.now = () => now() + 25 * 3_600_000;");
    const layers = async (args: readonly string[], isAhead = false): Promise<Record<string, unknown>> => {
      const env = cleanEnv({ ...s3.env, ...(isAhead && { NODE_OPTIONS: `--import=data:text/javascript,${ahead}` }) });
      const { exitCode, stdout, stderr } = await runBkcache(["layers", ...args, "--json"], { cwd: workspace.dir, env });
      expect(exitCode, `${args.join(" ")}\n${stdout}${stderr}`).toBe(0);
      return JSON.parse(stdout) as Record<string, unknown>;
    };

    const nameOf = (writer: number, content: number) => `shop.t${writer}.c${content}`;
    const first = await build({ builder: ofWriters, content: 0, target: "round", to: nameOf(0, 0) });
    expect(first.exitCode, first.output).toBe(0);
    // Longer than any build takes, on whatever machine this is.
    const grace = Math.max(10, Math.ceil((8 * first.ms) / 1_000));
    const totals = { writes: 0, reads: 0, hits: 0, runs: 0, caches: 0, layers: 0, slowest: 0 };
    const failures: string[] = [];
    const sizes: { before: number; after: number } = { before: 0, after: 0 };
    const begun = performance.now();
    const isTime = () => performance.now() - begun < seconds * 1_000;
    // However slow: until layers were written, read and deleted.
    const isEnough = () => Math.min(totals.writes, totals.reads, totals.hits, totals.layers) > 0;
    const goesOn = () => failures.length === 0 && (isTime() || (!isEnough() && performance.now() - begun < 240_000));
    const note = ({ exitCode, output, ms }: Built, what: string): boolean => {
      totals.slowest = Math.max(totals.slowest, Math.round(ms));
      // Nobody has said what holds for a build that takes longer.
      if (ms > grace * 1_000) return false;
      if (exitCode !== 0) failures.push(`${what}: ${output}`);
      return exitCode === 0;
    };

    const write = async (writer: number): Promise<void> => {
      while (goesOn()) {
        // Of a time, so that layers go out of use and come back.
        const phase = Math.floor((performance.now() - begun) / (grace * 1_200));
        const content = (phase * 2 + Math.floor(Math.random() * 2)) % contents;
        const to = nameOf(writer, content);
        const built = await build({ builder: ofWriters, content, target: "round", to });
        if (note(built, `write ${to}`)) totals.writes += 1;
        await sleep(200);
      }
    };
    const read = async (builder: Buildkit): Promise<void> => {
      while (goesOn()) {
        await builder.buildctl("prune", "--all");
        const names = (await s3.objects(bucket, `${prefix}manifests/`)).map(({ key }) => key.split("/").at(-1) ?? "");
        const from = names[Math.floor(Math.random() * names.length)] ?? nameOf(0, 0);
        const content = Number(from.at(-1));
        const built = await build({ builder, content, target: "read", from });
        if (note(built, `read ${from}`)) totals.reads += 1;
        if (/ CACHED$| extracting sha256:/m.test(built.output)) totals.hits += 1;
      }
    };
    const prune = async (isAhead: boolean): Promise<void> => {
      while (goesOn()) {
        const args = ["prune", "--yes", "--keep-last", "2", "--grace", `${grace}s`];
        const { backends } = (await layers(args, isAhead)) as unknown as Pruned;
        for (const { caches, deleted, waiting, kept } of backends) {
          totals.runs += 1;
          totals.caches += caches.length;
          totals.layers += deleted.count;
          sizes.before = Math.max(sizes.before, deleted.bytes + waiting.bytes + kept.bytes);
          sizes.after = waiting.bytes + kept.bytes;
          const broken = caches.filter(({ why }) => why === "broken");
          if (broken.length > 0) failures.push(`broken: ${JSON.stringify(broken)}`);
        }
        await sleep(1_000);
      }
    };
    const verify = async (): Promise<void> => {
      while (goesOn()) {
        await layers(["verify"]);
        await sleep(3_000);
      }
    };
    await Promise.all([
      ...Array.from({ length: writers }, (_, writer) => write(writer)),
      ...ofReaders.map(read),
      prune(false),
      prune(true),
      verify(),
    ]);
    expect(failures).toEqual([]);
    await layers(["verify", "--contents"]);
    // What is left goes once nobody writes any more; a short run has no time to see that.
    for (const wait of seconds < 60 ? [] : [touchRefresh + grace, grace, 0]) {
      await sleep((wait + 1) * 1_000);
      const { backends } = (await layers([
        "prune",
        "--yes",
        "--keep-last",
        "2",
        "--grace",
        `${grace}s`,
      ])) as unknown as Pruned;
      for (const { deleted, waiting, kept } of backends) {
        totals.layers += deleted.count;
        sizes.after = waiting.bytes + kept.bytes;
        if (wait === 0) expect(waiting.count).toBe(0);
      }
    }
    await layers(["verify", "--contents"]);
    process.stderr.write(`${JSON.stringify({ seconds, grace, ...totals, ...sizes })}\n`);
    expect(Math.min(totals.writes, totals.reads, totals.hits, totals.caches, totals.layers)).toBeGreaterThan(0);
  },
);
