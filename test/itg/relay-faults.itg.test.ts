import { createHash, randomFillSync } from "node:crypto";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { Buildkit } from "../support/buildkit.ts";
import { type Fault, startFaultyServer } from "../support/faulty-server.ts";
import { emptyBuilder } from "../support/mount-project.ts";
import { waitFor } from "../support/poll.ts";
import { buildDirectly, type BuildOptions } from "../support/relay-builds.ts";
import { type RelayProcess, type RelayProcessOptions, startRelay } from "../support/relay-process.ts";
import type { S3Server } from "../support/s3-server.ts";
import { bucket, test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * What goes wrong between the relay and its bucket, or in the bucket itself, seen by the real BuildKit: a build never fails for
 * it, and never has a wrong byte.
 */

const sh = (script: string) => `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]\n`;
const steps = ["one", "two", "three", "four"];
const dockerfile = `FROM scratch
COPY --from=busybox /bin/busybox /bin/busybox
${steps.map((name) => sh(`for i in $(seq 1 20000); do echo ${name} $i; done > /${name}`)).join("")}COPY input /input
`;
const expected = Object.fromEntries(
  steps.map((name) => {
    const text = Array.from({ length: 20_000 }, (_, index) => `${name} ${index + 1}\n`).join("");
    return [name, createHash("sha256").update(text).digest("hex")];
  }),
);

const copyInput = "COPY input /input";
const copyBusybox = "COPY --from=busybox /bin/busybox /bin/busybox";
/** What BuildKit shows where the steps from this one on are run. */
const ranFrom = (first: number) => [
  ...steps.slice(first).map((name) => expect.stringContaining(`> /${name}`) as string),
  copyInput,
];

/** The relay before a bucket's folder of this prefix, or before what is before it. */
const relayOf = (
  s3: S3Server,
  prefix: string,
  more: Partial<RelayProcessOptions> & { readonly endpoint?: string } = {},
) => {
  const { endpoint = s3.endpoint, ...rest } = more;
  const place = { bucket, prefix, region: s3.region, endpointUrl: endpoint, usePathStyle: true, insecure: true };
  return startRelay({
    backend: { name: "remote", type: "s3", ...place },
    bucket,
    env: { ...s3.env, AWS_ENDPOINT_URL: undefined },
    ...rest,
  });
};

interface Layer {
  readonly blob: string;
  readonly parent?: number;
}

describe("a damaged bucket", () => {
  /** Exports the cache of a build, damages it, and builds again on an empty builder with another input. */
  const scenario = async (
    { s3, busybox, builder }: { readonly s3: S3Server; readonly busybox: string; readonly builder: Buildkit },
    name: string,
    damage: (paths: { readonly manifest: string; readonly blobs: readonly string[] }) => void,
  ) => {
    const workspace = makeWorkspace({ Dockerfile: dockerfile, input: "1" });
    const folder = join(s3.dir, bucket, name);
    const relay = await relayOf(s3, `${name}/`);
    const entry = `${relay.attributes},name=app`;
    const options: BuildOptions = { context: workspace.dir, contexts: { busybox }, files: steps };
    const first = await buildDirectly(builder, { ...options, to: `${entry},mode=max` });
    expect(first).toMatchObject({ exitCode: 0, files: expected });
    const manifest = join(folder, "manifests/app");
    const { layers } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly layers: readonly Layer[] };
    const depth = (index: number): number => {
      const parent = layers[index]?.parent ?? 0;
      return parent === -1 ? 0 : depth(parent) + 1;
    };
    const inOrder = layers.map(({ blob }, index) => ({ blob, depth: depth(index) })).sort((a, b) => a.depth - b.depth);
    damage({ manifest, blobs: inOrder.map(({ blob }) => join(folder, "blobs", blob)) });
    workspace.write("input", "2");
    const again = async (relayNow: RelayProcess, to = false) => {
      await emptyBuilder(builder);
      const now = `${relayNow.attributes},name=app`;
      return buildDirectly(builder, { ...options, from: now, ...(to && { to: `${now},mode=max` }) });
    };
    return { relay, again, startAnew: () => relayOf(s3, `${name}/`), folder };
  };

  test("that nothing has happened to: all is cached", async ({ s3, busybox, builder }) => {
    const { relay, again } = await scenario({ s3, busybox, builder }, "good", () => {});
    expect(await again(relay)).toMatchObject({ exitCode: 0, ran: [copyInput], files: expected });
    await relay.stop();
  });

  const damages: readonly (readonly [string, (blob: string) => void])[] = [
    ["gone", (blob) => rmSync(blob)],
    ["cut short", (blob) => truncateSync(blob, 100)],
    ["too long", (blob) => writeFileSync(blob, Buffer.concat([readFileSync(blob), Buffer.alloc(10)]))],
  ];
  test.for(damages)(
    "a blob %s: the build runs what is above it again",
    async ([what, damage], { s3, busybox, builder }) => {
      const name = what.replace(" ", "-");
      const { relay, again } = await scenario({ s3, busybox, builder }, name, ({ blobs }) => damage(blobs[2] ?? ""));
      // What the relay knows of the bucket is from before it was damaged; the next run has another relay.
      await relay.stop();
      const next = await relayOf(s3, `${name}/`);
      expect(await again(next)).toMatchObject({ exitCode: 0, ran: ranFrom(1), files: expected });
      expect((await next.usage()).counts).toMatchObject({ droppedResults: 4 });
      await next.stop();
    },
  );

  test("a corrupt blob: the build that meets it may fail, the next one runs its step again and mends it", async ({
    s3,
    busybox,
    builder,
  }) => {
    const { relay, again } = await scenario({ s3, busybox, builder }, "corrupt", ({ blobs }) => {
      const blob = blobs[2] ?? "";
      const bytes = readFileSync(blob);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
      writeFileSync(blob, bytes);
    });
    const met = await again(relay);
    expect(met.exitCode === 0 ? met.files : expected).toEqual(expected);
    expect(await again(relay, true)).toMatchObject({ exitCode: 0, ran: ranFrom(1), files: expected });
    expect((await relay.usage()).counts).toMatchObject({ corruptBlobs: 1 });
    await relay.stop();
    const next = await relayOf(s3, "corrupt/");
    expect(await again(next)).toMatchObject({ exitCode: 0, ran: [], files: expected });
    await next.stop();
  });

  test("a manifest that is no JSON: nothing is cached, and nobody hears of an error", async ({
    s3,
    busybox,
    builder,
  }) => {
    const { relay, again } = await scenario({ s3, busybox, builder }, "no-json", ({ manifest }) =>
      writeFileSync(manifest, '{"la'),
    );
    const result = await again(relay);
    expect(result).toMatchObject({ exitCode: 0, ran: [copyBusybox, ...ranFrom(0)], files: expected });
    expect(result.log).not.toMatch(/error|failed|warn/i);
    await relay.stop();
  });

  test("a run that may only read: its export is refused and its import works", async ({ s3, busybox, builder }) => {
    const { relay, again, folder } = await scenario({ s3, busybox, builder }, "read-only", () => {});
    await relay.stop();
    const reading = await relayOf(s3, "read-only/", { mayWrite: false });
    const before = readdirSync(join(folder, "blobs")).sort();
    await emptyBuilder(builder);
    const entry = `${reading.attributes},name=app`;
    const workspace = makeWorkspace({ Dockerfile: dockerfile, input: "3" });
    const result = await buildDirectly(builder, {
      context: workspace.dir,
      contexts: { busybox },
      from: entry,
      to: `${entry},ignore-error=true`,
      files: steps,
    });
    expect(result).toMatchObject({ exitCode: 0, ran: [copyInput], files: expected });
    expect(readdirSync(join(folder, "blobs")).sort()).toEqual(before);
    expect(await again(reading)).toMatchObject({ exitCode: 0, ran: [copyInput] });
    await reading.stop();
  });
});

