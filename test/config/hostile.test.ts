import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ProcessOutcome, readInNode } from "./support.ts";

/** A config that nobody means well with. */
interface Hostile {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array;
}

/** The same numbers in every run: a failure can be met again. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const valid = {
  project: "shop",
  extends: [],
  variables: { TAG: "dev", LIST: { type: "list(string)", default: ["a"], validation: { condition: "true" } } },
  backends: {
    disk: { type: "local", path: "cache" },
    remote: { type: "s3", url: "s3://b/p/", region: "r", uploadParallelism: 2 },
    reg: { type: "registry", ref: "ghcr.io/a/b" },
  },
  cache: { read: ["disk", "remote"], write: ["remote"], mounts: "remote", mountBudget: { save: "1s" } },
  mounts: { gomod: "go-mod", other: { target: "/x", uid: 1, env: { A: "b" }, key: ["go.sum"] } },
  defaults: { pull: true, platforms: "${LIST}" },
  targets: {
    api: { tags: ["a:${TAG}"], args: { A: "b", N: null }, secret: [{ id: "a", env: "B" }], cacheTo: ["type=gha"] },
    img: { inherits: ["api"], matrix: { v: ["1", { k: "x" }] }, contexts: { api: "target:api" }, cache: false },
  },
  groups: { default: ["api"], all: { targets: ["default"] } },
  external: ["meta"],
  builder: { driver: "remote", endpoint: "tcp://b:1", tls: { ca: "a" } },
  rules: { BK2026: "off" },
};

const odd: readonly unknown[] = [
  null,
  0,
  -1,
  1.5,
  1e21,
  true,
  "",
  "x",
  "${",
  "${}",
  "$${",
  "${a.b.c}",
  "${__proto__}",
  "${".repeat(200),
  "constructor",
  "../../..",
  "a".repeat(5000),
  "\u0000\u001b[31m",
  "\u202e\u2066",
  "\ud800",
  "e\u0301/\u{1f600}",
  "type=s3,",
  'type="',
  "=,=,=",
  [],
  [[]],
  [null],
  [{}],
  {},
  { type: "s3" },
  { type: { type: {} } },
  { "": "" },
  { "a.b": { "~1": 1, "/": 2 } },
];

function pathsOf(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, item]) =>
      pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

function replaceAt(data: unknown, path: readonly (string | number)[], change: (value: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(data);
  const copy = (Array.isArray(data) ? [...data] : { ...(data as object) }) as Record<string | number, unknown>;
  copy[key] = replaceAt(copy[key], rest, change);
  return copy;
}

/** Every place of a valid config with a value of another kind, with an odd key added, or with another key. */
function mutations(): readonly Hostile[] {
  const random = createRandom(7);
  const keys = [
    "__proto__",
    "constructor",
    "toString",
    "",
    " ",
    "ü",
    "a.b",
    "a/b~c",
    "\ud800",
    "type",
    "x".repeat(300),
  ];
  const list: Hostile[] = [];
  for (const path of pathsOf(valid)) {
    const at = path.join(".") || "top";
    for (let i = 0; i < 3; i += 1) {
      const value = odd[random(odd.length)];
      const kind = random(2) === 0 ? "json" : "yaml";
      list.push({
        name: `${at} = ${JSON.stringify(value)?.slice(0, 40)} (${i})`,
        file: `bkcache.config.${kind}`,
        content: JSON.stringify(replaceAt(valid, path, () => value)),
      });
    }
    const key = keys[random(keys.length)] ?? "";
    const withKey = JSON.stringify(
      replaceAt(valid, path, (value) =>
        typeof value === "object" && value !== null && !Array.isArray(value)
          ? { ...value, "@key@": 1 }
          : { "@key@": value },
      ),
    );
    list.push({
      name: `${at} with the key ${JSON.stringify(key).slice(0, 40)}`,
      file: "bkcache.config.json",
      content: withKey.replace('"@key@"', JSON.stringify(key)),
    });
  }
  return list;
}

function truncated(): readonly Hostile[] {
  const json = JSON.stringify(valid, null, 1);
  const yaml =
    "project: shop\ntargets:\n  a: &x\n    tags: ['a', \"b\"]\n    args: { A: b }\n  b: *x\n  c:\n    <<: *x\n    dockerfileInline: |\n      FROM scratch\n";
  return [
    ...cuts(json, 60).map((content, i) => ({ name: `JSON cut ${i}`, file: "bkcache.config.json", content })),
    ...cuts(yaml, 60).map((content, i) => ({ name: `YAML cut ${i}`, file: "bkcache.config.yaml", content })),
  ];
}

function cuts(text: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => text.slice(0, Math.floor((text.length * i) / count)));
}

