import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { type Gateway, openGateway } from "../../src/builder/gateway/gateway.ts";
import type { MountIdentity } from "../../src/builder/gateway/shell.ts";
import { createHost } from "../../src/host/node-host.ts";
import { type Buildkit, onEmptyBuilder, startBuildkit } from "../support/buildkit.ts";
import { makeCerts } from "../support/certs.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { cleanEnv } from "../support/env.ts";
import { type GatewayBuilder, inMount, makeGatewayBuilder, runIn } from "../support/gateway-builder.ts";
import { waitFor } from "../support/poll.ts";
import { startRegistry } from "../support/registry.ts";

const plain = (id: string): MountIdentity => ({ id, namespace: "" });
const megabytes = (count: number) => count * 1024 * 1024;

/** Random bytes, the same for the same length. */
function* pseudoRandom(length: number): Generator<Buffer> {
  const block = Buffer.alloc(65_521);
  for (let at = 0; at < block.length; at++) block[at] = (at * 2654435761) >>> 13;
  for (let at = 0; at < length; at += block.length) {
    block.writeUInt32LE(at >>> 0, at % 1000);
    yield Buffer.from(block.subarray(0, Math.min(block.length, length - at)));
  }
}

// The socket is opened directly, the other by way of buildx.
describe.each(["unix socket", "mutual TLS"])("gateway over %s", (transport) => {
  let buildkit: Buildkit;
  let builder: GatewayBuilder;
  let gateway: Gateway;

  beforeAll(async () => {
    const tls = transport === "mutual TLS" ? makeCerts(makeTempDir("certs")) : undefined;
    buildkit = await startBuildkit(tls === undefined ? {} : { tls });
    builder = await makeGatewayBuilder(buildkit, tls);
    gateway = await builder.open();
  });
  afterAll(async () => {
    await gateway?.close();
    await buildkit?.stop();
  });

  test("a process: output, error output, exit code, folder, user, no network", async () => {
    await inMount(gateway, plain("basics"), async (shell) => {
      const script = "pwd; id -u; echo wrong >&2; exit 3";
      await expect(runIn(shell, ["sh", "-c", script])).resolves.toEqual({
        exitCode: 3,
        stdout: "/k\n0\n",
        stderr: "wrong\n",
      });
      // A failure ends neither the shell nor the next process.
      await expect(runIn(shell, ["ip", "-o", "link"])).resolves.toMatchObject({
        stdout: expect.not.stringContaining("eth"),
        exitCode: 0,
      });
      await expect(runIn(shell, ["cat"])).resolves.toEqual({
        exitCode: 0,
        stdout: "",
        stderr: "",
      });
      await expect(runIn(shell, ["no-such-applet"])).resolves.toMatchObject({ exitCode: 127 });
    });
  });

  test("200 MB out and in, byte for byte", async () => {
    const size = megabytes(200);
    const expected = createHash("sha256");
    for (const chunk of pseudoRandom(size)) expected.update(chunk);
    const digest = expected.digest("hex");
    await inMount(gateway, plain("big"), async (shell) => {
      const back = createHash("sha256");
      let pieces = 0;
      const tee = shell.exec(["tee", "file"], {
        input: (async function* () {
          yield* pseudoRandom(size);
        })(),
        onOutput(piece) {
          back.update(piece);
          // Now and then a reader is slow.
          return pieces++ % 500 === 0 ? sleep(20) : undefined;
        },
      });
      await expect(tee).resolves.toMatchObject({ exitCode: 0 });
      expect(back.digest("hex")).toBe(digest);
      await expect(runIn(shell, ["sha256sum", "file"])).resolves.toMatchObject({
        stdout: `${digest}  file\n`,
      });
    });
  });

  test.each<[string, string, MountIdentity, string[]]>([
    ["without an id", "target=/root/.cache", plain("/root/.cache"), []],
    ["with an id", "id=named,target=/c", plain("named"), []],
    ["with an id that is the target", "id=c/d,target=/c/d", plain("c/d"), []],
    [
      "in a namespace",
      "id=named,target=/c",
      { id: "named", namespace: "team" },
      ["--build-arg", "BUILDKIT_CACHE_MOUNT_NS=team"],
    ],
    ["with an owner", "id=named,target=/c,uid=1000", { ...plain("named"), uid: 1000 }, []],
    ["with root for an owner", "id=named,target=/c,uid=0", { ...plain("named"), uid: 0 }, []],
    ["with a group", "id=named,target=/c,gid=7", { ...plain("named"), gid: 7 }, []],
    ["with a mode", "id=named,target=/c,mode=0700", { ...plain("named"), mode: 0o700 }, []],
    [
      "with everything",
      "id=named,target=/c,uid=5,gid=6,mode=1770",
      { ...plain("named"), uid: 5, gid: 6, mode: 0o1770 },
      [],
    ],
  ])("the same mount as a RUN's: %s", async (label, mount, identity, flags) => {
    const target = /target=([^,]*)/.exec(mount)?.[1] ?? "";
    await builder.run(mount, `echo from build: ${label} > ${target}/from-build`, flags);
    await inMount(gateway, identity, async (shell) => {
      await expect(runIn(shell, ["cat", "from-build"])).resolves.toMatchObject({
        stdout: `from build: ${label}\n`,
      });
      await runIn(shell, ["sh", "-c", "echo from gateway > from-gateway"]);
    });
    await expect(builder.run(mount, `/bin/busybox cat ${target}/from-gateway`, flags)).resolves.toBe("from gateway\n");
    const records = await gateway.listMountRecords();
    const same = records.filter(
      ({ mountId, namespace }) => mountId === identity.id && namespace === identity.namespace,
    );
    const hasBase = identity.uid !== undefined || identity.gid !== undefined || identity.mode !== undefined;
    expect(same.filter((record) => record.hasBase === hasBase).length).toBeGreaterThan(0);
  });

  test("the gateway first, then a RUN", async () => {
    const identity = { ...plain("gateway-first"), uid: 3, mode: 0o711 };
    await inMount(gateway, identity, (shell) => runIn(shell, ["sh", "-c", "echo content > file"]));
    const script = "/bin/busybox cat /c/file; /bin/busybox stat -c '%u %g %a' /c";
    const said = await builder.run("id=gateway-first,target=/c,uid=3,mode=711", script);
    expect(said).toBe("content\n3 0 711\n");
    const records = await gateway.listMountRecords();
    expect(records.filter(({ mountId }) => mountId === "gateway-first")).toHaveLength(1);
  });

  test("a second shell on a mount waits for the first", async () => {
    const first = await gateway.openShell(plain("one-at-a-time"));
    const order: string[] = [];
    const second = gateway.openShell(plain("one-at-a-time")).then((shell) => {
      order.push("second opens");
      return shell;
    });
    await runIn(first, ["sh", "-c", "sleep 0.5; echo x > file"]);
    order.push("first closes");
    await first.close();
    const shell = await second;
    expect(order).toEqual(["first closes", "second opens"]);
    await expect(runIn(shell, ["cat", "file"])).resolves.toMatchObject({ stdout: "x\n" });
    await shell.close();
    const records = await gateway.listMountRecords();
    expect(records.filter(({ mountId }) => mountId === "one-at-a-time")).toHaveLength(1);
  });

  test("who waits for a mount can give up, and holds nothing after that", async () => {
    const first = await gateway.openShell(plain("given-up"));
    const controller = new AbortController();
    const second = gateway.openShell(plain("given-up"), { signal: controller.signal });
    await sleep(300);
    controller.abort(new Error("time is over"));
    await expect(second).rejects.toThrow("time is over");
    await first.close();
    await inMount(gateway, plain("given-up"), (shell) => runIn(shell, ["true"]));
  });

  test.each<[string, string[], boolean]>([
    ["that says nothing", ["sleep", "600"], false],
    ["that writes without end", ["yes"], false],
    ["that does not read its input", ["sleep", "600"], true],
  ])("abort ends a process %s, and the mount is free", async (_, argv, hasInput) => {
    const shell = await gateway.openShell(plain("aborted"));
    await runIn(shell, ["sh", "-c", "echo before > file"]);
    const controller = new AbortController();
    const input = (async function* () {
      for (;;) yield Buffer.alloc(100_000);
    })();
    const running = shell.exec(argv, { signal: controller.signal, ...(hasInput ? { input } : {}) });
    const abort = sleep(300).then(() => controller.abort(new Error("enough")));
    await Promise.all([abort, expect(running).rejects.toThrow("enough")]);
    await shell.close();
    const said = await builder.run("id=aborted,target=/c", "/bin/busybox cat /c/file; /bin/busybox ps");
    expect(said).toContain("before\n");
    const records = await gateway.listMountRecords();
    expect(records.filter(({ mountId }) => mountId === "aborted")).toHaveLength(1);
  });

  test("processes that begin at once, the first one of a container among them", async () => {
    for (let round = 0; round < 5; round++) {
      await inMount(gateway, plain("at-once"), async (shell) => {
        const said = (text: string) => runIn(shell, ["echo", text]);
        const expected = ["a", "b", "c", "d"].map((text) => ({ exitCode: 0, stdout: `${text}\n`, stderr: "" }));
        expect(await Promise.all(["a", "b", "c", "d"].map(said))).toEqual(expected);
        expect(await said("a")).toEqual(expected[0]);
      });
    }
  });

  test("mounts opened together: each its own, all in one container, free with the last", async () => {
    const owned = { ...plain("together"), uid: 1000 };
    const mounts = [plain("together"), plain("together-too"), owned];
    const shells = await gateway.openShells(mounts);
    const script =
      'echo "$1" > file; busybox stat -c %u .; [ ! -e "$BKCACHE_SCRATCH/seen" ] || echo seen; : > "$BKCACHE_SCRATCH/seen"';
    const said: string[] = [];
    for (const [index, shell] of shells.entries())
      said.push((await runIn(shell, ["sh", "-c", script, "sh", `it's ${index}`])).stdout);
    expect(said).toEqual(["0\n", "0\nseen\n", "1000\nseen\n"]);
    // Short inputs and long ones, side by side.
    const bytes = [10, 600_000, 5];
    const counted = shells.map((shell, index) => {
      const input = (async function* () {
        yield Buffer.alloc(bytes[index] ?? 0, "x");
      })();
      return runIn(shell, ["wc", "-c"], { input });
    });
    expect((await Promise.all(counted)).map(({ stdout }) => Number(stdout))).toEqual(bytes);
    await shells[0]?.close();
    const isFree = async () => (await gateway.listMountRecords()).every(({ isInUse }) => !isInUse);
    expect(await isFree()).toBe(false);
    for (const shell of shells) await shell.close();
    for (const [index, mount] of mounts.entries()) {
      await inMount(gateway, mount, async (shell) => {
        await expect(runIn(shell, ["cat", "file"])).resolves.toMatchObject({ stdout: `it's ${index}\n` });
      });
    }
  });

  test("a process that is broken off leaves mounts that were opened with its own, and ends with the last", async () => {
    const mounts = [plain("broken-one"), plain("broken-two")];
    const refuse = () => {
      throw new Error("no more");
    };
    const [first, second] = await gateway.openShells(mounts);
    const broken = first?.exec(["yes"], { onOutput: refuse });
    const going = second?.exec(["sleep", "2"]);
    await expect(broken).rejects.toThrow("no more");
    await expect(going).resolves.toMatchObject({ exitCode: 0 });
    await Promise.all([first?.close(), second?.close()]);
    for (const mount of mounts) {
      await inMount(gateway, mount, async (shell) => {
        const { stdout } = await runIn(shell, ["ps", "-o", "args"]);
        expect(stdout).not.toContain("yes");
      });
    }
  });

  test("an input that fails ends the process", async () => {
    await inMount(gateway, plain("bad-input"), async (shell) => {
      const input = (async function* () {
        yield Buffer.from("half");
        throw new Error("the source is gone");
      })();
      await expect(runIn(shell, ["cat"], { input })).rejects.toThrow("the source is gone");
    });
  });

  test("a reader that stops ends the process; one that ends early leaves its input", async () => {
    await inMount(gateway, plain("early"), async (shell) => {
      const input = (async function* () {
        for (let sent = 0; sent < 100; sent++) yield Buffer.alloc(1_000_000);
      })();
      await expect(runIn(shell, ["head", "-c", "4"], { input })).resolves.toMatchObject({
        exitCode: 0,
        stdout: "\0\0\0\0",
      });
      const refuse = () => {
        throw new Error("no more");
      };
      await expect(shell.exec(["yes"], { onOutput: refuse })).rejects.toThrow("no more");
    });
  });

  test("builds under way are listed, and none of our own", async () => {
    const shell = await gateway.openShell(plain("quiet"));
    await expect(gateway.listActiveBuilds()).resolves.toEqual([]);
    const build = builder.run("id=slow,target=/c", "/bin/busybox sleep 3");
    const refs = await waitFor(
      async () => {
        const active = await gateway.listActiveBuilds();
        return active.length > 0 && active;
      },
      { what: "the build is listed" },
    );
    expect(refs).toEqual([expect.stringMatching(/^[a-z0-9]+$/)]);
    const isBusy = async () =>
      (await gateway.listMountRecords()).some(({ mountId, isInUse }) => mountId === "slow" && isInUse);
    await waitFor(isBusy, { what: "its mount is in use" });
    await build;
    await expect(gateway.listActiveBuilds()).resolves.toEqual([]);
    await shell.close();
  });

  test("a turn is one connection's at a time, and goes with the connection", async () => {
    const [one, two] = [await builder.open(), await builder.open()];
    const began = performance.now();
    const held = await one.takeTurn();
    // What a run on a warm builder pays.
    expect(performance.now() - began).toBeLessThan(2000);
    const order: string[] = [];
    const waiting = two.takeTurn().then((turn) => (order.push("second"), turn));
    await sleep(300);
    order.push("released");
    await held.release();
    const second = await waiting;
    expect(order).toEqual(["released", "second"]);
    await expect(one.takeTurn({ signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
    // As with a process that is killed.
    const third = one.takeTurn();
    await sleep(200);
    await two.close();
    await (await third).release();
    await second.release();
    await one.close();
  });

  test("a build is announced for as long as one of several is", async () => {
    const [one, two] = [await builder.open(), await builder.open()];
    expect(await gateway.isBuildAnnounced()).toBe(false);
    const [first, second] = [await one.announceBuild(), await two.announceBuild()];
    expect(await gateway.isBuildAnnounced()).toBe(true);
    await first.release();
    expect(await gateway.isBuildAnnounced()).toBe(true);
    await second.release();
    expect(await gateway.isBuildAnnounced()).toBe(false);
    await one.announceBuild();
    await one.close();
    await waitFor(async () => !(await gateway.isBuildAnnounced()), { what: "the builder notices who has gone" });
    const records = await gateway.listMountRecords();
    expect(records.filter(({ namespace }) => namespace === "bkcache")).toEqual([]);
    await two.close();
  });

  test("records are removed one by one", async () => {
    await inMount(gateway, plain("kept"), (shell) => runIn(shell, ["true"]));
    await inMount(gateway, plain('quoted "id" \\ with ümlaut'), (shell) =>
      runIn(shell, ["sh", "-c", "head -c 100000 /dev/zero > file"]),
    );
    const find = async (id: string) => (await gateway.listMountRecords()).filter(({ mountId }) => mountId === id);
    const [odd] = await find('quoted "id" \\ with ümlaut');
    expect(odd).toMatchObject({ namespace: "", isInUse: false, hasBase: false, usageCount: 1 });
    expect(odd?.bytes).toBeGreaterThan(100_000);
    expect(odd?.createdAt).toBeLessThanOrEqual(Date.now());
    await gateway.removeRecords([]);
    await gateway.removeRecords([odd?.recordId ?? ""]);
    await expect(find('quoted "id" \\ with ümlaut')).resolves.toEqual([]);
    await expect(find("kept")).resolves.toHaveLength(1);
  });

  test("workers", async () => {
    await expect(gateway.listWorkers()).resolves.toEqual([
      {
        platforms: expect.arrayContaining([expect.stringMatching(/^linux\//)]),
        gcPolicies: [],
        buildkitVersion: expect.stringMatching(/^v\d/),
      },
    ]);
  });
});

describe("gateway, when something is wrong", () => {
  test("the builder goes away: every call says so", async () => {
    const buildkit = await startBuildkit();
    const builder = await makeGatewayBuilder(buildkit);
    const gateway = await builder.open();
    const shell = await gateway.openShell(plain("gone"));
    const waiting = gateway.openShell(plain("gone"));
    const running = shell.exec(["yes"]);
    await Promise.all([
      buildkit.stop(),
      ...[running, waiting].map((promise) => expect(promise).rejects.toMatchObject({ code: "BK4021" })),
    ]);
    await expect(gateway.listMountRecords()).rejects.toMatchObject({ code: "BK4021" });
    await expect(runIn(shell, ["true"])).rejects.toMatchObject({ code: "BK4021" });
    await shell.close();
    await gateway.close();
    // What is no socket any more is left to buildx, which says why.
    await expect(builder.open()).rejects.toMatchObject({ code: "BK4021" });
  });

  test("what is no gateway is BK4021, with buildx's own words", async () => {
    const dir = makeTempDir("old-buildx");
    const command = join(dir, "buildx");
    writeFileSync(
      command,
      `#!/bin/sh\necho usage; echo 'ERROR: unknown command: "docker buildx dial-stdio"' >&2; exit 1\n`,
    );
    chmodSync(command, 0o755);
    const host = createHost({
      cwd: dir,
      env: cleanEnv(),
      signal: new AbortController().signal,
      tell: () => {},
    });
    const buildx: Buildx = {
      command,
      prefix: [],
      version: null,
      exec: (args) => host.exec(command, args),
    };
    await expect(openGateway(host, buildx, "old")).rejects.toMatchObject({
      code: "BK4021",
      message: expect.stringContaining("unknown command"),
    });
    const missing = { ...buildx, command: join(dir, "missing") };
    await expect(openGateway(host, missing, "old")).rejects.toMatchObject({ code: "BK4001" });
  });

  test("a helper that cannot run is BK4023, and is not tried", async () => {
    await onEmptyBuilder(async (buildkit) => {
      const builder = await makeGatewayBuilder(buildkit);
      const gateway = await builder.open({ helper: process.execPath });
      await expect(gateway.openShell(plain("x"))).rejects.toMatchObject({ code: "BK4023" });
      await gateway.close();
      const unknown = openGateway(builder.host, builder.buildx, "no-such-builder");
      await expect(unknown).rejects.toMatchObject({
        code: "BK4021",
        message: expect.stringContaining("no builder"),
      });
    });
  });
});

test("the helper is taken from its image once, and again where the kept one is damaged", async () => {
  await onEmptyBuilder(async (buildkit) => {
    const registry = await startRegistry(makeBusyboxContext(makeTempDir("image")), goArchitecture());
    const env = { BKCACHE_HELPER: undefined, BKCACHE_HELPER_IMAGE: registry.image };
    const builder = await makeGatewayBuilder(buildkit, undefined, env);
    const use = async () => {
      const gateway = await builder.open();
      await inMount(gateway, plain("helped"), async (shell) => {
        await expect(runIn(shell, ["echo", "works"])).resolves.toMatchObject({
          stdout: "works\n",
        });
      });
      await gateway.close();
    };
    await use();
    const asked = registry.requests.length;
    expect(asked).toBeGreaterThan(0);
    await use();
    expect(registry.requests).toHaveLength(asked);
    const dir = join(builder.host.env["XDG_CACHE_HOME"] ?? "", "bkcache", "helper");
    const kept = readdirSync(dir);
    expect(kept.map((name) => name.replace(/^[0-9a-f]{32}/, "ID")).sort()).toEqual(["ID", "ID.sha256"]);
    appendFileSync(join(dir, kept.find((name) => !name.includes(".")) ?? ""), "damage");
    await use();
    await registry.stop();
    const image = registry.image.replace("tools", "elsewhere");
    const gateway = await builder.open({ helperImage: image });
    await expect(gateway.openShell(plain("x"))).rejects.toMatchObject({
      code: "BK4023",
      message: expect.stringContaining(image),
    });
    await gateway.close();
  });
});

function goArchitecture(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
