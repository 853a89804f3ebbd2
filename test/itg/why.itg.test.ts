import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished } from "vitest";
import { readRecord } from "../../src/inputs/record.ts";
import type { Report } from "../../src/outcome/report.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { emptyBuilder } from "../support/mount-project.ts";
import { startPushRegistry } from "../support/push-registry.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Why steps ran, of each kind that there is: a bake that writes its cache, a change, and a bake on a builder that has nothing. */

const shell = (script: string) => `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`;

const dockerfile = `FROM scratch AS base
COPY --link --from=busybox /bin/busybox /bin/busybox
ARG VERSION=1
COPY --link src /src
${shell("echo $VERSION > /sum")}
${shell("echo last > /last")}
`;

interface Options {
  readonly target?: Readonly<Record<string, unknown>>;
  readonly cache?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const test = serverTest.extend("open", ({ builder, busybox }) => (options: Options = {}) => {
  const store = makeTempDir("caches");
  const config = (target: Readonly<Record<string, unknown>> = {}) =>
    JSON.stringify({
      project: "shop",
      variables: { TOKEN: "" },
      backends: { disk: { type: "local", path: store } },
      cache: { read: ["disk"], write: ["disk"], mounts: false, ...options.cache },
      targets: { app: { contexts: { busybox }, ...options.target, ...target }, ...options.more },
    });
  const workspace = makeWorkspace({
    Dockerfile: dockerfile,
    "src/a.txt": "one",
    "bkcache.config.json": config(),
    ...options.files,
  });
  const docker = makeDockerConfig();
  const home = makeTempDir("home");
  const run = (args: readonly string[]) => {
    const own = { HOME: home, BUILDKIT_HOST: builder.address, BKCACHE: "read-write", BKCACHE_HELPER: "/bin/busybox" };
    const env = cleanEnv({ ...docker.env, ...own });
    return runBkcache(args, { cwd: workspace.dir, env });
  };
  const bake = async (...args: readonly string[]): Promise<Report> => {
    await emptyBuilder(builder);
    const { exitCode, stderr } = await run(["bake", "--report", "report.json", ...args]);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(workspace.read("report.json")) as Report;
  };
  /** The reason for the target, once it was built with its cache written, changed, and built anew elsewhere. */
  const after = async (change: () => void | Promise<void>, ...args: readonly string[]) => {
    await bake();
    await change();
    return (await bake(...args)).targets["app"]?.why;
  };
  const set = (target: Readonly<Record<string, unknown>>) => workspace.write("bkcache.config.json", config(target));
  return { workspace, store, run, bake, after, set };
});

describe("why a step ran", () => {
  test("nothing was cached; then nothing runs, and `why` says both", async ({ open }) => {
    const { bake, run, workspace } = open();
    expect((await bake()).targets["app"]?.why).toEqual({
      step: expect.stringContaining("] COPY --link "),
      cause: "no-cache",
      text: 'nothing cached yet for scope "main" in disk',
      more: [],
    });
    expect((await run(["why"])).stdout).toMatch(
      /^app: nothing cached yet for scope "main" in disk\n {2}ran first: \[.*\] COPY --link/,
    );
    expect((await bake()).targets["app"]?.why).toBeNull();
    expect((await run(["why", "app"])).stdout).toBe("app: every step came from the cache\n");
    expect((await run(["affected"])).stderr).toContain("0 of 1 target changed");
    workspace.write("src/a.txt", "two");
    expect((await run(["affected"])).stdout).toBe("app: files: src/a.txt\n");
    expect((await run(["affected", "--matrix"])).stdout).toBe('{"include":[{"target":"app"}]}\n');
    expect(JSON.parse((await run(["affected", "app", "--json"])).stdout)).toMatchObject({
      version: 1,
      targets: [
        { target: "app", isAffected: true, since: { backend: "disk", scope: "main" }, reasons: ["files: src/a.txt"] },
      ],
    });
    expect(JSON.parse((await run(["affected", "--since", "other", "--json"])).stdout)).toMatchObject({
      targets: [{ isAffected: true, since: null, reasons: ['nothing cached yet for scope "other" in disk'] }],
    });
    expect((await run(["why", "ap"])).stderr).toContain("did you mean app?");
    expect(JSON.parse((await run(["why", "--json"])).stdout)).toMatchObject({ version: 1, targets: { app: null } });
  });

  test("an instruction has changed", async ({ open }) => {
    const { workspace, after } = open();
    const why = await after(() => workspace.write("Dockerfile", dockerfile.replace("echo last", "echo least")));
    expect(why).toMatchObject({ cause: "instruction", more: [], step: expect.stringContaining("least") });
    expect(why?.text).toMatch(/^line 6 was "RUN .*echo last .*" and is "RUN .*echo least .*"$/);
  });

  test("a file has changed, and another one came", async ({ open }) => {
    const { workspace, after } = open();
    const why = await after(() => {
      workspace.write("src/a.txt", "two");
      workspace.write("src/b.txt", "new");
    });
    expect(why).toMatchObject({ cause: "files", text: "files: src/a.txt, src/b.txt (added)", more: [] });
    expect(why?.step).toMatch(/\] COPY --link src \/src$/);
  });

  test("an argument has another value, which is shown nowhere", async ({ open }) => {
    const { after, set, store } = open({ target: { args: { VERSION: "a-value" } } });
    const why = await after(() => set({ args: { VERSION: "other-value" } }));
    expect(why).toMatchObject({ cause: "setting", text: "arg VERSION has another value", more: [] });
    expect(JSON.stringify([why?.text, why?.more])).not.toContain("-value");
    const record = await readRecord(readFileSync(join(store, "v1/t/shop.app.main")), "shop.app.main");
    expect(JSON.stringify(record)).not.toContain("-value");
  });

  test("a secret's id is another one", async ({ open }) => {
    const files = {
      Dockerfile: `${dockerfile}RUN --mount=type=secret,id=token,required=false ["/bin/busybox", "true"]\n`,
      t: "secret",
    };
    const { after, set, workspace } = open({ files, target: { secret: [{ id: "token", src: "t" }] } });
    const why = await after(() => {
      workspace.write("Dockerfile", files.Dockerfile.replace("id=token", "id=other"));
      set({ secret: [{ id: "other", src: "t" }] });
    });
    expect(why?.cause).toBe("instruction");
    expect(why?.more).toEqual(["secret token is gone", "secret other is new"]);
  });

  test("the base image has moved", async ({ open }) => {
    const registry = await startPushRegistry();
    onTestFinished(() => registry.stop());
    const first = await pushImage(registry.host, "one");
    const files = {
      Dockerfile: dockerfile.replace("FROM scratch", `ARG TAG=1\nFROM ${registry.host}/tools/base:$TAG`),
    };
    const { after } = open({ files });
    let second = "";
    const why = await after(async () => void (second = await pushImage(registry.host, "two")));
    expect(why).toMatchObject({
      cause: "image",
      text: `the image ${registry.host}/tools/base:$TAG was ${first.slice(0, 19)} and is ${second.slice(0, 19)}`,
      more: [],
    });
  });

  test("the base image has moved, so that a mount was wrongly left out: the save adds to what the bucket has", async ({
    open,
  }) => {
    const registry = await startPushRegistry();
    onTestFinished(() => registry.stop());
    await pushImage(registry.host, "one");
    const use = `RUN --mount=type=cache,target=/data ${shell("/bin/busybox cp /etc/name /data/$(/bin/busybox cat /etc/name)").slice(4)}`;
    const files = {
      Dockerfile: `${dockerfile.replace("FROM scratch", `FROM ${registry.host}/tools/base:1`)}${use}\n`,
    };
    const { bake, workspace } = open({ files, cache: { mounts: "disk" } });
    expect((await bake()).mounts).toMatchObject([{ save: { outcome: "saved", files: 1 } }]);
    await pushImage(registry.host, "two");
    const moved = await bake();
    expect(moved.targets["app"]?.why?.cause).toBe("image");
    expect(moved.mounts).toMatchObject([
      {
        restore: { outcome: "skipped", reason: "no step will use it: app is unchanged" },
        save: { outcome: "saved", files: 2 },
      },
    ]);
    workspace.write("src/a.txt", "two");
    expect((await bake()).mounts).toMatchObject([{ restore: { outcome: "restored", files: 2 } }]);
  });

  test("a layer is gone", async ({ open }) => {
    const { store, workspace, after } = open();
    const why = await after(() => {
      workspace.write("src/a.txt", "two");
      for (const cache of readdirSync(store).filter((name) => name.startsWith("shop."))) {
        const blobs = join(store, cache, "blobs/sha256");
        const manifest = JSON.parse(readFileSync(join(store, cache, "index.json"), "utf8")) as {
          manifests: { digest: string }[];
        };
        const keep = new Set(manifest.manifests.map(({ digest }) => digest.slice(7)));
        for (const blob of readdirSync(blobs))
          if (!keep.has(blob) && isLarge(join(blobs, blob))) rmSync(join(blobs, blob));
      }
    });
    expect(why).toMatchObject({ cause: "blob", text: expect.stringContaining("could not be read") });
  });

  test("the builder loses the cache of linked targets", async ({ open, busybox }) => {
    const plain = dockerfile.replaceAll("COPY --link", "COPY");
    const { after } = open({
      files: { Dockerfile: `FROM deps\n${shell("echo app > /app")}\n`, "deps.Dockerfile": plain },
      target: { contexts: { deps: "target:deps" } },
      more: { deps: { dockerfile: "deps.Dockerfile", contexts: { busybox } } },
    });
    const why = await after(() => {});
    expect(why).toMatchObject({ cause: "lost", more: [] });
    expect(why?.text).toMatch(/^BuildKit v0\.34\.\d+ loses imported cache of linked targets/);
  });

  test("a stage was never exported", async ({ open }) => {
    const last = `FROM scratch\nCOPY --link --from=base /last /last\nCOPY --link other /other\n`;
    const { workspace, after } = open({
      cache: { mode: "min" },
      files: { Dockerfile: `${dockerfile}${last}`, other: "1" },
    });
    const why = await after(() => workspace.write("src/a.txt", "two"));
    expect(why?.cause).toBe("not-exported");
    expect(why?.text).toBe("the cache was written with mode=min, which leaves out the stage base");
    expect(why?.more).toEqual(["files: src/a.txt"]);
  });

  test("the command line says that all runs", async ({ open }) => {
    const { after } = open();
    expect(await after(() => {}, "--no-cache")).toMatchObject({ cause: "asked" });
  });

  test("nobody noted what the cache was made of", async ({ open }) => {
    const { store, workspace, after } = open();
    const why = await after(() => {
      rmSync(join(store, "v1/t"), { recursive: true });
      workspace.write("src/a.txt", "two");
    });
    expect(why).toMatchObject({ cause: "unknown", text: "its cache has no note of what it was made of" });
  });
});

