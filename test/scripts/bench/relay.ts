/** BuildKit's s3 cache through the relay against the same without it, builder and bucket on a tmpfs. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsdown";
import { program } from "../../../tsdown.config.ts";
import { type Buildkit, findStateDir, onEmptyBuilder } from "../../support/buildkit.ts";
import { makeCerts } from "../../support/certs.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { makeBusyboxContext } from "../../support/contexts.ts";
import { buildDirectly } from "../../support/relay-builds.ts";
import { type RelayProcess, s3Attributes, startRelay } from "../../support/relay-process.ts";
import { startVersitygw } from "../../support/s3-server.ts";
import { startSlowLine } from "../../support/slow-line.ts";
import { startTlsFront } from "../../support/tls-front.ts";
import { check, type Check, loadNow, type Measure, median, round, type Row, say } from "./row.ts";

const bucket = "cache";
const name = "bench";
const megabyte = 1e6;

interface Sizes {
  readonly megabytes: number;
  readonly layers: number;
  readonly runs: number;
}

interface Limits {
  readonly ratio: number;
  readonly cpuPerGigabyte?: number;
  readonly memory?: number;
}

/** relay-main.ts as users have it: bundled as the program is. */
let bundled: Promise<string> | undefined;

async function bundleRelay(): Promise<string> {
  const outDir = makeTempDir("bench");
  const entry = { "relay-main": join(import.meta.dirname, "../../support/relay-main.ts") };
  await build({ ...program, config: false, entry, outDir });
  return join(outDir, "relay-main.js");
}

/**
 * Layers that nothing compresses, so that what is measured is the way of the bytes. Steps of their own make them: files of
 * the context would be sent to each empty builder, beside the import and at several times its cost.
 */
function makeContext({ megabytes, layers }: Sizes): string {
  const dir = makeBusyboxContext(makeTempDir("context", findStateDir()));
  const runs = Array.from({ length: layers }, (_, index) => {
    const argv = [
      "/bin/busybox",
      "dd",
      "if=/dev/urandom",
      `of=/layer${index}`,
      "bs=1000000",
      `count=${megabytes / layers}`,
    ];
    return `RUN ${JSON.stringify(argv)}\n`;
  });
  writeFileSync(join(dir, "Dockerfile"), `FROM scratch\nCOPY bin /bin\n${runs.join("")}COPY input /input\n`);
  writeFileSync(join(dir, "input"), "0");
  return dir;
}

/** To a bucket on this machine, or over TLS to one that is far away. */
type Line = "https" | "http" | "distant";

interface Place {
  readonly context: string;
  /** Cache entry of BuildKit's, straight to the bucket. */
  readonly direct: string;
  /** Runs something on a new builder. */
  onBuilder<T>(use: (builder: Buildkit) => Promise<T>): Promise<T>;
  /** Empties the bucket. */
  clear(): void;
  relay(tier?: string): Promise<RelayProcess>;
}

async function withPlace<T>(sizes: Sizes, line: Line, use: (place: Place) => Promise<T>): Promise<T> {
  const s3 = await startVersitygw({ base: makeTempDir("s3", findStateDir()) });
  const certs = makeCerts(makeTempDir("certs"));
  const front = await startTlsFront(s3.endpoint, certs);
  const slow =
    line === "distant"
      ? await startSlowLine({ target: front.endpoint, roundTripMs: 50, bytesPerSecond: 10 * megabyte })
      : null;
  const endpoint = line === "http" ? s3.endpoint : (slow?.endpoint ?? front.endpoint);
  const folder = join(s3.dir, bucket);
  bundled ??= bundleRelay();
  const relayProgram = await bundled;
  try {
    await s3.createBucket(bucket);
    const keys = { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey };
    const place = { bucket, region: s3.region, endpointUrl: endpoint, usePathStyle: true, insecure: true };
    return await use({
      context: makeContext(sizes),
      direct: s3Attributes({ endpoint, bucket, region: s3.region, ...keys }),
      onBuilder: (work) => onEmptyBuilder(work, { dir: findStateDir(), trusts: certs.ca }),
      clear() {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder);
      },
      relay: (tier) =>
        startRelay({
          backend: { name: "remote", type: "s3", ...place },
          bucket,
          program: relayProgram,
          env: { ...s3.env, AWS_ENDPOINT_URL: undefined, AWS_CA_BUNDLE: certs.ca, TMPDIR: findStateDir() },
          ...(tier !== undefined && { tier: { path: tier, maxSize: 8e9 } }),
        }),
    });
  } finally {
    slow?.stop();
    await front.stop();
    await s3.stop();
  }
}

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
  readonly memory: number;
}

async function time(work: () => Promise<{ readonly exitCode: number; readonly log: string }>): Promise<number> {
  const start = performance.now();
  const { exitCode, log } = await work();
  if (exitCode !== 0) throw new Error(`buildctl exits ${exitCode}: ${log.slice(-2000)}`);
  return performance.now() - start;
}

