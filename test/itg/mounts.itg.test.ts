import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { type Buildkit, onEmptyBuilder } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { type S3Server, startVersitygw } from "../support/s3-server.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

const bucket = "cache";
let s3: S3Server;
let busybox: string;

beforeAll(async () => {
  s3 = await startVersitygw();
  await s3.createBucket(bucket);
  busybox = makeBusyboxContext(makeTempDir("busybox"));
});
afterAll(async () => {
  await s3.stop();
});

/** The step says what it finds in its cache, and adds the source to it. */
function dockerfile(mount: string): string {
  return `FROM scratch
COPY --link --from=busybox /bin/busybox /bin/busybox
COPY --link src /src
RUN --mount=type=cache,${mount} ["/bin/busybox", "sh", "-c", "cd /go/pkg/mod && echo found: $(/bin/busybox ls) && /bin/busybox cp /src/a.txt $(/bin/busybox cat /src/a.txt)"]
`;
}

function environment(builder: Buildkit, extra: Record<string, string | undefined> = {}) {
  return cleanEnv({
    ...makeDockerConfig().env,
    ...s3.env,
    BKCACHE_HELPER: "/bin/busybox",
    BUILDKIT_HOST: builder.address,
    ...extra,
  });
}

async function run(workspace: Workspace, args: readonly string[], env: Record<string, string>) {
  const file = workspace.path("report.json");
  const result = await runBkcache([...args, "--progress", "plain", "--report", file], { cwd: workspace.dir, env });
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  const found = /^#\d+ [\d.]+ found: ?(.*)$/m.exec(result.stderr)?.[1];
  return { ...result, report, found };
}

describe("without a config", () => {
  const workspace = () => makeWorkspace({ Dockerfile: dockerfile("target=/go/pkg/mod"), "src/a.txt": "one" });
  const remote = { BUILDKIT_REMOTE_CACHE: `s3://${bucket}/build-cache/`, BUILDKIT_INSECURE: "true" };
  const args = ["build", ".", "-t", "my-go-app", "--build-context", "busybox=BUSYBOX"];

  test("a second empty builder finds the content of a mount without an id", async () => {
    const folder = workspace();
    const words = args.map((word) => word.replace("BUSYBOX", busybox));
    const first = await onEmptyBuilder((builder) => run(folder, words, environment(builder, remote)));
    expect([first.exitCode, first.found]).toEqual([0, ""]);
    expect(first.report.mounts).toMatchObject([
      { id: "/go/pkg/mod", restore: { outcome: "absent" }, save: { outcome: "saved", files: 1 } },
    ]);

    folder.write("src/a.txt", "two");
    const second = await onEmptyBuilder((builder) => run(folder, words, environment(builder, remote)));
    expect([second.exitCode, second.found]).toEqual([0, "one"]);
    expect(second.report.mounts).toMatchObject([
      { restore: { outcome: "restored", files: 1 }, save: { outcome: "saved", files: 2 } },
    ]);
  });
});
