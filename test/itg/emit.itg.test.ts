import { format } from "@cdktn/hcl-tools";
import { parse } from "@cdktn/hcl2json";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeFields } from "../../src/bake/attributes.ts";
import { cacheName, nameFunctions } from "../../src/bake/cache-name.ts";
import { planFromDefinition, readDefinition } from "../../src/bake/printed.ts";
import { emitBakeFile, emitRunFile } from "../../src/bake/emit.ts";
import { alignFields, stringExpression } from "../../src/bake/hcl.ts";
import type { BakeTarget, Plan } from "../../src/bake/model.ts";
import { createPlan } from "../../src/bake/plan.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import type { Host } from "../../src/host/host.ts";
import { evaluate } from "../../src/source/evaluate.ts";
import type { Source } from "../../src/source/open.ts";
import { arbitraryConfig, oddText } from "../bake/arbitrary-config.ts";
import { expectPrinted } from "../bake/expected.ts";
import { externalTarget, toNativeBake } from "../bake/native.ts";
import { createPrinter, type Printed } from "../support/buildx-print.ts";

const compile = (config: Config): Plan =>
  createPlan(resolveConfig(config, { dirName: "shop", fileName: "bkcache.config.ts" }));

describe("the emitted file, read by bake", () => {
  const printer = createPrinter();
  const external = `\ntarget "ext" {\n${alignFields(attributeFields(externalTarget, "  "), "  ")}\n}\n`;

  test("equals the config and the plan, for every target and group", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, async (config) => {
        const plan = compile(config);
        const file = emitBakeFile(plan);
        await parse("docker-bake.hcl", file);
        expect(await format(file)).toBe(file);

        const targets = Object.keys(plan.targets);
        const groups = Object.keys(plan.groups);
        const [emitted, native] = await Promise.all([
          printer.print(file + external, [...targets, ...groups]),
          printer.print(toNativeBake(config), [...targets, ...groups]),
        ]);
        expect(comparable(emitted)).toEqual(comparable(native));

        for (const [name, target] of Object.entries(plan.targets)) {
          const isLinked = Object.values(target.attributes.contexts ?? {}).some((each) =>
            String(each).startsWith("target:"),
          );
          if (target.inherits.length > 0 || isLinked) continue;
          expect({ [name]: emitted.target?.[name] }).toEqual({ [name]: expectPrinted(plan, target) });
        }
        // bake adds what was asked for to the default group.
        expect({ ...emitted.group, default: null }).toEqual({ ...plan.groups, default: null });
      }),
      { numRuns: 150 },
    );
  });

  test("equals the run file, but for the cache", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, async (config) => {
        const plan = compile(config);
        const names = Object.keys(plan.targets);
        const cacheFrom = [{ type: "local", src: "x ${y}" }];
        const run = emitRunFile(plan, {
          targets: Object.fromEntries(names.map((name) => [name, { cacheFrom, cacheTo: [] }])),
        });
        expect(run).not.toContain("BKCACHE_");
        expect(await format(run)).toBe(run);
        const [emitted, ran] = await Promise.all([
          printer.print(emitBakeFile(plan) + external, names),
          printer.print(run + external, names),
        ]);
        expect(comparable(ran)).toEqual(comparable(emitted));
        for (const name of names) expect(ran.target?.[name]?.["cache-from"]).toEqual(cacheFrom);
      }),
      { numRuns: 15 },
    );
  });

  test("is what bkcache takes it for where it does not ask", { timeout: 120_000 }, async () => {
    const asking = new Error("bake is asked");
    const buildx = { exec: () => Promise.reject(asking) } as unknown as Buildx;
    const value = fc.constantFrom(undefined, "", "v", "u\u0308", "a b${c}", "1", "true");
    let certainties = 0;
    const check = async (plan: Plan, name: string, env: Readonly<Record<string, string>>): Promise<void> => {
      const evaluated = await evaluate(
        { env } as unknown as Host,
        {
          buildx,
          source: { plan, definition: null, overlays: [], overrides: [], dir: "/" } as unknown as Source,
          args: { targets: [name], variables: [] },
        },
        { hasArgs: true },
      ).catch((error: unknown) => {
        if (error !== asking) throw error;
        return null;
      });
      if (evaluated === null) return;
      const { definition } = evaluated;
      const { tags: _, labels: __, annotations: ___, ...attributes } = plan.targets[name]?.attributes ?? {};
      if (!JSON.stringify(attributes).includes('"variable":')) return;
      certainties++;
      const names = Object.keys(definition.targets);
      const none = { cacheFrom: [], cacheTo: [] };
      const run = emitRunFile(plan, { targets: Object.fromEntries(names.map((each) => [each, none])) });
      // Bake prints some in another form; so what is certain goes through it too.
      const again = planFromDefinition(definition, { project: "shop", backends: {}, cache: policy });
      const [printed, literal] = await Promise.all([
        printer.print(run + external, names, env),
        printer.print(emitRunFile(again, { targets: Object.fromEntries(names.map((each) => [each, none])) }), names),
      ]);
      for (const each of names) {
        const { tags: _tags, labels: _labels, annotations: _annotations, ...rest } = printed.target?.[each] ?? {};
        expect(literal.target?.[each]).toEqual(rest);
      }
    };
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, value, value, async (config, s1, s2) => {
        const plan = compile(config);
        const env = { ...(s1 !== undefined && { S1: s1 }), ...(s2 !== undefined && { S2: s2 }) };
        for (const name of Object.keys(plan.targets)) await check(plan, name, env);
      }),
      { numRuns: 150 },
    );
    expect(certainties).toBeGreaterThan(10);
  });

  test("is the same again when what bake printed is planned and emitted", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, async (config) => {
        const plan = compile(config);
        const names = Object.keys(plan.targets);
        const printed = await printer.printText(emitBakeFile(plan) + external, names);
        const again = planFromDefinition(readDefinition(printed), {
          project: "shop",
          backends: plan.backends,
          cache: { ...policy, from: { kind: "policy", backends: ["disk"] } },
        });
        const ran = await printer.print(
          emitRunFile(again, {
            targets: Object.fromEntries(names.map((name) => [name, { cacheFrom: [], cacheTo: [] }])),
          }),
          names,
        );
        expect(comparable(ran)).toEqual(comparable(JSON.parse(printed) as Printed));
      }),
      { numRuns: 25 },
    );
  });

  test("keeps every string, as value, as key, and beside variables", async () => {
    const texts = fc
      .sample(fc.oneof(fc.string({ unit: "binary" }), oddText, fc.constantFrom("\r", "\ufeff", "a\r${b}", "\0")), 3000)
      .map((each) => each.normalize("NFC"));
    const targets = Object.fromEntries(
      texts.map((each, index) => [
        `t${index}`,
        {
          target: each,
          contexts: { [`k${each}`]: "x" },
          tags: [[each, { variable: "V" }, each, { variable: "V" }]],
        } satisfies BakeTarget,
      ]),
    );
    const blocks = Object.entries(targets).map(
      ([name, target]) => `target "${name}" {\n${alignFields(attributeFields(target, "  "), "  ")}\n}\n`,
    );
    const printed = await printer.print(`variable "V" {\n  default = "v"\n}\n${blocks.join("")}`, ["*"]);
    for (const [index, each] of texts.entries()) {
      const { target, contexts, tags } = printed.target?.[`t${index}`] ?? {};
      expect({ target, contexts, tags }).toEqual({
        target: each,
        contexts: { [`k${each}`.normalize("NFC")]: "x" },
        tags: [`${each}v${each}v`.normalize("NFC")],
      });
    }
  });

  test("names a cache as the program does, whatever the scope and platform", async () => {
    const odd = fc.sample(oddText, { numRuns: 2000, seed: 1 });
    const values = [
      "feature/x",
      "feature-x",
      "linux/arm/v7",
      "a-b/c",
      "a b+c",
      "ünï✓😀",
      "e\u0301",
      "_",
      "__",
      ".",
      "~",
      "%2F",
      "x".repeat(56),
      "x".repeat(57),
      "é".repeat(40),
      `${"x".repeat(60)}/1`,
      `${"x".repeat(60)}/2`,
      ...odd.filter((each) => each !== ""),
    ];
    const functions = Object.entries(nameFunctions).map(
      ([name, { params, result }]) => `function "${name}" {\n  params = [${params.join()}]\n  result = ${result}\n}\n`,
    );
    const targets = values.map((value, index) => {
      const call = (name: string) => `bkcache_${name}(${stringExpression(value)})`;
      return `target "t${index}" {\n  tags = [${call("scope")}]\n  target = ${call("platform")}\n}\n`;
    });
    const printed = await printer.print([...functions, ...targets].join(""), ["*"]);
    for (const [index, value] of values.entries()) {
      const { tags, target } = printed.target?.[`t${index}`] ?? {};
      const scoped = cacheName(["p", "t"], value) as string;
      expect(scoped).toMatch(/^[\w.-]{1,128}$/);
      expect([value, tags]).toEqual([value, [scoped.slice("p.t.".length)]]);
      const platform = cacheName(["p", "t", value], "s") as string;
      // The program cuts long names as a whole; no platform is that long.
      const isShort = value.length < 8;
      expect([value, isShort && target]).toEqual([value, isShort && platform.slice("p.t.".length, -".s".length)]);
    }
  });

  test.each(["feature/x", "ünï ~._%+😀", "x".repeat(100), "$${x}"])("takes scope %j from outside", async (scope) => {
    const plan = compile({
      project: "shop",
      variables: { ARCH: "arm-64_x" },
      backends: { disk: { type: "local", path: "~/cache" }, remote: { type: "s3", bucket: "b", region: "r" } },
      cache: { read: ["disk", "remote"], write: ["disk", "remote"] },
      targets: { api: { platforms: ["linux/${ARCH}", "linux/amd64"] } },
    });
    const file = emitBakeFile(plan);
    const off = await printer.print(file, ["api"]);
    expect(off.target?.["api"]).toEqual({
      context: ".",
      dockerfile: "Dockerfile",
      platforms: ["linux/arm-64_x", "linux/amd64"],
    });
    const on = await printer.print(file, ["api"], {
      BKCACHE_READ_SCOPE: scope,
      BKCACHE_WRITE_SCOPE: scope,
      BKCACHE_HOME: "/h",
    });
    const name = cacheName(["shop", "api", "linux/arm-64_x", "linux/amd64"], scope);
    const s3 = { type: "s3", bucket: "b", region: "r", name };
    expect(on.target?.["api"]?.["cache-from"]).toEqual([s3]);
    expect(on.target?.["api"]?.["cache-to"]).toEqual([
      { type: "local", dest: `/h/cache/${name as string}`, mode: "max", "ignore-error": "true" },
      { ...s3, mode: "max", "ignore-error": "true" },
    ]);
  });
});

const policy = {
  from: { kind: "policy", backends: [] },
  to: { kind: "policy", backends: [] },
  scope: "main",
  mode: "max",
  ignoreError: true,
  committed: "off",
} as const;

/** Without cache lines, and with groups sorted: bake orders the targets of a matrix in its own way. */
function comparable({ group = {}, target = {} }: Printed): unknown {
  const groups = Object.entries(group).map(([name, each]) => [name, { ...each, targets: each.targets.toSorted() }]);
  const targets = Object.entries(target).map(([name, { "cache-from": _from, "cache-to": _to, ...rest }]) => [
    name,
    rest,
  ]);
  return { group: Object.fromEntries(groups), target: Object.fromEntries(targets) };
}