/** Layers that BuildKit sends in parts, and small ones. */
const makeLarge = (count: number, largeBytes: number) => {
  const files = Object.fromEntries([
    ["large", randomFillSync(Buffer.alloc(largeBytes)).toString("base64").slice(0, largeBytes)],
    ...Array.from(
      { length: count },
      (_, index) => [`f${index}`, randomFillSync(Buffer.alloc(2_000)).toString("hex")] as const,
    ),
  ] as const);
  const names = Object.keys(files);
  const workspace = makeWorkspace({
    ...files,
    input: "1",
    Dockerfile: `FROM scratch\n${names.map((name) => `COPY ${name} /${name}\n`).join("")}COPY input /input\n`,
  });
  const digests = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, createHash("sha256").update(text).digest("hex")]),
  );
  return { workspace, names, digests };
};

test("kill -9 in the middle of an export: whole blobs alone in the bucket, and the next build works", async ({
  s3,
  builder,
}) => {
  const { workspace, names, digests } = makeLarge(10, 40_000_000);
  const folder = join(s3.dir, bucket, "killed");
  const objects = () => {
    const list = (name: string) => {
      try {
        return readdirSync(join(folder, name));
      } catch {
        return [];
      }
    };
    return { blobs: list("blobs"), manifests: list("manifests") };
  };
  for (const moment of [1, 5, 40]) {
    const relay = await relayOf(s3, "killed/");
    const building = buildDirectly(builder, {
      context: workspace.dir,
      to: `${relay.attributes},name=app,mode=max,ignore-error=true`,
    });
    await waitFor(
      async () => ((await relay.usage()).counts?.requests ?? 0) >= moment || objects().blobs.length >= moment,
      {
        what: "an export",
        everyMs: 5,
      },
    ).catch(() => {});
    await relay.kill();
    expect((await building).exitCode).toBe(0);
    const { blobs } = objects();
    for (const blob of blobs) {
      const digest = createHash("sha256")
        .update(readFileSync(join(folder, "blobs", blob)))
        .digest("hex");
      expect(blob).toBe(`sha256:${digest}`);
    }
  }
  const relay = await relayOf(s3, "killed/");
  const entry = `${relay.attributes},name=app`;
  expect(await buildDirectly(builder, { context: workspace.dir, to: `${entry},mode=max` })).toMatchObject({
    exitCode: 0,
  });
  await emptyBuilder(builder);
  workspace.write("input", "2");
  const again = await buildDirectly(builder, { context: workspace.dir, from: entry, files: names });
  expect(again).toMatchObject({ exitCode: 0, ran: [copyInput], files: digests });
  await relay.stop();
}, 300_000);

