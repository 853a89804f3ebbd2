// `npm run soak`: the tests of kills, bakes that share a builder, savers and builds beside prune, a store that errs, and a bucket of a
// million objects, with many more of each than a test run has. Takes about an hour. The variables below say how many, where the environment does not.
import { spawnSync } from "node:child_process";
import { devEnv, prepare, root, say } from "./prepare.mjs";

const counts = {
  BKCACHE_SOAK_KILLS: "50",
  BKCACHE_SOAK_BAKES: "150",
  BKCACHE_SOAK_WORLDS: "600",
  BKCACHE_SOAK_SECONDS: "300",
  BKCACHE_SOAK_FAULTS: "60",
  BKCACHE_SOAK_LAYERS_SECONDS: "180",
  BKCACHE_SOAK_BLOBS: "1000000",
};
const files = [
  ["itg", "test/itg/mounts-siege.itg.test.ts"],
  ["itg", "test/itg/carry-kill.itg.test.ts"],
  ["itg", "test/itg/mounts-faults.itg.test.ts"],
  ["itg", "test/itg/carry-shared-builder.itg.test.ts"],
  ["itg", "test/itg/layers-siege.itg.test.ts"],
  ["mounts", "test/mounts/prune-model.test.ts"],
  ["unit", "test/layers/prune-model.test.ts"],
  ["unit", "test/layers/memory.test.ts"],
];

prepare();
const env = { ...counts, ...devEnv() };
let failed = 0;
for (const [project, file] of files) {
  say(
    `${file}: ${Object.keys(counts)
      .map((name) => `${name}=${env[name]}`)
      .join(" ")}`,
  );
  const { status } = spawnSync("vitest", ["run", "--project", project, file], { cwd: root, env, stdio: "inherit" });
  if (status !== 0) failed += 1;
}
say(`${files.length - failed} of ${files.length} passed`);
process.exitCode = failed > 0 ? 1 : 0;