async function throughRelay(relay: RelayProcess, work: (entry: string) => Promise<number>): Promise<Taken> {
  const before = await relay.usage();
  const ms = await work(relay.attributes);
  const { cpuMs, memory } = await relay.usage();
  return { ms, cpuMs: cpuMs - before.cpuMs, memory };
}

function rowOf(
  row: string,
  { megabytes }: Sizes,
  result: { a: readonly Taken[]; b: readonly number[]; limits: Limits },
): Row {
  const { a, b, limits } = result;
  const [medianA, medianB] = [median(a.map(({ ms }) => ms)), median(b)];
  const ratio = round(medianA / medianB, 100);
  const cpuA = median(a.map(({ cpuMs }) => cpuMs));
  const { cpuPerGigabyte, memory } = limits;
  const checks: Check[] = [check("ratio", ratio, limits.ratio)];
  if (cpuPerGigabyte !== undefined) checks.push(check("CPU s/GB", round(cpuA / megabytes, 10), cpuPerGigabyte));
  if (memory !== undefined)
    checks.push(check("MB of memory", Math.round(Math.max(...a.map((each) => each.memory))), memory));
  const labels = { a: "through the relay", b: "direct" };
  const ok = checks.every((each) => each.ok);
  return {
    name: row,
    ...labels,
    medianA,
    medianB,
    cpuA,
    cpuB: null,
    ratio,
    checks,
    ok,
    runs: a.length,
    load: loadNow(),
  };
}

/** One builder for all rounds: it has packed the layers in the first, so that the others only send them. */
async function measureExport(row: string, sizes: Sizes, line: Line): Promise<Row> {
  say(`${row}: ${sizes.megabytes} MB in ${sizes.layers}`);
  return withPlace(sizes, line, ({ context, direct, onBuilder, clear, relay: start }) =>
    onBuilder(async (builder) => {
      const [a, b]: [Taken[], number[]] = [[], []];
      const send = (entry: string) => {
        clear();
        return time(() => buildDirectly(builder, { context, to: `${entry},name=${name},${plain}` }));
      };
      await send(direct);
      for (let i = 0; i < sizes.runs; i += 1) {
        b.push(await send(direct));
        const relay = await start();
        a.push(await throughRelay(relay, send));
        await relay.stop();
      }
      return rowOf(row, sizes, { a, b, limits: { ratio: 1.4, cpuPerGigabyte: 5, memory: 200 } });
    }),
  );
}

const plain = "mode=max,compression=uncompressed,force-compression=true";

/** An empty builder for each import; a step that is not cached has all layers below it fetched and unpacked. */
async function measureImport(
  row: string,
  sizes: Sizes,
  { line, from, limits }: { readonly line: Line; readonly from: "bucket" | "tier"; readonly limits: Limits },
): Promise<Row> {
  say(`${row}: ${sizes.megabytes} MB in ${sizes.layers}`);
  return withPlace(sizes, line, async ({ context, direct, onBuilder, clear, relay: start }) => {
    clear();
    await onBuilder((builder) =>
      time(() => buildDirectly(builder, { context, to: `${direct},name=${name},${plain}` })),
    );
    writeFileSync(join(context, "input"), "1");
    const fetch = (entry: string) =>
      onBuilder((builder) => time(() => buildDirectly(builder, { context, from: `${entry},name=${name}` })));
    const tier = from === "tier" ? makeTempDir("tier", findStateDir()) : undefined;
    const [a, b]: [Taken[], number[]] = [[], []];
    if (tier !== undefined) {
      const filling = await start(tier);
      await fetch(filling.attributes);
      await filling.stop();
    }
    for (let i = 0; i < sizes.runs; i += 1) {
      b.push(await fetch(direct));
      const relay = await start(tier);
      a.push(await throughRelay(relay, fetch));
      await relay.stop();
    }
    return rowOf(row, sizes, { a, b, limits });
  });
}

const kinds = [
  ["one layer", 1],
  ["eight layers", 8],
] as const;
const bounds = { cpuPerGigabyte: 5, memory: 200 };

const near: readonly Measure[] = (["https", "http"] as const).flatMap((line) =>
  kinds.flatMap(([what, layers]) => {
    const sizes = { megabytes: 1_000, runs: 3, layers };
    const nameOf = (work: string) => `relay: ${work} over ${line}, ${what}`;
    const importRow = (work: string, from: "bucket" | "tier", ratio: number): Measure => ({
      name: nameOf(work),
      run: () => measureImport(nameOf(work), sizes, { line, from, limits: { ratio, ...bounds } }),
    });
    return [
      { name: nameOf("export"), run: () => measureExport(nameOf("export"), sizes, line) },
      importRow("cold import", "bucket", 1.6),
      importRow("warm tier", "tier", 0.8),
    ];
  }),
);

const distant: readonly Measure[] = kinds.map(([what, layers]) => {
  const name = `relay: distant import, ${what}`;
  const sizes = { megabytes: layers === 1 ? 200 : 240, runs: 3, layers };
  const limits = { ratio: layers === 1 ? 0.4 : 1.1, memory: 200 };
  return { name, run: () => measureImport(name, sizes, { line: "distant", from: "bucket", limits }) };
});

export const relayMeasures: readonly Measure[] = [...near, ...distant];
