import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { makeWorkspace } from "../support/workspace.ts";

const config = `project: shop
backends: { disk: { type: local, path: caches } }
cache: { read: [disk], write: [disk] }
targets: { app: {} }
`;

test("digests of files that git does not know are kept, but with BKCACHE_SHORTCUTS=off", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `src/${index}`);
  const { dir } = makeWorkspace({
    "bkcache.config.yaml": config,
    Dockerfile: "FROM scratch\nCOPY src /src\n",
    ...Object.fromEntries(names.map((name) => [name, name])),
  });
  // Until the files are older than what may still change unseen.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  const isKept = async (env: Readonly<Record<string, string>>): Promise<boolean> => {
    const home = makeTempDir("home");
    const { exitCode, stderr } = await runBkcache(["affected"], { cwd: dir, env: cleanEnv({ HOME: home, ...env }) });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    return existsSync(join(home, ".cache", "bkcache", "digests"));
  };
  expect(await isKept({ BKCACHE_SHORTCUTS: "off" })).toBe(false);
  expect(await isKept({})).toBe(true);
});