test("200 random faults between the relay and its bucket: no build fails, no byte is wrong", async ({
  s3,
  newBuilder,
}) => {
  const faults = { count: 0 };
  const seed = Number(process.env["BKCACHE_FAULT_SEED"] ?? Date.now() % 1e6);
  const lane = async (index: number) => {
    let state = seed * 4 + index;
    const random = () => {
      // https://en.wikipedia.org/wiki/Linear_congruential_generator, Numerical Recipes
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
    const fault = (): Fault => {
      const kinds: readonly Fault[] = [
        { kind: "status", status: 503, body: "<Error><Code>SlowDown</Code></Error>" },
        { kind: "status", status: 500, body: "<Error><Code>InternalError</Code></Error>" },
        { kind: "cut" },
        { kind: "cut", after: true },
        { kind: "cut body", bytes: Math.floor(random() * 100_000) },
        { kind: "short body", bytes: Math.floor(random() * 100_000) },
        { kind: "stall body", bytes: Math.floor(random() * 1_000) },
        { kind: "late", ms: 100 },
        { kind: "silence" },
      ];
      return kinds[Math.floor(random() * kinds.length)] ?? { kind: "cut" };
    };
    const line = await startFaultyServer(s3.endpoint);
    line.plan = () => {
      if (random() >= 0.12) return null;
      faults.count += 1;
      return fault();
    };
    const builder = await newBuilder();
    for (let round = 0; faults.count < 200; round += 1) {
      const { workspace, names, digests } = makeLarge(40, round % 3 === 0 ? 18_000_000 : 10_000);
      const relay = await relayOf(s3, `faults-${index}-${round}/`, {
        endpoint: line.endpoint,
        waits: [1, 5, 20, 50],
        logs: true,
      });
      const entry = `${relay.attributes},name=app`;
      const what = `seed ${seed}, lane ${index}, round ${round}`;
      const exported = await buildDirectly(builder, { context: workspace.dir, to: `${entry},mode=max` });
      expect(exported.exitCode, `${what}:\n${exported.log.slice(-2_000)}\n${relay.log()}`).toBe(0);
      await emptyBuilder(builder);
      workspace.write("input", "2");
      const imported = await buildDirectly(builder, { context: workspace.dir, from: entry, files: names });
      expect(imported.exitCode, `${what}:\n${imported.log.slice(-2_000)}\n${relay.log()}`).toBe(0);
      expect(imported.files, what).toEqual(digests);
      await relay.stop();
      await emptyBuilder(builder);
    }
    line.stop();
  };
  await Promise.all([0, 1, 2].map(lane));
  expect(faults.count).toBeGreaterThanOrEqual(200);
}, 300_000);
