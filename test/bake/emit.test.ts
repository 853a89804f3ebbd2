import { describe, expect, test } from "vitest";
import { emitBakeFile, emitRunFile, formatOf, formatVersion, isBkcacheFile } from "../../src/bake/emit.ts";
import type { Plan } from "../../src/bake/model.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { growthOf } from "../support/growth.ts";

const plan = (config: Config, fileName = "bkcache.config.ts"): Plan =>
  createPlan(resolveConfig(config, { dirName: "shop", fileName }));

/** The lines of one block. */
function block(file: string, head: string): string | undefined {
  return file
    .split("\n\n")
    .find((each) => each.startsWith(`${head} `))
    ?.trimEnd();
}

describe("the header", () => {
  test("tells a file of bkcache's from others", () => {
    const file = emitBakeFile(plan({ targets: { a: {} } }, "bkcache.config.yaml"));
    expect(file.split("\n")[0]).toBe(
      '# bkcache format 1, generated from bkcache.config.yaml: change that file and run "bkcache generate", not this one.',
    );
    expect(isBkcacheFile(file)).toBe(true);
    expect(formatOf(file)).toBe(formatVersion);
    expect(formatOf("# bkcache format 27, x\n")).toBe(27);
    expect(isBkcacheFile(`\ufeff${file}`)).toBe(true);
    expect(isBkcacheFile('group "default" {}')).toBe(false);
    expect(isBkcacheFile(`\n${file}`)).toBe(false);
  });

  test("stays one line, whatever the file is called", () => {
    const file = emitBakeFile(plan({ targets: { a: {} } }, "x\n}\ttarget"));
    expect(file.split("\n")[0]).toContain("generated from x } target:");
  });
});

describe("emitBakeFile", () => {
  const backends: NonNullable<Config["backends"]> = {
    disk: { type: "local", path: ".cache" },
    remote: { type: "s3", bucket: "b", region: "r" },
  };
  const cache = { read: ["remote", "disk"], write: ["disk"] };

  test("without cache has nothing of bkcache's own", () => {
    const file = emitBakeFile(plan({ backends, targets: { a: {}, b: { cacheFrom: ["x"], cacheTo: [] } } }));
    expect(file).not.toMatch(/BKCACHE|function/);
    expect(block(file, 'target "b"')).toBe('target "b" {\n  cache-from = ["x"]\n}');
  });

  test("carries the epoch, and for 0 no byte of it", () => {
    const emit = (epoch?: number) =>
      emitBakeFile(plan({ backends, cache: { ...cache, ...(epoch !== undefined && { epoch }) }, targets: { a: {} } }));
    expect(emit(0)).toBe(emit());
    expect(emit(7)).toBe(emit().replaceAll("shop.a.", "shop._e7.a."));
    expect(emit(7)).not.toBe(emit());
  });

  test.each([
    ["off", "", ""],
    ["read", "main", ""],
    ["read-write", "main", "main"],
  ] as const)("committed %s makes the scopes %j and %j", (committed, read, write) => {
    const file = emitBakeFile(plan({ backends, cache: { ...cache, committed }, targets: { a: {} } }));
    expect(block(file, 'variable "BKCACHE_READ_SCOPE"')).toContain(`default     = "${read}"`);
    expect(block(file, 'variable "BKCACHE_WRITE_SCOPE"')).toContain(`default     = "${write}"`);
  });

  test("reads one entry, the last, and writes all", () => {
    const file = emitBakeFile(plan({ backends, cache: { ...cache, write: ["disk", "remote"] }, targets: { a: {} } }));
    const target = block(file, 'target "a"') ?? "";
    const [from = "", to = ""] = target.split("cache-to");
    expect(from.match(/type += "\w+"/g)).toEqual(['type = "local"']);
    expect(to.match(/type += "\w+"/g)).toEqual(['type         = "local"', 'type         = "s3"']);
  });

  test("a target without cache that inherits an external one leaves that one's cache alone", () => {
    const targets = { a: { inherits: ["meta"] }, b: { inherits: ["meta"], cacheTo: [] } };
    const file = emitBakeFile(plan({ external: ["meta"], targets }));
    expect(block(file, 'target "a"')).toBe('target "a" {\n  inherits = ["meta"]\n}');
    expect(block(file, 'target "b"')).toBe('target "b" {\n  inherits = ["meta"]\n  cache-to = []\n}');
    expect(block(file, 'target "meta"')).toBe('target "meta" {}');
  });
});

describe("emitRunFile", () => {
  const config: Config = {
    external: ["meta", "other"],
    variables: { TAG: "dev" },
    backends: { remote: { type: "s3", bucket: "b", region: "r" } },
    cache: { read: ["remote"], write: ["remote"], committed: "read-write" },
    targets: { a: { tags: ["x:${TAG}"] }, b: {}, c: { inherits: ["meta"] } },
    groups: { default: ["a", "b"], ab: { targets: ["a"] }, nested: ["ab"], ring: ["ring", "a"] },
  };
  const none = { cacheFrom: [], cacheTo: [] };

  test("holds what was asked for, with the caches given", () => {
    const file = emitRunFile(plan(config), {
      targets: { a: { cacheFrom: [{ type: "local", src: "x" }], cacheTo: [] } },
    });
    expect(file).toBe(`# bkcache format 1, one run

variable "TAG" {
  default = "dev"
}

group "ab" {
  targets = ["a"]
}

group "nested" {
  targets = ["ab"]
}

target "a" {
  tags       = ["x:\${TAG}"]
  cache-from = [{ type = "local", src = "x" }]
}
`);
  });

  test("takes along what a target inherits", () => {
    const file = emitRunFile(plan({ ...config, defaults: { tags: ["d"] } }), { targets: { c: none }, groups: [] });
    expect(file).toContain('target "_c-base" {');
    expect(file).toContain('target "meta" {}');
    expect(file).not.toContain('target "other"');
  });

  test("knows its targets", () => {
    expect(() => emitRunFile(plan(config), { targets: { nope: none } })).toThrow("no target nope");
  });

  test("brings the functions that a name still needs", () => {
    const name = [{ variable: "TAG", encode: "platform" as const }];
    const file = emitRunFile(plan(config), { targets: { a: { cacheFrom: [{ type: "s3", name }], cacheTo: [] } } });
    expect(file.match(/function "\w+"/g)).toEqual(['function "bkcache_encode"', 'function "bkcache_platform"']);
  });
});

test("the time to compile grows no faster than the number of targets", async () => {
  const compile = (count: number) => {
    const targets = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `t${index}`,
        { tags: [`acme/t${index}:\${TAG}`], args: { N: `${index}` } },
      ]),
    );
    const config: Config = {
      variables: { TAG: "dev" },
      backends: { remote: { type: "s3", bucket: "b", region: "r" } },
      cache: { read: ["remote"], write: ["remote"] },
      defaults: { labels: { a: "b" }, platforms: ["linux/amd64"] },
      targets,
    };
    expect(emitBakeFile(plan(config)).match(/^target /gm)).toHaveLength(count);
  };
  expect(await growthOf(compile, 200)).toBeLessThan(40);
});
