import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect } from "vitest";
import { cacheEntry } from "../../src/bake/cache-entry.ts";
import type { PlanBackend } from "../../src/bake/model.ts";
import { type Buildx, findBuildx } from "../../src/builder/buildx.ts";
import { openGateway } from "../../src/builder/gateway/gateway.ts";
import type { Diagnostic } from "../../src/diagnostics/error.ts";
import { createHost } from "../../src/host/node-host.ts";
import { readCacheSummary, totalBytes } from "../../src/layers/manifest.ts";
import { type LayerAccess, manifestPlace } from "../../src/layers/place.ts";
import { type Presence, probeAll, type ProbeQuestion } from "../../src/layers/probe.ts";
import { type History, type HistoryOptions, readHistory } from "../../src/outcome/history.ts";
import { readSteps } from "../../src/outcome/steps.ts";
import { resolvePlace, type StoreBackend } from "../../src/store/place.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { freePort } from "../support/poll.ts";
import type { S3Server } from "../support/s3-server.ts";
import { test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const dockerfile = `FROM scratch AS base
COPY --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "echo base > /base"]
FROM base AS api
COPY input /input
RUN ["/bin/busybox", "sh", "-c", "echo api > /api"]
FROM base AS broken
RUN ["/bin/busybox", "sh", "-c", "exit 3"]
`;

describe("layers in a real bucket", () => {
  const workspace = makeWorkspace({ Dockerfile: dockerfile, input: "1" });
  const docker = makeDockerConfig();
  const signal = new AbortController().signal;
  let s3: S3Server;
  let buildkit: Buildkit;

  const host = () =>
    createHost({
      cwd: workspace.dir,
      env: cleanEnv({ ...docker.env, ...s3.env, AWS_ENDPOINT_URL: undefined, XDG_CACHE_HOME: docker.dir }),
      signal,
      tell: () => {},
    });
  const access = (secret = s3.secretKey): LayerAccess => {
    const keys = { accessKeyId: s3.accessKey, secretAccessKey: secret, source: "environment" };
    const credentials = { remote: keys, google: keys, far: keys };
    return { credentials, env: cleanEnv(), signal };
  };
  const backend = (more: Readonly<Record<string, string>> = {}): PlanBackend => ({
    type: "s3",
    bucket: "cache",
    prefix: "layers/",
    region: s3.region,
    endpointUrl: s3.endpoint,
    usePathStyle: true,
    ...more,
  });
  const entry = (name: string, plan = backend(), direction: "from" | "to" = "from") => {
    const made = cacheEntry(plan, { direction, name });
    if (made === null) throw new Error("no entry");
    return made as Readonly<Record<string, string>>;
  };
  const ask = async (name: string, plan = backend(), as = "remote"): Promise<ProbeQuestion> => {
    const declared = { ...plan, insecure: true, name: as } as StoreBackend;
    const { place } = await resolvePlace(declared, cleanEnv());
    if (place === null) throw new Error("no place");
    return { backend: as, manifest: manifestPlace({ backend: declared, place, name, direction: "from" }) };
  };

  /** Bakes targets whose cache names are `names`, and returns where the metadata went. */
  const bake = async (targets: Readonly<Record<string, object>>, flags: readonly string[] = []) => {
    const buildx = await findBuildx(host());
    const metadataFile = join(makeTempDir("metadata"), "metadata.json");
    const startedAt = Date.now();
    const definition = {
      group: { default: { targets: Object.keys(targets) } },
      target: Object.fromEntries(
        Object.entries(targets).map(([name, more]) => [
          name,
          { context: ".", contexts: { busybox: "busybox" }, output: ["type=cacheonly"], ...more },
        ]),
      ),
    };
    const result = await buildx.exec(
      ["bake", "--builder", "layers", "-f", "-", "--progress", "plain", "--metadata-file", metadataFile, ...flags],
      { input: JSON.stringify(definition) },
    );
    const options = {
      buildx,
      builder: "layers",
      targets: Object.keys(targets),
      metadataFiles: [metadataFile],
      startedAt,
    };
    const history = await readHistory(host(), options);
    await expectSame(options, history);
    return { ...result, history, metadataFile };
  };

  /** The builder itself tells the same as buildx does. */
  const expectSame = async (options: HistoryOptions, history: History): Promise<void> => {
    const gateway = await openGateway(host(), options.buildx, "layers", { endpoint: buildkit.address });
    const unasked: Buildx = {
      ...options.buildx,
      exec: (args, more) =>
        args.includes("logs") ? Promise.reject(new Error("buildx was asked")) : options.buildx.exec(args, more),
    };
    try {
      const told = await readHistory(host(), { ...options, buildx: unasked, gateway: async () => gateway });
      const read = ({ targets, notes }: History) => ({
        notes,
        targets: Object.entries(targets).map(([name, { progress, ...target }]) => [
          name,
          target,
          progress && readSteps(progress),
        ]),
      });
      expect(read(told)).toEqual(read(history));
    } finally {
      await gateway.close();
    }
  };

  test.beforeAll(async ({ s3: server, sharedBuilder }) => {
    makeBusyboxContext(workspace.path("busybox"));
    [s3, buildkit] = [server, sharedBuilder];
    const buildx = await findBuildx(host());
    await buildx.exec(["create", "--name", "layers", "--driver", "remote", buildkit.address]);
  });

  const probe = async (question: ProbeQuestion, given: ReturnType<typeof access>): Promise<Presence | Diagnostic> => {
    const { answers, failed } = await probeAll([question], given);
    return failed[question.backend] ?? answers[0] ?? "unknown";
  };

  test("before a build the manifest is absent, after it present, with the sizes of its blobs", async () => {
    expect(await probe(await ask("api.main"), access())).toBe("absent");
    expect(await readCacheSummary(await ask("api.main"), access())).toBeNull();
    const { exitCode, stderr, history } = await bake({
      api: { target: "api", "cache-to": [entry("api.main", backend(), "to")] },
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(await probe(await ask("api.main"), access())).toBe("present");

    const summary = await readCacheSummary(await ask("api.main"), access());
    if (summary === null) throw new Error("no manifest");
    const blobs = await s3.objects("cache", "layers/blobs/");
    expect(Object.fromEntries(summary.layers)).toEqual(
      Object.fromEntries(blobs.map(({ key, bytes }) => [key.slice("layers/blobs/".length), bytes])),
    );
    expect(totalBytes(summary)).toBe(blobs.reduce((sum, { bytes }) => sum + bytes, 0));

    const steps = readSteps(history.targets["api"]?.progress ?? { vertexes: [], statuses: [] });
    expect(history.notes).toEqual([]);
    expect(steps.steps).toMatchObject({ total: 4, cached: 0 });
    expect(steps.steps.ran).toHaveLength(4);
    expect(new Set(steps.exports[0]?.layers)).toEqual(new Set(summary.layers.keys()));
  });

  test("a second, empty builder: all steps from the bucket, nothing written", async ({ newBuilder }) => {
    const other = await newBuilder();
    const buildx = await findBuildx(host());
    await buildx.exec(["create", "--name", "layers2", "--driver", "remote", other.address]);
    const metadataFile = join(makeTempDir("metadata"), "metadata.json");
    const target = {
      context: ".",
      contexts: { busybox: "busybox" },
      target: "api",
      output: ["type=docker,dest=image.tar"],
    };
    const cache = { "cache-from": [entry("api.main")], "cache-to": [entry("api.main", backend(), "to")] };
    const startedAt = Date.now();
    const { exitCode, stderr } = await buildx.exec(
      ["bake", "--builder", "layers2", "-f", "-", "--progress", "plain", "--metadata-file", metadataFile],
      { input: JSON.stringify({ target: { default: { ...target, ...cache } } }) },
    );
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const options = { buildx, builder: "layers2", targets: ["default"], metadataFiles: [metadataFile], startedAt };
    const { targets } = await readHistory(host(), options);
    expect(targets["default"]?.digest).toMatch(/^sha256:/);
    const { steps, exports, failures, ...rest } = readSteps(
      targets["default"]?.progress ?? { vertexes: [], statuses: [] },
    );
    expect(steps).toEqual({ total: 4, cached: 4, ran: [] });
    expect(failures).toEqual([]);
    expect(exports).toMatchObject([{ type: "s3", hasFailed: false, layers: [] }]);
    const summary = await readCacheSummary(await ask("api.main"), access());
    expect(rest.import.bytes).toBe(summary && totalBytes(summary));
  });

  test("a local cache is looked into the same way", async () => {
    const disk: PlanBackend = { type: "local", path: workspace.path("disk") };
    const question = await ask("api.main", disk, "disk");
    expect(await probe(question, access())).toBe("absent");
    const { exitCode, stderr } = await bake({ api: { target: "api", "cache-to": [entry("api.main", disk, "to")] } }, [
      `--allow=fs.write=${workspace.path("disk/api.main")}`,
    ]);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(await probe(question, access())).toBe("present");
    const [onDisk, inBucket] = await Promise.all([
      readCacheSummary(question, access()),
      readCacheSummary(await ask("api.main"), access()),
    ]);
    expect(onDisk?.layers).toEqual(inBucket?.layers);
  });

  test("a gcs backend is looked into at its endpoint", async () => {
    const google: PlanBackend = {
      type: "gcs",
      bucket: "cache",
      prefix: "layers/",
      endpointUrl: s3.endpoint,
      region: s3.region,
    };
    expect(await probe(await ask("api.main", google, "google"), access())).toBe("present");
    expect(await probe(await ask("nothing", google, "google"), access())).toBe("absent");
    expect(entry("api.main", google)).toMatchObject({
      type: "s3",
      use_path_style: "true",
      disable_accept_encoding: "true",
    });
  });

  describe("failures are one finding that names the backend", () => {
    const fail = async (question: ProbeQuestion, given = access()): Promise<Diagnostic> => {
      const answer = await probe(question, given);
      if (typeof answer === "string") throw new Error(`it is ${answer}`);
      return answer;
    };

    test("a wrong secret", async () => {
      const finding = await fail(await ask("api.main"), access(randomUUID()));
      expect(finding).toMatchObject({
        code: "BK5006",
        message: expect.stringMatching(/^backend "remote": .*secret/) as string,
      });
    });

    test("an unknown key", async () => {
      const keys = { accessKeyId: "nobody", secretAccessKey: randomUUID(), source: "environment" };
      const finding = await fail(await ask("api.main"), { ...access(), credentials: { remote: keys } });
      expect(finding).toMatchObject({
        code: "BK5006",
        message: expect.stringContaining("does not know the key") as string,
      });
    });

    test("a missing bucket, which an absent manifest is not", async () => {
      const finding = await fail(await ask("api.main", backend({ bucket: "nowhere" })));
      expect(finding).toMatchObject({
        code: "BK5004",
        message: expect.stringContaining('no bucket "nowhere"') as string,
      });
      expect(await probe(await ask("absent"), access())).toBe("absent");
    });

    test("a wrong region", async () => {
      const finding = await fail(await ask("api.main", backend({ region: "us-west-2" })));
      expect(finding).toMatchObject({
        code: "BK5008",
        message: expect.stringMatching(/region us-west-2 but in eu-central-1/) as string,
      });
    });

    test("a dead endpoint", async () => {
      const finding = await fail(
        await ask("api.main", backend({ endpointUrl: `http://127.0.0.1:${await freePort()}` })),
      );
      expect(finding).toMatchObject({
        code: "BK5007",
        message: expect.stringContaining("nothing listens there") as string,
      });
    });

    test("a host that does not exist", async () => {
      const finding = await fail(await ask("api.main", backend({ endpointUrl: "http://no-such-host.invalid:9000" })));
      expect(finding.code).toBe("BK5007");
    });

    test("https to a plain server", async () => {
      const finding = await fail(
        await ask("api.main", backend({ endpointUrl: s3.endpoint.replace("http:", "https:") })),
      );
      expect(finding).toMatchObject({ code: "BK5007", message: expect.stringContaining("TLS fails") as string });
    });

    test("a server that never answers, within the budget and with one message for many questions", async () => {
      const silent = createServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const { port } = silent.address() as { port: number };
      const far = backend({ endpointUrl: `http://127.0.0.1:${port}` });
      const questions = await Promise.all(Array.from({ length: 40 }, (_, index) => ask(`t${index}`, far, "far")));
      const began = Date.now();
      const report = await probeAll([...questions, await ask("api.main")], access(), { budgetMs: 1_000 });
      silent.close();
      expect(Date.now() - began).toBeLessThan(3_000);
      expect(Object.keys(report.failed)).toEqual(["far"]);
      expect(report.failed["far"]).toMatchObject({
        code: "BK5007",
        message: expect.stringContaining("in time") as string,
      });
      expect(report.answers.at(-1)).toBe("present");
    });
  });

  test("a name of any characters is found: the store takes its signature", async () => {
    const name = "api.b (1)+~*!'ü";
    await s3.client.send(new PutObjectCommand({ Bucket: "cache", Key: `layers/manifests/${name}`, Body: "{}" }));
    expect(await probe(await ask(name), access())).toBe("present");
  });

  test("equal questions are asked once", async () => {
    const before = s3.log().split("\n").length;
    const name = `once-${randomUUID()}`;
    const { answers } = await probeAll([await ask(name), await ask(name), await ask(name)], access());
    expect(answers).toEqual(["absent", "absent", "absent"]);
    const asked = s3
      .log()
      .split("\n")
      .slice(before - 1)
      .filter((line) => line.includes(name));
    expect(asked).toHaveLength(1);
  });

  describe("history", () => {
    test("of a failed bake, by the names of its targets", async () => {
      const { exitCode, history } = await bake({ first: { target: "broken" } });
      expect(exitCode).not.toBe(0);
      expect(history.notes).toEqual([]);
      const steps = readSteps(history.targets["first"]?.progress ?? { vertexes: [], statuses: [] }).steps;
      expect(steps.ran.map(({ name }) => name)).toEqual([expect.stringContaining("exit 3")]);
      expect(steps).toMatchObject({ total: 3, cached: 2 });
    });

    test("of a cache that could not be read or written, though the bake exits 0", async () => {
      const gone = backend({ bucket: "nowhere" });
      const { exitCode, history } = await bake({
        api: { target: "api", "cache-from": [entry("x", gone)], "cache-to": [entry("x", gone, "to")] },
      });
      expect(exitCode).toBe(0);
      const { failures } = readSteps(history.targets["api"]?.progress ?? { vertexes: [], statuses: [] });
      expect(failures.map(({ direction, type }) => `${direction} ${type}`)).toEqual(["import s3", "export s3"]);
    });

    test("that the builder has not: a note", async () => {
      const { history, metadataFile } = await bake({ api: { target: "api" } });
      expect(history.targets["api"]?.progress).not.toBeNull();
      rmSync(metadataFile);
      const buildx = await findBuildx(host());
      const options = {
        buildx,
        builder: "layers",
        targets: ["api"],
        metadataFiles: [metadataFile],
        startedAt: Date.now() + 60_000,
      };
      expect(await readHistory(host(), options)).toEqual({ targets: {}, notes: [] });
      const lost = await readHistory(host(), { ...options, builder: "no-such-builder" });
      expect(lost).toMatchObject({ targets: {}, notes: [{ code: "BK5012" }] });
    });
  });
});
