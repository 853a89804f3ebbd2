import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { freePort, waitFor } from "../support/poll.ts";
import { startServer } from "../support/process.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const definition = `target "default" { contexts = { busybox = "bbx" } }
target "below" {
  context = "below"
  contexts = { busybox = "./bbx" }
}
`;
const dockerfile = (text: string) => `FROM scratch
COPY --from=busybox /bin /bin
RUN ["/bin/busybox", "sh", "-c", "echo built: ${text} $(/bin/busybox cat /bin/name)"]
`;

/** Serves a repository with a bake file; returns its address. */
async function serveRepository(busybox: string): Promise<string> {
  const base = makeTempDir("git");
  const files: Readonly<Record<string, string>> = {
    "docker-bake.hcl": definition,
    Dockerfile: dockerfile("top"),
    "below/Dockerfile": dockerfile("below"),
    "bbx/bin/name": "of the repository",
  };
  const repository = join(base, "repository.git");
  for (const [name, text] of Object.entries(files)) {
    const file = join(repository, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  copyFileSync(join(busybox, "bin/busybox"), join(repository, "bbx/bin/busybox"));
  const git = (...args: string[]) => {
    const identity = ["-c", "user.email=test@localhost", "-c", "user.name=test", "-c", "commit.gpgsign=false"];
    execFileSync("git", [...identity, ...args], { cwd: repository, stdio: "pipe" });
  };
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "first");
  const port = await freePort();
  const listen = ["--listen=127.0.0.1", `--port=${port}`, "--reuseaddr"];
  const server = startServer("git", ["daemon", "--export-all", `--base-path=${base}`, ...listen, base], {
    env: cleanEnv(),
  });
  onTestFinished(() => server.stop());
  const url = `git://127.0.0.1:${port}/repository.git`;
  const answers = () => spawnSync("git", ["ls-remote", url]).status === 0;
  await waitFor(answers, { what: "git daemon" });
  return `${url}#main`;
}

test("a definition in a git repository is built from what the repository has", async ({ s3, newBuilder, busybox }) => {
  const url = await serveRepository(busybox);
  // A folder of the same name lies here, too.
  const workspace = makeWorkspace({ "bbx/bin/name": "of this machine" });
  const { address } = await newBuilder();
  for (const [how, env] of [
    ["BUILDKIT_HOST", { BUILDKIT_HOST: address }],
    ["--cache off", { BUILDKIT_HOST: address, BKCACHE: "off" }],
  ] as const) {
    const { exitCode, stderr } = await runBkcache(
      ["bake", url, "default", "below", "--progress", "plain", "--no-cache"],
      {
        cwd: workspace.dir,
        env: cleanEnv({
          ...makeDockerConfig().env,
          ...s3.env,
          ...env,
          BUILDKIT_REMOTE_CACHE: `s3://${bucket}/remote/`,
          BUILDKIT_INSECURE: "true",
        }),
      },
    );
    expect({ how, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(stderr).toMatch(/built: top of the repository/);
    expect(stderr).toMatch(/built: below of the repository/);
    expect(stderr).not.toMatch(/of this machine/);
  }
});
