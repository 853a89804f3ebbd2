import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import { partsOf, textOf, type Text } from "../../src/config/text.ts";
import { createHost } from "../../src/host/node-host.ts";
import type { Host } from "../../src/host/host.ts";
import { evaluate, evaluateTexts } from "../../src/source/evaluate.ts";
import { certainValue } from "../../src/source/values.ts";
import { oddText } from "../bake/arbitrary-config.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { findTool } from "../support/toolchain.ts";

const names = ["A", "B_C", "A_JSON", "Path"] as const;
/** Of a type, so that bake has to be asked. */
const asked = { type: "string", default: "" };

const value = fc.oneof(
  fc.constantFrom("", "v", "1", "true", "null", "u\u0308", "\u0308", "a b${c}", "%{if}", '"', '{"a": 1}', "a,b"),
  oddText,
  fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => !text.includes("\0")),
);
const variable = fc.oneof(
  { weight: 9, arbitrary: fc.record({ default: value }) },
  fc.record({ default: fc.constantFrom(3, 0.5, true, null) }),
  fc.constant({}),
  fc.record({ type: fc.constant("string"), default: value }),
);
const variables = fc.record(
  { A: variable, B_C: variable, Path: variable, A_JSON: variable },
  { requiredKeys: ["A", "B_C"] },
);
const setting = fc.record({ A: value, B_C: value, Path: value, A_JSON: value, B_C_JSON: value }, { requiredKeys: [] });
const part = fc.oneof(
  value.filter((text) => text !== ""),
  fc.record(
    { variable: fc.constantFrom(...names), fallback: fc.constantFrom("main", "") },
    { requiredKeys: ["variable"] },
  ),
);
// Joined as every reader of a config joins them: two literals side by side are one.
const texts = fc.array(fc.array(part, { minLength: 1, maxLength: 4 }).map(textOf), { minLength: 1, maxLength: 6 });

describe("values of variables", () => {
  const dir = makeTempDir("variables");
  const base = cleanEnv({ HOME: dir, DOCKER_CONFIG: dir, BUILDX_CONFIG: dir });
  const hostOf = (env: Readonly<Record<string, string>>): Host =>
    createHost({ cwd: dir, env: { ...base, ...env }, signal: new AbortController().signal, tell: () => {} });
  const buildxOf = (host: Host, calls: string[][] = []): Buildx => {
    const exec: Buildx["exec"] = (args, options) => {
      calls.push([...args]);
      return host.exec(findTool("buildx"), args, options);
    };
    return { exec } as Buildx;
  };
  const planOf = (declared: object) =>
    ({
      ...createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} }),
      variables: declared,
    }) as ReturnType<typeof createBarePlan>;
  const known = (all: readonly Text[], declared: object) =>
    all.filter((text) =>
      partsOf(text).every((each) => typeof each === "string" || Object.hasOwn(declared, each.variable)),
    );

  test("what is certain is what bake says", { timeout: 120_000 }, async () => {
    let certainties = 0;
    const property = fc.asyncProperty(
      variables,
      setting,
      texts,
      fc.constantFrom(...Array.from({ length: 12 }, () => null), "", "0", "1"),
      async (declared, set, all, disabled) => {
        const env = { ...set, ...(disabled !== null && { BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP: disabled }) };
        const plan = planOf({ ...declared, ASKED: asked });
        const host = hostOf(env);
        const wanted = Object.fromEntries(known(all, declared).map((text, index) => [`v${index}`, text]));
        const buildx = async () => buildxOf(host);
        const certain = Object.entries(wanted).flatMap(([key, text]) => {
          const found = certainValue(text, { variables: plan.variables, env: host.env });
          return found === null ? [] : [[key, found] as const];
        });
        if (certain.length === 0) return;
        const question = { ...wanted, asked: [{ variable: "ASKED" }] };
        const said = await evaluateTexts(host, buildx, { plan, dir, texts: question }).catch(() => null);
        // Bake may refuse what the environment says of another variable.
        if (said === null) return;
        certainties += certain.length;
        for (const [key, found] of certain) expect([key, found]).toEqual([key, said[key]]);
      },
    );
    await fc.assert(property, { numRuns: 200 });
    expect(certainties).toBeGreaterThan(100);
  });

  test("with --var bake is asked, and its answer counts", { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(value, fc.option(value, { nil: undefined }), async (given, set) => {
      const calls: string[][] = [];
      const host = hostOf(set === undefined ? {} : { A: set });
      const overrides = ["--var", `A=${given}`];
      const source = {
        plan: planOf({ A: { default: "x" } }),
        dir,
        hasConfig: true,
        definition: { groups: {}, targets: {} },
        overlays: [],
        overrides,
        agreed: [],
        builder: undefined,
        rules: {},
      };
      const { values } = await evaluate(
        host,
        { buildx: buildxOf(host, calls), source, args: { targets: [], variables: overrides } },
        { texts: { a: [{ variable: "A" }] } },
      );
      expect(calls).toHaveLength(1);
      expect(values).toEqual({ a: given.normalize("NFC") });
    });
    await fc.assert(property, { numRuns: 25 });
  });
});