/** A layer, not JSON. */
function isLarge(path: string): boolean {
  return !readFileSync(path, "latin1").startsWith("{");
}

/** Puts an image with one file into a registry; returns its digest. */
async function pushImage(host: string, content: string): Promise<string> {
  const folder = makeTempDir("image");
  execFileSync("sh", ["-c", `mkdir etc && echo ${content} > etc/name`], { cwd: folder });
  const tar = execFileSync("tar", ["-c", "-C", folder, "etc"]);
  const digestOf = (bytes: Buffer) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const upload = async (bytes: Buffer) => {
    const begun = await fetch(`http://${host}/v2/tools/base/blobs/uploads/`, { method: "POST" });
    const url = `http://${host}${begun.headers.get("location")}?digest=${digestOf(bytes)}`;
    const stored = await fetch(url, { method: "PUT", body: new Uint8Array(bytes) });
    expect(stored.status).toBe(201);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const kind = "application/vnd.oci.image";
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const rootfs = { type: "layers", diff_ids: [digestOf(tar)] };
  const config = await upload(Buffer.from(JSON.stringify({ architecture, os: "linux", config: {}, rootfs })));
  const layer = await upload(gzipSync(tar));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${kind}.manifest.v1+json`,
      config: { mediaType: `${kind}.config.v1+json`, ...config },
      layers: [{ mediaType: `${kind}.layer.v1.tar+gzip`, ...layer }],
    }),
  );
  const headers = { "content-type": `${kind}.manifest.v1+json` };
  await fetch(`http://${host}/v2/tools/base/manifests/1`, { method: "PUT", headers, body: new Uint8Array(manifest) });
  return digestOf(manifest);
}
