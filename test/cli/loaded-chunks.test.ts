import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cleanEnv } from "../support/env.ts";
import { binFile, runCommand } from "../support/run-bkcache.ts";
import { copyExample } from "../support/workspace.ts";

/** Prints the address of every module that is loaded. */
const tell = `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write("LOAD " + url + "\\n"); return next(url, context); } });`;

/** Loads no SDK: they cost more than all the rest of a short command. */
test("generate loads no SDK", async () => {
  const { dir } = copyExample("go-app");
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const { exitCode, stderr } = await runCommand(process.execPath, ["--import", hook, binFile, "generate"], {
    cwd: dir,
    env: cleanEnv(),
  });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const loaded = [...stderr.matchAll(/^LOAD .*\/([^/]+)$/gm)].map(([, name]) => name as string);
  expect(loaded).toContain("bin.js");
  const chunks = join(binFile, "..", "chunks");
  const sdks = readdirSync(chunks).filter((name) =>
    /\b(?:S3Client|GoogleAuth)\b/.test(readFileSync(join(chunks, name), "utf8")),
  );
  expect(sdks).not.toEqual([]);
  expect(loaded.filter((name) => sdks.includes(name))).toEqual([]);
});
