import { expect, test } from "vitest";
import { dial } from "../../../src/builder/gateway/connection.ts";
import { findBuildx } from "../../../src/builder/buildx.ts";
import { createHost } from "../../../src/host/node-host.ts";
import { makeTempDir } from "../../support/cleanup.ts";
import { fakeDocker } from "../../support/fake-docker.ts";
import { waitFor } from "../../support/poll.ts";

test("buildx connects from the folder that is given, by which it takes a pod in Kubernetes", async () => {
  const dir = makeTempDir("docker");
  const [elsewhere, project] = [makeTempDir("elsewhere"), makeTempDir("project")];
  const docker = fakeDocker(dir, {
    answers: [
      { when: ["buildx", "version"], stdout: "github.com/docker/buildx v0.38.2 abc\n" },
      { when: ["buildx", "dial-stdio"] },
    ],
  });
  const env = { PATH: docker.PATH, HOME: dir, DOCKER_CONFIG: dir };
  const host = createHost({ cwd: elsewhere, env, signal: new AbortController().signal, tell: () => {} });
  const connection = await dial({ ...host, cwd: project }, await findBuildx(host), { builder: "ci" });
  await connection.close();
  await waitFor(async () => docker.calls().length === 2, { what: "buildx was called" });
  const [asked, dialled] = docker.calls();
  expect([asked?.cwd, dialled?.cwd]).toEqual([elsewhere, project]);
  expect(dialled?.argv).toEqual(["buildx", "dial-stdio", "--builder", "ci"]);
});
