import { parse } from "@cdktn/hcl2json";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitBakeFile } from "../../src/bake/emit.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { ejectBakeFile } from "../../src/init/eject.ts";
import { arbitraryConfig } from "../bake/arbitrary-config.ts";
import { createPrinter } from "../support/buildx-print.ts";

const compile = (config: Config) => createPlan(resolveConfig(config, { dirName: "shop", fileName: "x.yaml" }));

describe("the ejected bake file", () => {
  const printer = createPrinter();

  test("prints what the committed file prints, and names nothing of bkcache", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, async (config) => {
        const plan = compile(config);
        const ejected = ejectBakeFile(plan, null);
        await parse("docker-bake.hcl", ejected);
        expect(ejected.toLowerCase()).not.toContain("bkcache");
        const names = [...Object.keys(plan.targets), ...Object.keys(plan.groups)];
        const vars = { N1: "7", S1: "other" };
        for (const each of [{}, vars]) {
          expect(await printer.print(ejected, names, each)).toEqual(
            await printer.print(emitBakeFile(plan), names, each),
          );
        }
        const own = ["default"].filter((name) => Object.hasOwn(plan.groups, name));
        for (const name of own) {
          expect(await printer.print(ejected, [name])).toEqual(await printer.print(emitBakeFile(plan), [name]));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("has the cache that is asked for, in the home folder and with names that variables make", async () => {
    const plan = compile({
      project: "shop",
      variables: { ARCH: "arm64", CACHE_HOME: "mine" },
      backends: {
        disk: { type: "local", path: "~/cache" },
        remote: { type: "s3", bucket: "b", region: "r" },
      },
      cache: { read: ["disk", "remote"], write: ["disk", "remote"], scope: "feature/x" },
      targets: { api: { platforms: ["linux/${ARCH}"] }, raw: { cacheFrom: ["type=gha,scope=x"] } },
    });
    const scope = { BKCACHE_READ_SCOPE: "feature/x", BKCACHE_WRITE_SCOPE: "feature/x" };
    const on = await printer.print(emitBakeFile(plan), ["*"], scope);
    expect(await printer.print(ejectBakeFile(plan, "read-write"), ["*"])).toEqual(on);
    const read = (await printer.print(ejectBakeFile(plan, "read"), ["*"])).target;
    expect(read?.["api"]?.["cache-from"]).toEqual(on.target?.["api"]?.["cache-from"]);
    expect(read?.["api"]?.["cache-to"]).toBeUndefined();
    const off = (await printer.print(ejectBakeFile(plan, "off"), ["*"])).target;
    expect(off?.["api"]?.["cache-from"]).toBeUndefined();
    expect(off?.["raw"]?.["cache-from"]).toEqual([{ type: "gha", scope: "x" }]);
  });
});
