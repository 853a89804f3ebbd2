import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/** The step says what it finds in its cache, and adds the source to it. */
function dockerfile(mount: string): string {
  return `FROM scratch
COPY --link --from=busybox /bin/busybox /bin/busybox
COPY --link src /src
RUN --mount=type=cache,${mount} ["/bin/busybox", "sh", "-c", "cd /go/pkg/mod && echo found: $(/bin/busybox ls) && /bin/busybox cp /src/a.txt $(/bin/busybox cat /src/a.txt)"]
`;
}

/** Runs bkcache on a builder of its own. */
const test = serverTest.extend(
  "run",
  ({ s3, newBuilder }) =>
    async (workspace: Workspace, args: readonly string[], input?: string | Buffer) => {
      const builder = await newBuilder();
      const env = cleanEnv({
        ...makeDockerConfig().env,
        ...s3.env,
        BKCACHE_HELPER: "/bin/busybox",
        BUILDKIT_HOST: builder.address,
        BUILDKIT_REMOTE_CACHE: `s3://${bucket}/build-cache/`,
        BUILDKIT_INSECURE: "true",
      });
      const file = workspace.path("report.json");
      const result = await runBkcache([...args, "--progress", "plain", "--report", file], {
        cwd: workspace.dir,
        env,
        ...(input !== undefined && { input }),
      });
      // There is none where the run ended before the build.
      const report = JSON.parse(existsSync(file) ? readFileSync(file, "utf8") : "{}") as Report;
      const found = /^#\d+ [\d.]+ found: ?(.*)$/m.exec(result.stderr)?.[1];
      return { ...result, report, found };
    },
);

describe("from standard input", () => {
  const plain = dockerfile("target=/go/pkg/mod");
  const withoutContext = `FROM scratch
COPY --link --from=busybox /bin/busybox /bin/busybox
ARG NAME
RUN --mount=type=cache,target=/go/pkg/mod ["/bin/busybox", "sh", "-c", "cd /go/pkg/mod && echo found: $(/bin/busybox ls) && /bin/busybox touch $NAME"]
`;

  test.for([
    [["-f", "-", "."], plain],
    [["-f-", "."], plain],
    [["--file=-", "."], plain],
    [["-"], withoutContext],
  ] as const)("a Dockerfile as %j: its mounts are carried", async ([how, text], { run, busybox }) => {
    const workspace = makeWorkspace({ "src/a.txt": "one" });
    const args = (name: string) => {
      return ["build", "--build-context", `busybox=${busybox}`, "--build-arg", `NAME=${name}`, "--strict", ...how];
    };
    const first = await run(workspace, args("one"), text);
    expect([first.exitCode, first.found]).toEqual([0, ""]);
    expect(first.report.mounts).toMatchObject([{ save: { outcome: "saved", files: 1 } }]);
    workspace.write("src/a.txt", "two");
    const second = await run(workspace, args("two"), text);
    expect([second.exitCode, second.found]).toEqual([0, "one"]);
  });

  test("an archive is built, and one line says that its mounts are not carried", async ({ run, busybox }) => {
    const workspace = makeWorkspace({ Dockerfile: plain, "src/a.txt": "one" });
    const archive = execFileSync("tar", ["-c", "."], { cwd: workspace.dir });
    const args = ["build", "--build-context", `busybox=${busybox}`, "-"];
    const built = await run(workspace, args, archive);
    expect([built.exitCode, built.found]).toEqual([0, ""]);
    expect(built.stderr.match(/BK5060.*/g)).toEqual([expect.stringContaining("on standard input is an archive")]);
    expect(built.report.mounts).toEqual([]);
  });

  test("with --strict that ends the run before it is built", async ({ run, busybox }) => {
    const workspace = makeWorkspace({ Dockerfile: plain, "src/a.txt": "one" });
    for (const [context, input] of [
      ["-", execFileSync("tar", ["-cz", "."], { cwd: workspace.dir })],
      ["https://127.0.0.1:1/repository.git#main", ""],
    ] as const) {
      const args = ["build", "--strict", "--build-context", `busybox=${busybox}`, context];
      const { exitCode, stderr } = await run(workspace, args, input);
      expect([context, exitCode, stderr]).toEqual([context, 3, expect.stringContaining("BK5060")]);
    }
  });
});

describe("without a config", () => {
  test("a second empty builder finds the content of a mount without an id", async ({ run, busybox }) => {
    const workspace = makeWorkspace({ Dockerfile: dockerfile("target=/go/pkg/mod"), "src/a.txt": "one" });
    const args = ["build", ".", "-t", "my-go-app", "--build-context", `busybox=${busybox}`];
    const first = await run(workspace, args);
    expect([first.exitCode, first.found]).toEqual([0, ""]);
    expect(first.report.mounts).toMatchObject([
      { id: "/go/pkg/mod", restore: { outcome: "absent" }, save: { outcome: "saved", files: 1 } },
    ]);

    workspace.write("src/a.txt", "two");
    const second = await run(workspace, args);
    expect([second.exitCode, second.found]).toEqual([0, "one"]);
    expect(second.report.mounts).toMatchObject([
      { restore: { outcome: "restored", files: 1 }, save: { outcome: "saved", files: 2 } },
    ]);
  });
});
