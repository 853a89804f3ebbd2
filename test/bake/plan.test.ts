import { describe, expect, test } from "vitest";
import { createPlan } from "../../src/bake/plan.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";

const plan = (config: Config) => createPlan(resolveConfig(config, { dirName: "shop", fileName: "bkcache.config.ts" }));

describe("createPlan", () => {
  test("speaks bake's language", () => {
    const { targets } = plan({
      targets: {
        a: {
          dockerfileInline: "FROM scratch",
          noCache: true,
          noCacheFilter: ["x"],
          extraHosts: { h: "1.1.1.1" },
          shmSize: "1m",
          resources: { memorySwap: "1g", cpusetMems: "0" },
          policy: [{ logLevel: "warn", strict: true }, "disabled=true"],
        },
      },
    });
    expect(targets["a"]?.attributes).toEqual({
      "dockerfile-inline": "FROM scratch",
      "no-cache": true,
      "no-cache-filter": ["x"],
      "extra-hosts": { h: "1.1.1.1" },
      "shm-size": "1m",
      resources: { "memory-swap": "1g", "cpuset-mems": "0" },
      policy: [{ "log-level": "warn", strict: true }, "disabled=true"],
    });
  });

  test("leaves out what is empty, but where that clears an external target's", () => {
    const { targets } = plan({
      external: ["meta"],
      targets: { a: { tags: [], args: {}, labels: {} }, b: { inherits: ["meta"], tags: [], output: [] } },
    });
    expect(targets["a"]?.attributes).toEqual({});
    expect(targets["b"]?.attributes).toEqual({ tags: [], output: [] });
  });

  test("names the cache by project, target and the set of platforms", () => {
    const { targets } = plan({
      external: ["meta"],
      targets: {
        a: { platforms: ["linux/arm64", "linux/amd64"] },
        b: { inherits: ["a", "meta"] },
        c: { platforms: ["linux/${ARCH}"] },
        d: { inherits: ["a"], platforms: [] },
      },
    });
    expect(Object.values(targets).map(({ cache }) => cache.name)).toEqual([
      ["shop", "a", "linux/amd64", "linux/arm64"],
      ["shop", "b", "linux/amd64", "linux/arm64"],
      ["shop", "c", ["linux/", { variable: "ARCH" }]],
      ["shop", "d"],
    ]);
  });

  test("is plain data, the same for the same config in another order", () => {
    const one = plan({ variables: { B: 1, A: 2 }, targets: { b: {}, a: {} }, groups: { z: ["a"], y: ["b"] } });
    const other = plan({ groups: { y: ["b"], z: ["a"] }, targets: { a: {}, b: {} }, variables: { A: 2, B: 1 } });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
  });
});