function noise(): readonly Hostile[] {
  const random = createRandom(11);
  const pieces = [
    "targets",
    "a",
    ":",
    " ",
    "\n",
    "  ",
    "-",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "&a",
    "*a",
    "<<",
    "!x",
    "|",
    ">",
    '"',
    "'",
    "#",
    "?",
    "%",
    "@",
    "\t",
    "1",
    "~",
    "\u0000",
    "${",
    "\u2028",
    "é",
    ",",
  ];
  return Array.from({ length: 120 }, (_, i) => ({
    name: `noise ${i}`,
    file: i % 4 === 0 ? "bkcache.config.json" : "bkcache.config.yaml",
    content: Array.from({ length: 3 + random(60) }, () => pieces[random(pieces.length)]).join(""),
  }));
}

function large(): readonly Hostile[] {
  const yaml = (name: string, content: string | Uint8Array): Hostile => ({
    name,
    file: "bkcache.config.yaml",
    content,
  });
  const json = (name: string, content: string): Hostile => ({ name, file: "bkcache.config.json", content });
  const names = (count: number, text: (i: number) => string) => Array.from({ length: count }, (_, i) => text(i));
  return [
    yaml(
      "alias bomb",
      names(9, (i) => `x${i}: &x${i} [${i === 0 ? "a" : names(9, () => `*x${i - 1}`).join(", ")}]`).join("\n"),
    ),
    yaml(
      "merge bomb",
      `targets:\n${names(30, (i) => `  t${i}: &t${i} { ${i === 0 ? "args: { A: b }" : `<<: [*t${i - 1}, *t${i - 1}], contexts: { a: x, b: y }`} }`).join("\n")}`,
    ),
    yaml("chain of aliases", names(3000, (i) => `x${i}: &x${i} ${i === 0 ? "a" : `[*x${i - 1}]`}`).join("\n")),
    yaml("anchor in itself", "targets: &a\n  b: *a"),
    yaml("deep flow lists", "[".repeat(20_000)),
    yaml("deep closed lists", `targets: ${"[".repeat(500)}${"]".repeat(500)}`),
    yaml("deep maps", `targets: ${"{a: ".repeat(500)}1${"}".repeat(500)}`),
    yaml("deep blocks", names(600, (i) => `${" ".repeat(i)}a:`).join("\n")),
    json("deep lists", `${"[".repeat(200_000)}${"]".repeat(200_000)}`),
    json("deep maps", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`),
    json("deep default", `{"variables":{"A":{"default":${"[".repeat(100)}${"]".repeat(100)}}}}`),
    json(
      "many faults",
      JSON.stringify({
        targets: Object.fromEntries(names(2000, (i) => `t${i}`).map((name) => [name, { tags: 1, bad: 2 }])),
      }),
    ),
    json(
      "many targets with one parent",
      JSON.stringify({
        targets: Object.fromEntries(names(3000, (i) => `t${i}`).map((name) => [name, { inherits: ["t0"] }])),
      }),
    ),
    json(
      "long chain of parents",
      JSON.stringify({
        targets: Object.fromEntries(
          names(5000, (i) => `t${i}`).map((name, i) => [name, { inherits: i === 0 ? [] : [`t${i - 1}`] }]),
        ),
      }),
    ),
    json(
      "circle of groups",
      JSON.stringify({
        groups: Object.fromEntries(names(3000, (i) => `g${i}`).map((name, i) => [name, [`g${(i + 1) % 3000}`]])),
      }),
    ),
    json(
      "enormous matrix",
      JSON.stringify({
        targets: {
          a: { matrix: Object.fromEntries(names(20, (i) => `x${i}`).map((axis) => [axis, names(100, String)])) },
        },
      }),
    ),
    json(
      "names that are near to everything",
      JSON.stringify({
        targets: Object.fromEntries(
          names(500, (i) => `target${i}`).map((name) => [name, { inherits: names(20, (i) => `trget${i}`) }]),
        ),
      }),
    ),
    yaml("long line", `project: ${"a".repeat(2_000_000)}`),
    yaml("larger than allowed", `project: ${"a".repeat(9_000_000)}`),
    yaml("not UTF-8", new Uint8Array([0xc3, 0x28, 0xa0, 0xa1])),
    yaml("UTF-16", new Uint8Array([0xff, 0xfe, 0x70, 0x00, 0x3a, 0x00])),
    yaml("NUL bytes", new Uint8Array(1000)),
    yaml("many keys twice", `targets:\n${names(3000, () => "  a: {}").join("\n")}`),
    yaml("many bad keys", names(3000, (i) => `? [${i}]\n: x`).join("\n")),
    yaml(
      "YAML 1.1",
      "%YAML 1.1\n---\nvariables: { A: 0o14, B: 2001-12-14, C: !!binary aGk=, D: 1:30 }\ntargets: { ? !!set {a} : b }",
    ),
    yaml("only directives", "%TAG ! x:\n%YAML 9.9\n"),
    yaml("control characters in a key", 'targets: { "\\u001b[2J": { "\\u202e": 1 } }'),
    { name: "package.json of lists", file: "package.json", content: '{"bkcache":[[[]]]}' },
    {
      name: "package.json with a fault elsewhere",
      file: "package.json",
      content: '{"__proto__":1,"a":1,"a":2,"bkcache":{"targets":{}}}',
    },
    { name: "rc file of JSON", file: ".bkcacherc", content: '{"targets": {"a": {,}}' },
  ];
}

function modules(): readonly Hostile[] {
  const bodies = [
    "throw new Error('x');",
    "throw undefined;",
    "throw Object.create(null);",
    "throw { get message() { throw 1; }, toString() { throw 2; } };",
    "export default new Proxy({}, { ownKeys() { throw new Error('trap'); } });",
    "export default new Proxy({ targets: {} }, { get() { throw null; } });",
    "export default { targets: Array(1e9) };",
    "export default { targets: [, , 1] };",
    "const a = {}; for (let i = 0, b = a; i < 1e5; i++) b = b.targets = {}; export default a;",
    "let a = []; for (let i = 0; i < 60; i++) a = [a, a]; export default { variables: { A: { default: a } } };",
    "export default { [Symbol('x')]: 1, targets: Symbol('y') };",
    "export default { targets: { a: { args: { A: -0, B: NaN, C: -Infinity, D: 1n } } } };",
    "export default { targets: new Date(), groups: /x/, backends: new Uint8Array(3), rules: new Error('x') };",
    "export default class {}",
    "export default async function () {}",
    "export default { then: 1 };",
    "export default { then(resolve) { resolve({ projcet: 1 }); } };",
    "export default { then(_, reject) { reject(null); } };",
    "export default 'targets';",
    "export default 1n;",
    "export default Object.create({ targets: { a: {} } });",
    "Object.prototype.polluted = 1; delete Object.prototype.polluted; export default { targets: 1 };",
    'export default JSON.parse(\'{"__proto__": {"polluted": 1}, "targets": {}}\');',
    "export default { targets: { ['__proto__']: { polluted: 1 } } };",
    "export default { get project() { return this; } };",
    "import 'node:nope'; export default {};",
    "import './missing.js'; export default {};",
    "import x from './bkcache.config.mjs'; export default x;",
    "export { nothing } from 'bkcache'; export default {};",
    "export default {",
    "\u0000",
    "module.exports = {};",
    "export default null;",
    "await 1; export default await Promise.reject(new Error('late'));",
  ];
  return bodies.flatMap((content, i) => [
    { name: `module ${i} as .mjs`, file: "bkcache.config.mjs", content },
    { name: `module ${i} as .ts`, file: "bkcache.config.ts", content },
  ]);
}

const all: readonly Hostile[] = [...mutations(), ...truncated(), ...noise(), ...large(), ...modules()];

describe("hostile configs", () => {
  const root = mkdtempSync(join(tmpdir(), "bkcache-hostile-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  let outcomes: readonly ProcessOutcome[] = [];
  let stderr = "";

  beforeAll(() => {
    const dirs = all.map(({ file, content }, i) => {
      const dir = join(root, String(i));
      mkdirSync(join(dir, ".git"), { recursive: true });
      writeFileSync(join(dir, file), content);
      return dir;
    });
    ({ outcomes, stderr } = readInNode(dirs));
  }, 180_000);

  const each = (look: (outcome: ProcessOutcome, hostile: Hostile) => unknown) =>
    outcomes
      .map((outcome, i) => [all[i]?.name, look(outcome, all[i] as Hostile)] as const)
      .filter(([, found]) => found !== undefined && found !== false);

  test("are many", () => {
    expect(all.length).toBeGreaterThanOrEqual(500);
    expect(outcomes).toHaveLength(all.length);
  });
  test("raise no error of another kind", () => {
    expect(each(({ other }) => other)).toEqual([]);
  });
  test("are refused, most of them", () => {
    expect(each(({ errors }) => (errors?.length ?? 0) > 0).length).toBeGreaterThan(all.length * 0.8);
  });
  test("are told by code, words and place", () => {
    const faults = each(({ errors }, { file }) => {
      const isModule = /\.(mjs|ts)$/.test(file);
      return errors?.find(
        ({ code, message, path, span }) =>
          !/^BK2\d{3}$/.test(code) ||
          message === "" ||
          (!isModule && message.includes("undefined")) ||
          message.includes("[object") ||
          // Whole files (empty, too large, not text) have no place inside.
          (!isModule && span === undefined && !["BK2002", "BK2005", "BK2006"].includes(code)) ||
          (isModule &&
            span === undefined &&
            path === undefined &&
            !["BK2004", "BK2005", "BK2006", "BK2009", "BK2011"].includes(code)),
      );
    });
    expect(faults).toEqual([]);
  });
  test("bring no control characters to the terminal", () => {
    // oxlint-disable-next-line no-control-regex
    const control = /[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069]/;
    expect(
      each(({ errors }) =>
        errors?.find(({ message, hint, span }) => control.test(`${message}${hint}${span?.excerpt}`)),
      ),
    ).toEqual([]);
  });
  test("reach no prototype", () => {
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(
      each(({ config }) => config !== null && config !== undefined && JSON.stringify(config).includes("polluted")),
    ).toEqual([]);
  });
  test("take no time", () => {
    expect(each(({ ms }) => ms > 10_000 && ms)).toEqual([]);
  });
  test("say nothing by themselves", () => {
    expect(stderr).toBe("");
  });
});
