import { expect } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test, tlsTest } from "../support/servers.ts";
import type { S3Server } from "../support/s3-server.ts";
import { makeWorkspace } from "../support/workspace.ts";

/** A home folder whose AWS profile has all that it takes, and a project with a bucket of which it says nothing but the name. */
function makeProject(s3: S3Server, { backend = {}, profile = [] as readonly string[] }) {
  const keys = { Version: 1, AccessKeyId: s3.accessKey, SecretAccessKey: s3.secretKey };
  const home = makeWorkspace({ "keys.json": JSON.stringify(keys) });
  home.write(
    ".aws/config",
    [
      "[profile lab]",
      "services = lab",
      `region = ${s3.region}`,
      `credential_process = sh -c 'echo asked >> ${home.path("asked")}; cat ${home.path("keys.json")}'`,
      ...profile,
      "[services lab]",
      "s3 =",
      `  endpoint_url = ${s3.endpoint}`,
    ].join("\n"),
  );
  const workspace = makeWorkspace({
    "bkcache.config.json": JSON.stringify({
      project: "shop",
      backends: { remote: { type: "s3", bucket, prefix: "profile/", ...backend } },
      cache: { read: ["remote"], write: ["remote"] },
      targets: { api: {}, web: {} },
    }),
    Dockerfile: "FROM scratch\nCOPY input /input\n",
    input: "1",
  });
  const run = async (builder: string, ...args: readonly string[]) => {
    const env = cleanEnv({
      ...makeDockerConfig().env,
      HOME: home.dir,
      AWS_PROFILE: "lab",
      BKCACHE: "read-write",
      BUILDKIT_HOST: builder,
    });
    const result = await runBkcache(args, { cwd: workspace.dir, env });
    expect({ args, ...result }).toMatchObject({ exitCode: 0 });
    return result;
  };
  return { run, timesAsked: () => home.read("asked").trim().split("\n").length };
}

const both = { backends: [{ caches: [{ target: "api" }, { target: "web" }] }] };

test("an AWS profile is all that it takes: endpoint, region and keys, for BuildKit as well", async ({
  s3,
  builder,
}) => {
  const { run, timesAsked } = makeProject(s3, { backend: { insecure: true } });
  await run(builder.address, "bake");
  await run(builder.address, "bake");
  // Once in a run, and by buildx not for each entry again.
  expect(timesAsked()).toBe(2);
  expect(JSON.parse((await run(builder.address, "layers", "ls", "--json")).stdout)).toMatchObject(both);
});

tlsTest("its authority too, which the builder does not know: the relay serves the layers", async ({ s3, builder }) => {
  const { run } = makeProject(s3, { profile: [`ca_bundle = ${s3.env["AWS_CA_BUNDLE"] ?? ""}`] });
  await run(builder.address, "bake");
  expect(JSON.parse((await run(builder.address, "layers", "ls", "--json")).stdout)).toMatchObject(both);
});
