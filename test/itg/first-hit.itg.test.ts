import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runCommand } from "../support/run-bkcache.ts";
import { test } from "../support/servers.ts";
import { runProgramOnTerminal } from "../support/terminal.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * docs/first-hit.md shows what is on the screen from `bkcache init` on. Its commands are run here as they stand there,
 * each heading on a machine of its own, and show what stands there, but for times, sizes and what "..." stands for.
 */
const page = readFileSync(join(repositoryDir, "docs/first-hit.md"), "utf8");

/** Files of the project: the blocks of the page whose first line names one. */
const files = Object.fromEntries(
  [...page.matchAll(/^```\w+\n# (\S+)\n(.*?)^```$/gms)].map(([, name = "", text = ""]) => [`hello/${name}`, text]),
);

interface Step {
  readonly command: string;
  /** What the page shows below it. */
  readonly shown: string;
}

const sessions = page
  .split(/^## /m)
  .map((section) => ({
    title: section.split("\n", 1)[0] ?? "",
    steps: [...section.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = ""]) => stepsOf(block)),
  }))
  .filter(({ steps }) => steps.length > 0);

function stepsOf(block: string): readonly Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const end = text.indexOf("\n");
      return { command: text.slice(0, end), shown: text.slice(end + 1) };
    });
}

/** Without what differs from run to run. */
function plain(text: string): string {
  const lines = text.split("\n").map((line) =>
    line
      .replaceAll(/[\u2800-\u28FF]/g, "") // npm turns these while it works
      .replaceAll(/\b[\d.]+ ?(?:ms|s)\b/g, "TIME")
      .replaceAll(/\b[\d.]+ ?[kM]?B\b/g, "SIZE")
      .replace(/^(app .* TIME), SIZE$/, "$1") // of two exports, the history may have the details of one alone
      .replace(/, (?:SIZE|\?) pushed,/, ", SIZE pushed,") // for the same reason
      .replaceAll(/^#\d+ (?:[\d.]+ )?/g, "#N ")
      .replaceAll(/ +/g, " ")
      .trimEnd(),
  );
  // Steps stand in the order of the times that they took.
  const isStep = (line: string) => line.startsWith(" ran ");
  const ran = lines.filter(isStep).sort();
  return lines
    .map((line) => (isStep(line) ? (ran.shift() ?? line) : line))
    .join("\n")
    .trim();
}

function patternOf(shown: string): RegExp {
  const parts = plain(shown).split(/^\.\.\.$/m);
  return new RegExp(`^${parts.map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("[^]*")}$`);
}

test("the page has the sessions and the project", () => {
  expect(sessions.map(({ steps }) => steps.length)).toEqual([7, 3, 3, 3]);
  expect(Object.keys(files)).toEqual(["hello/Dockerfile", "hello/render.sh", "hello/.dockerignore"]);
});

test("the commands of the page show what stands there", async ({ s3, busybox, newBuilder }) => {
  await s3.createBucket("acme-ci");
  const workspace = makeWorkspace({ ...files, "hello/.gitignore": "node_modules/\n" });
  for (const name of ["one", "two"]) workspace.write(`hello/pages/${name}.txt`, `This is page ${name}.\n`);
  const project = workspace.path("hello");
  copyFileSync(join(busybox, "bin/busybox"), join(project, "busybox"));
  chmodSync(join(project, "busybox"), 0o755);
  const packing = ["pack", "--ignore-scripts", "--pack-destination", project];
  execFileSync("npm", packing, { cwd: repositoryDir, stdio: "ignore" });
  // npx runs the node that it finds, and the machine's own may be too old.
  const nodeDir = makeTempDir("node");
  symlinkSync(process.execPath, join(nodeDir, "node"));
  const docker = makeDockerConfig().env;
  const laptop = cleanEnv({
    ...docker,
    PATH: `${nodeDir}:${docker.PATH}`,
    npm_config_update_notifier: "false",
    npm_config_progress: "false",
    BKCACHE_HELPER: "/bin/busybox",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Ada",
    GIT_CONFIG_KEY_1: "user.email",
    GIT_CONFIG_VALUE_1: "ada@example.com",
    AWS_ACCESS_KEY_ID: s3.accessKey,
    AWS_SECRET_ACCESS_KEY: s3.secretKey,
    AWS_ENDPOINT_URL: s3.endpoint,
    BUILDKIT_INSECURE: "true",
  });
  const ofService = { CI: "true", GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main" };
  execFileSync("git", ["init", "--quiet", "--initial-branch=main"], { cwd: project });

  /** A builder of its own for each address. */
  const withBuilder = async (command: string): Promise<string> => {
    const [address] = /unix:\S+/.exec(command) ?? [];
    return address === undefined ? command : command.replace(address, (await newBuilder()).address);
  };
  for (const { title, steps } of sessions) {
    const isCi = title.startsWith("In CI");
    const cwd = isCi ? join(makeTempDir("clone"), "hello") : project;
    if (isCi) execFileSync("git", ["clone", "--quiet", project, cwd]);
    const options = { cwd, env: { ...laptop, HOME: makeTempDir("home"), ...(isCi && ofService) } };
    for (const { command, shown } of steps) {
      const script = await withBuilder(command);
      // What follows a question is its answer.
      const answers = [...shown.matchAll(/^.*?([^ ]*\?) (\S+)$/gm)].map(([, to = "", answer = ""]) => ({
        to,
        keys: `${answer}\n`,
      }));
      const { exitCode, stdout } = isCi
        ? await runCommand("bash", ["-c", `exec 2>&1; ${script}`], options)
        : await runProgramOnTerminal(["bash", "-c", script], answers, options);
      const output = stdout.replaceAll(s3.endpoint, "http://127.0.0.1:9000");
      expect(exitCode, stdout).toBe(0);
      expect.soft(plain(output), command).toMatch(patternOf(shown));
    }
  }
});
