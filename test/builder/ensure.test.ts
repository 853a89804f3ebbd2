import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Buildx } from "../../src/builder/buildx.ts";
import { ensureBuilder } from "../../src/builder/ensure.ts";
import type { BuilderDefinition } from "../../src/config/schema.gen.ts";
import type { ExecResult, Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { fakeDocker } from "../support/fake-docker.ts";

const dir = makeTempDir("ensure");
const socket = join(dir, "b.sock");
/** An empty HTTP/2 SETTINGS frame. */
const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const server = createServer((connection) => void connection.on("error", () => {}).write(settings));
beforeAll(() => new Promise<void>((resolve) => void server.listen(socket, resolve)));
afterAll(() => void server.close());

const absent: Partial<ExecResult> = { exitCode: 1, stderr: 'ERROR: no builder "x" found\n' };
const running = (
  name: string,
  driver = "remote",
  status = "running",
  endpoint = `unix://${socket}`,
): Partial<ExecResult> => ({
  stdout: `Name: ${name}\nDriver: ${driver}\n\nNodes:\nName: ${name}0\nEndpoint: ${endpoint}\nStatus: ${status}\n`,
});

/** Answers in turn, and records the exact argument lists. */
async function ensureWith(
  shortcuts: string,
  answers: readonly Partial<ExecResult>[],
  definition?: string | BuilderDefinition,
  env: Readonly<Record<string, string>> = {},
) {
  const calls: (readonly string[])[] = [];
  const told: Message[] = [];
  const exec = async (args: readonly string[]) => {
    calls.push(args);
    return { exitCode: 0, stdout: "", stderr: "", ...answers[calls.length - 1] };
  };
  const buildx: Buildx = { command: "buildx", prefix: [], version: null, exec };
  const host = createHost({
    cwd: dir,
    env: { BKCACHE_SHORTCUTS: shortcuts, ...env },
    signal: new AbortController().signal,
    tell: (message) => void told.push(message),
  });
  const result = await ensureBuilder(host, buildx, { definition, dir }).catch((error: unknown) => error);
  return { result, calls, told };
}

const own = expect.stringMatching(/^bkcache-[0-9a-f]{12}$/);

describe.each(["on", "off"])("BKCACHE_SHORTCUTS=%s", (shortcuts) => {
  const ensure = (
    answers: readonly Partial<ExecResult>[],
    definition?: string | BuilderDefinition,
    env?: Readonly<Record<string, string>>,
  ) => ensureWith(shortcuts, answers, definition, env);

  describe("a builder of bkcache's own", () => {
    const env = { BUILDKIT_HOST: `unix://${socket}` };

    test("is made where it is missing", async () => {
      const { result, calls } = await ensure([absent, {}, running("made")], undefined, env);
      expect(result).toMatchObject({ name: "made" });
      expect(calls).toEqual([
        ["inspect", "-D", own],
        ["create", "--name", own, "--driver", "remote", `unix://${socket}`],
        ["inspect", "-D", own],
      ]);
    });

    test("is reused where it is there", async () => {
      const { calls, told } = await ensure([running("x")], undefined, env);
      expect(calls).toEqual([["inspect", "-D", own]]);
      expect(told).toEqual([]);
    });

    test("may be made by another run in between", async () => {
      const raced = {
        exitCode: 1,
        stderr: 'ERROR: existing instance for "x" but no append mode, specify the node name\n',
      };
      const { result } = await ensure([absent, raced, running("x")], undefined, env);
      expect(result).toMatchObject({ name: "x" });
    });

    test("that buildx refuses to make is BK4004 with its words", async () => {
      const { result } = await ensure([absent, { exitCode: 1, stderr: "ERROR: no room\n" }], undefined, env);
      expect(result).toMatchObject({
        code: "BK4004",
        message: expect.stringMatching(/^cannot make the builder bkcache-\w+: no room$/),
      });
    });

    test("is not made where nothing answers", async () => {
      const { result, calls } = await ensure([absent], undefined, { BUILDKIT_HOST: `unix://${dir}/none` });
      expect(result).toMatchObject({ code: "BK4003", message: expect.stringContaining("the socket does not exist") });
      expect(calls).toHaveLength(1);
    });

    test("is removed again where only buildx can tell that nothing answers", async () => {
      const address = "kube-pod://gone";
      const silent = running("x", "remote", "inactive", address);
      const { result, calls } = await ensure([absent, {}, silent], undefined, { BUILDKIT_HOST: address });
      expect(result).toMatchObject({
        code: "BK4003",
        message: "builder x at kube-pod://gone does not answer: buildx calls it inactive",
        hint: expect.stringContaining("kubectl get pods"),
      });
      expect(calls.at(-1)).toEqual(["rm", "--force", own]);
      // One that was there before is left alone.
      expect((await ensure([silent], undefined, { BUILDKIT_HOST: address })).calls).toHaveLength(1);
    });

    test("is not made where something else answers", async () => {
      const web = createServer(
        (connection) => void connection.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      );
      await new Promise<void>((resolve) => void web.listen(join(dir, "web.sock"), resolve));
      const { result } = await ensure([absent], undefined, { BUILDKIT_HOST: `unix://${dir}/web.sock` });
      web.close();
      expect(result).toMatchObject({ message: expect.stringContaining("what answers there is no BuildKit") });
    });

    test("is started where the driver starts it", async () => {
      const definition = { driver: "docker-container" } as const;
      const answers = [absent, {}, running("x", "docker-container", "inactive"), running("x", "docker-container")];
      const { calls, told, result } = await ensure(answers, definition);
      expect(result).toMatchObject({ name: "x" });
      expect(calls.at(-1)).toEqual(["inspect", "-D", "--bootstrap", "x"]);
      expect(told).toMatchObject([{ level: "info", message: "starting the builder x" }]);
    });

    test("is not left behind where it cannot be started, and says whose fault that is", async () => {
      const stderr =
        "#1 [internal] booting buildkit\n#1 pulling image a/b:1 done\n#1 ERROR: Error response from daemon: no route\n------\nERROR: Error response from daemon: no route\n";
      const answers = [absent, {}, running("x", "docker-container", "inactive"), { exitCode: 1, stderr }];
      const { calls, result } = await ensure(answers, { driver: "docker-container" });
      expect(result).toMatchObject({
        code: "BK4004",
        message: 'builder "x" cannot be started, since its image a/b:1 cannot be pulled: no route',
        hint: expect.stringContaining("option image"),
      });
      expect(calls.at(-1)).toEqual(["rm", "--force", "x"]);
      // One that was there before is left alone.
      const old = await ensure(
        [running("x", "docker-container", "stopped"), { exitCode: 1, stderr: "ERROR: full\n" }],
        {
          driver: "docker-container",
        },
      );
      expect(old.result).toMatchObject({ code: "BK4004", message: 'builder "x" cannot be started: full' });
      expect(old.calls).toHaveLength(2);
    });

    test.each([
      ["Error: No such container: mine", 1, "No such container: mine", "docker ps"],
      [
        "Cannot connect to the Docker daemon at unix:///s.",
        1,
        "Cannot connect to the Docker daemon at unix:///s.",
        "run",
      ],
      ["exited", 0, "the container is exited", "docker start mine"],
    ])("of a docker-container:// address: docker says %s", async (said, exitCode, reason, hint) => {
      const fake = fakeDocker(makeTempDir("fake"), {
        answers: [{ when: ["container", "inspect"], exitCode, [exitCode === 0 ? "stdout" : "stderr"]: `${said}\n` }],
      });
      const env = { BUILDKIT_HOST: "docker-container://mine", PATH: fake.PATH };
      const { result, calls } = await ensure([absent], undefined, env);
      expect(result).toMatchObject({
        code: "BK4003",
        message: expect.stringMatching(new RegExp(`docker-container://mine does not answer: ${reason}$`)),
        hint: expect.stringContaining(hint),
      });
      expect(calls).toHaveLength(1);
    });

    test("of a docker-container:// address needs docker", async () => {
      const { result } = await ensure([absent], undefined, { BUILDKIT_HOST: "docker-container://mine", PATH: dir });
      expect(result).toMatchObject({ code: "BK4003", message: expect.stringContaining("no docker program on PATH") });
    });

    test("is another one for other contents of its BuildKit config, or another docker engine", async () => {
      const definition = { driver: "docker-container", buildkitdConfig: "b.toml" } as const;
      const nameWith = async (toml: string, env: Readonly<Record<string, string>> = {}) => {
        writeFileSync(join(dir, "b.toml"), toml);
        return (await ensure([running("x", "docker-container")], definition, env)).calls[0]?.[2];
      };
      mkdirSync(join(dir, "docker"), { recursive: true });
      writeFileSync(join(dir, "docker", "config.json"), '{"currentContext":"far"}');
      const found = [
        await nameWith("a"),
        await nameWith("b"),
        await nameWith("a", { DOCKER_HOST: "tcp://h:2375" }),
        await nameWith("a", { DOCKER_CONTEXT: "near" }),
        await nameWith("a", { DOCKER_CONFIG: join(dir, "docker") }),
      ];
      expect(new Set(found).size).toBe(5);
      expect(await nameWith("a", { DOCKER_CONTEXT: "default" })).toBe(found[0]);
    });

    test("needs its files", async () => {
      const config = await ensure([], { buildkitdConfig: "none.toml" });
      expect(config.result).toMatchObject({ code: "BK4007", path: "builder.buildkitdConfig" });
      const tls = await ensure([], { endpoint: "tcp://h:1", tls: { cert: "none.pem" } });
      expect(tls.result).toMatchObject({
        code: "BK4006",
        findings: [
          { message: `builder.tls.cert: ${dir}/none.pem does not exist` },
          { message: "builder.tls.ca: needed as soon as TLS is used" },
          { message: "builder.tls.key: cert and key go together" },
        ],
      });
      expect([...config.calls, ...tls.calls]).toEqual([]);
    });
  });

  describe("plain TCP", () => {
    const finding = { code: "BK4005", message: expect.stringContaining("neither encrypted nor verified") };
    test("to another machine is refused", async () => {
      const { result, calls } = await ensure([], undefined, { BUILDKIT_HOST: "tcp://10.0.0.1:1234" });
      expect(result).toMatchObject({ ...finding, hint: expect.stringContaining("BUILDKIT_INSECURE=true") });
      expect(calls).toEqual([]);
    });
    test.each([
      ["where it is allowed, it is said", "tcp://10.0.0.1:1234", { BUILDKIT_INSECURE: "true" }],
      ["on this machine it is said", "tcp://127.0.0.1:1234", {}],
    ])("%s", async (_, address, env) => {
      const { result, told } = await ensure([running("x", "remote", "running", address)], undefined, {
        ...env,
        BUILDKIT_HOST: address,
      });
      expect(result).toMatchObject({ name: "x" });
      expect(told).toMatchObject([{ ...finding, level: "warning" }]);
    });
  });

  describe("a builder of the user's", () => {
    test("that does not exist is BK4002", async () => {
      const named = await ensure([absent], "ci");
      expect(named.result).toMatchObject({ code: "BK4002", message: 'no builder "ci" (builder in the config)' });
      const address = await ensure([absent], "tcp://h:1");
      expect(address.result).toMatchObject({ code: "BK4002", hint: expect.stringContaining("BUILDKIT_HOST") });
    });

    test("that does not run is BK4003, with the endpoint and the reason", async () => {
      const { result } = await ensure([running("ci", "remote", "inactive", `unix://${dir}/none`)], "ci");
      expect(result).toMatchObject({
        code: "BK4003",
        message: `builder ci at unix://${dir}/none does not answer: the socket does not exist`,
      });
    });

    test("without a docker daemon has buildx's own words", async () => {
      const { result } = await ensure([
        { stdout: "Name: default\nDriver: \nError: failed to connect to the docker API\n" },
      ]);
      expect(result).toMatchObject({
        code: "BK4003",
        message: "builder default does not answer: failed to connect to the docker API",
        hint: expect.stringContaining("docker daemon"),
      });
    });

    test("with one node of two stopped is started", async () => {
      const engine = "\nEndpoint: unix:///docker.sock\n";
      const both = `Name: ci\nDriver: docker-container\n\nNodes:\nName: ci0${engine}Status: running\n\nName: ci1${engine}`;
      const stopped = { stdout: `${both}Status: stopped\n` };
      const { calls, told } = await ensure([stopped, { stdout: `${both}Status: running\n` }], "ci");
      expect(calls).toEqual([
        ["inspect", "-D", "ci"],
        ["inspect", "-D", "--bootstrap", "ci"],
      ]);
      expect(told).toMatchObject([{ message: "starting the builder ci" }]);
      // The build may do with the other one.
      const failed = await ensure([stopped, { exitCode: 1, stderr: "ERROR: no room\n" }], "ci");
      expect(failed.result).toMatchObject({ name: "ci" });
      expect(failed.told.at(-1)).toMatchObject({
        level: "warning",
        message: "builder ci at unix:///docker.sock does not answer: buildx calls it stopped",
      });
    });

    test("with one node of two away goes on with a warning", async () => {
      const both = `${running("ci").stdout}\nName: ci1\nEndpoint: unix://${dir}/none\nStatus: inactive\n`;
      const { result, told } = await ensure([{ stdout: both }], "ci");
      expect(result).toMatchObject({ name: "ci" });
      expect(told).toMatchObject([
        { level: "warning", code: "BK4003", message: expect.stringContaining("/none does not answer") },
      ]);
    });
  });
});
