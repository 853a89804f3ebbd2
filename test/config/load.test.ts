import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, loadObject } from "../../src/config/load.ts";
import { locateConfig, searchPlaces } from "../../src/config/locate.ts";
import { validateConfig } from "../../src/config/validate.ts";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { growthOf } from "../support/growth.ts";
import { brief, read, readInNode, readText, workspace } from "./support.ts";

const minimal = (place: string): string => {
  if (place === "package.json") return '{ "bkcache": { "project": "found" } }';
  if (place.endsWith(".json")) return '{ "project": "found" }';
  return /\.m?[tj]s$/.test(place) ? 'export default { project: "found" };' : "project: found";
};

describe("locate", () => {
  test.each(searchPlaces)("finds %s", async (place) => {
    const { valid, warnings } = await read(workspace({ [place]: minimal(place) }));
    expect(valid?.config.project).toBe("found");
    expect(warnings).toEqual([]);
  });
  test("takes the first of several, and says so", async () => {
    const files = Object.fromEntries(searchPlaces.map((place) => [place, minimal(place)]));
    const dir = workspace(files);
    const located = await locateConfig({ cwd: dir });
    expect(located?.file).toBe(join(dir, "bkcache.config.ts"));
    expect(located?.warnings.map((warning) => warning.code)).toEqual(["BK2008"]);
    for (const place of searchPlaces.slice(1)) expect(located?.warnings[0]?.message).toContain(place);
  });
  test("walks up to the root of the repository and no farther", async () => {
    const dir = workspace({
      "bkcache.config.yaml": "project: outside",
      "repo/.git/HEAD": "",
      "repo/a/b/file": "",
      "repo/package.json": "{}",
    });
    expect(await locateConfig({ cwd: join(dir, "repo/a/b") })).toBeNull();
    const inside = workspace({ ".bkcacherc": "project: inside", "a/package.json": '{ "name": "a" }', "a/b/file": "" });
    expect((await locateConfig({ cwd: join(inside, "a/b") }))?.file).toBe(join(inside, ".bkcacherc"));
  });
  test("a nearer empty config does not give way to a farther one", async () => {
    const dir = workspace({ "bkcache.config.yaml": "project: far", "a/bkcache.config.yaml": "" });
    const { errors } = await read(join(dir, "a"));
    expect(errors.map((error) => error.code)).toEqual(["BK2005"]);
  });
  test("a package.json that does not parse is an error only where it seems to hold a config", async () => {
    const dir = workspace({ "bkcache.config.yaml": "project: far", "a/package.json": "{" });
    expect((await read(join(dir, "a"))).valid?.config.project).toBe("far");
    const broken = workspace({ "package.json": '{ "bkcache": { ' });
    expect((await read(broken)).errors.map((error) => error.code)).toEqual(["BK2003"]);
  });
  test.each([
    ["a file that does not exist", "nope.yaml"],
    ["a folder", "."],
    ["an ending that is not loaded", "config.toml"],
  ])("--config with %s", async (_, file) => {
    const { errors } = await read(workspace({ "config.toml": "" }), file);
    expect(errors.map((error) => error.code)).toEqual(["BK2002"]);
  });
  test("follows a symbolic link", async () => {
    const dir = workspace({ "elsewhere/config.yaml": "project: linked" });
    symlinkSync(join(dir, "elsewhere/config.yaml"), join(dir, "bkcache.config.yaml"));
    expect((await read(dir)).valid?.config.project).toBe("linked");
  });
});

describe("text files", () => {
  test.each([
    ["empty", "", "BK2005"],
    ["only a comment", "# nothing", "BK2005"],
    ["only a null", "null", "BK2005"],
    ["a list", "[]", "BK2011 1:1"],
    ["a tab for indentation", "targets:\n\ta: {}", "BK2003 2:1"],
    ["an open bracket", "targets: {", "BK2003 1:11"],
    ["two documents", "project: a\n---\nproject: b", "BK2003 2:1"],
    ["an unknown tag", "project: !env X", "BK2003 1:10"],
    ["an alias without anchor", "targets: { a: *b }", "BK2003 1:15"],
    ["an anchor inside itself", "targets: &a { a: *a }", "BK2006 1:18"],
    ["a map as key", "? { a: b }\n: c", "BK2009 1:3"],
  ])("YAML: %s", async (_, text, expected) => {
    expect((await readText(text)).errors.map(brief)).toEqual([expected]);
  });
  test.each([
    ["a comma at the end", '{ "targets": {}, }', "BK2003 1:18"],
    ["a comment", '{ // no\n"targets": {} }', "BK2003 1:3"],
    ["cut off", '{ "targets": {', "BK2003 1:15"],
    ["a key twice", '{ "project": "a",\n  "project": "b" }', "BK2014 2:3"],
    ["a key of the prototype", '{ "targets": { "__proto__": {} } }', "BK2009 1:16"],
    ["a misspelt key", '{\n  "projcet": "a"\n}', "BK2010 2:3"],
    ["a value of the wrong type", '{ "targets": { "a": { "tags": "x" } } }', "BK2011 1:31"],
    ["an infinite number", '{ "variables": { "A": 1e999 } }', "BK2009 1:23"],
  ])("JSON: %s", async (_, text, expected) => {
    expect((await readText(text, "bkcache.config.json")).errors.map(brief)).toEqual([expected]);
  });
  test("anchors, aliases and merge keys", async () => {
    const text = `
defaults: &shared { pull: true, platforms: [linux/amd64] }
targets:
  a: { <<: *shared, pull: false }
  b: { <<: [{ target: x }, *shared] }
  "<<": {}
`;
    const { errors } = await readText(text);
    expect(errors.map(brief)).toEqual(["BK2021 6:3"]);
    const { valid } = await readText(text.replace(/ {2}"<<": \{\}\n/, ""));
    expect(valid?.config.targets).toEqual({
      a: { pull: false, platforms: ["linux/amd64"] },
      b: { target: "x", pull: true, platforms: ["linux/amd64"] },
    });
  });
  test("a fault in what an alias brings is found where it stands", async () => {
    const text = "defaults: &d { platforms: [a b] }\ntargets: { a: *d }";
    expect((await readText(text)).errors.map(brief)).toEqual(["BK2081 1:28"]);
  });
  test("a byte order mark is no part of the text", async () => {
    expect((await readText("\ufeffproject: shop")).valid?.config.project).toBe("shop");
    expect((await readText('\ufeff{"project":"shop"}', "bkcache.config.json")).valid?.config.project).toBe("shop");
  });
  test("what is not UTF-8 is refused", async () => {
    const dir = workspace({ "bkcache.config.yaml": new Uint8Array([0x70, 0x3a, 0x20, 0xff, 0xfe]) });
    expect((await read(dir)).errors.map((error) => error.code)).toEqual(["BK2002"]);
  });
  test("an excerpt shows the line and the place, and no credential", async () => {
    const { errors } = await readText("backends:\n  b: { type: s3, bukcet: x, secretAccessKey: hunter2hunter2 }");
    expect(errors.map((error) => error.span?.excerpt)).toEqual([
      "2 |   b: { type: s3, bukcet: x, secretAccessKey: ************** }\n                     ^",
      "2 |   b: { type: s3, bukcet: x, secretAccessKey: ************** }\n                                ^",
    ]);
    expect(JSON.stringify(errors)).not.toContain("hunter2");
  });
});

describe("modules", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["throws", "\nthrow new Error('boom');", "BK2004 2:7"],
    ["throws what is no error", "throw null;", "BK2004"],
    ["does not parse", "export default {", "BK2004 1:1"],
    ["has an enum", "\nenum A { b }\nexport default {};", "BK2004 2:1"],
    ["imports without extension", 'import { a } from "./lib";\nexport default { project: a };', "BK2004"],
    ["imports what is not installed", 'import a from "not-installed";\nexport default a;', "BK2004"],
    ["has no default export", "export const config = {};", "BK2004"],
    ["exports a function", "export default () => ({});", "BK2004"],
    ["exports a rejected promise", "export default Promise.reject(new Error('no'));", "BK2004 1:31"],
    ["exports nothing", "export default undefined;", "BK2005"],
    ["exports a list", "export default [];", "BK2011 1:1"],
    ["exports an instance", "export default { targets: new Map() };", "BK2009 1:27"],
    ["refers to itself", "const a: any = {}; a.targets = { a }; export default a;", "BK2009 targets.a"],
    ["has a getter that throws", "export default { get targets() { throw new Error('x'); } };", "BK2004"],
    ["has a bigint", "export default { variables: { A: 1n } };", "BK2009 1:34"],
    ["has a fault", "export default { targets: { a: { tags: [1] } } };", "BK2011 1:41"],
  ];
  test("each fault is said, at its place, and nothing else goes to standard error", () => {
    const dirs = cases.map(([, text]) => workspace({ "bkcache.config.ts": text, "lib.ts": "export const a = 'a';" }));
    const { outcomes, stderr } = readInNode(dirs);
    const found = outcomes.map(({ errors, other }, i) => [cases[i]?.[0], other ?? errors?.map(brief).join()]);
    expect(found).toEqual(cases.map(([title, , expected]) => [title, expected]));
    expect(stderr).toBe("");
  });
  test("works without a local install, in a package of any kind, and awaits a promise", () => {
    const dirs = ["commonjs", "module"].map((type) =>
      workspace({
        "package.json": JSON.stringify({ type }),
        "bkcache.config.ts":
          'import { type Config, defineConfig } from "bkcache";\nimport { name } from "./lib.ts";\n' +
          "export default Promise.resolve(defineConfig({ project: name, cache: undefined } as Config));",
        "lib.ts": "export const name: string = 'shop';",
      }),
    );
    const { outcomes, stderr } = readInNode(dirs);
    expect(outcomes.map(({ config, other }) => other ?? config)).toEqual([{ project: "shop" }, { project: "shop" }]);
    expect(stderr).toBe("");
  });
  test("hints name the way out", () => {
    const { outcomes } = readInNode([
      workspace({ "bkcache.config.ts": 'import "./lib";\nexport default {};', "lib.ts": "" }),
      workspace({ "package.json": '{"type":"commonjs"}', "bkcache.config.js": "export default {};" }),
      workspace({ "bkcache.config.ts": "enum A {}\nexport default {};" }),
    ]);
    expect(outcomes.map(({ errors }) => errors?.[0]?.hint)).toEqual([
      expect.stringContaining("lib.ts"),
      expect.stringContaining("bkcache.config.mjs"),
      expect.stringContaining("enum"),
    ]);
  });
  test("a script of a package without type is a module where it is written as one", () => {
    const { outcomes, stderr } = readInNode([
      workspace({ "package.json": "{}", "bkcache.config.js": "export default { project: 'a' };" }),
      workspace({ "package.json": "{}", "bkcache.config.js": "module.exports = { project: 'b' };" }),
    ]);
    expect(outcomes.map(({ config }) => config?.project)).toEqual(["a", "b"]);
    expect(stderr).toBe("");
  });
  test("an extended module names its file", () => {
    const { outcomes } = readInNode([
      workspace({
        "bkcache.config.ts": 'export default { extends: "./base.mjs" };',
        "base.mjs": "export default { projcet: 'a' };",
      }),
    ]);
    expect(outcomes[0]?.errors?.map(({ code, path, span }) => [code, path, span?.file.endsWith("base.mjs")])).toEqual([
      ["BK2010", "projcet", true],
    ]);
  });
});

describe("extends", () => {
  test("merges maps key by key, replaces lists and scalars, and rebases paths", async () => {
    const dir = workspace({
      "app/bkcache.config.yaml": `
extends: [../base/one.yaml, ../base/two.json]
targets: { a: { tags: [near] } }
`,
      "base/one.yaml": `
project: one
targets:
  a:
    tags: [far, far]
    context: src
    dockerfile: Dockerfile.a
    contexts: { d: ./d, u: https://x/y, t: target:b, o: oci-layout://lay, abs: /abs, v: "\${V}/x" }
    secret: [{ id: s, src: s.txt }, "id=t,src=t.txt", "id=u,env=U"]
    ssh: ["default", "k=key", { id: l, paths: [l.pem, ~/m] }]
    output: [out, "type=local,dest=o", { type: tar, dest: t.tar }, "type=image,push=true"]
    cacheFrom: ["type=local,src=c", "type=registry,ref=r"]
    cacheTo: [{ type: local, dest: c }]
  b: {}
variables: { V: x }
backends: { disk: { type: local, path: cache }, home: { type: local, path: ~/cache } }
builder: { endpoint: tcp://b:1, tls: { ca: ca.pem } }
mounts: { m: { preset: npm, key: [package-lock.json] } }
`,
      "base/two.json": '{ "project": "two", "targets": { "b": { "pull": true } } }',
    });
    const { valid, errors } = await read(join(dir, "app"));
    expect(errors).toEqual([]);
    expect(valid?.config).toEqual({
      project: "two",
      targets: {
        a: {
          tags: ["near"],
          context: "../base/src",
          dockerfile: "Dockerfile.a",
          contexts: {
            d: "../base/d",
            u: "https://x/y",
            t: "target:b",
            o: "oci-layout://../base/lay",
            abs: "/abs",
            v: "${V}/x",
          },
          secret: [{ id: "s", src: "../base/s.txt" }, "id=t,src=../base/t.txt", "id=u,env=U"],
          ssh: ["default", "k=../base/key", { id: "l", paths: ["../base/l.pem", "~/m"] }],
          output: [
            "../base/out",
            "type=local,dest=../base/o",
            { type: "tar", dest: "../base/t.tar" },
            "type=image,push=true",
          ],
          cacheFrom: ["type=local,src=../base/c", "type=registry,ref=r"],
          cacheTo: [{ type: "local", dest: "../base/c" }],
        },
        b: { pull: true },
      },
      variables: { V: "x" },
      backends: { disk: { type: "local", path: "../base/cache" }, home: { type: "local", path: "~/cache" } },
      builder: { endpoint: "tcp://b:1", tls: { ca: "../base/ca.pem" } },
      mounts: { m: { preset: "npm", key: ["../base/package-lock.json"] } },
    });
    expect(valid?.dir).toBe(join(dir, "app"));
  });
  test("a finding points into the file that says the value", async () => {
    const dir = workspace({
      "bkcache.config.yaml": "extends: ./base.yaml\ntargets: { a: { tgas: [] } }",
      "base.yaml": "targets:\n  b:\n    pul: true",
    });
    const { errors } = await read(dir, join(dir, "bkcache.config.yaml"));
    expect(errors.map(({ code, span }) => [code, span?.file.split("/").at(-1), span?.line, span?.column])).toEqual([
      ["BK2010", "bkcache.config.yaml", 2, 17],
      ["BK2010", "base.yaml", 3, 5],
    ]);
  });
  test("packages: by their search places, a file of theirs, or their main file", async () => {
    const dir = workspace({
      "node_modules/@acme/one/package.json": '{ "name": "@acme/one" }',
      "node_modules/@acme/one/bkcache.config.yaml": "targets: { one: {} }",
      "node_modules/two/package.json": '{ "name": "two" }',
      "node_modules/two/lib/base.json": '{ "targets": { "two": {} } }',
      "node_modules/three/package.json": '{ "name": "three", "main": "main.mjs" }',
      "node_modules/three/main.mjs": "export default { targets: { three: {} } };",
      "bkcache.config.yaml": 'extends: ["@acme/one", two/lib/base.json, three]',
    });
    const { valid } = await read(dir);
    expect(Object.keys(valid?.config.targets ?? {})).toEqual(["one", "two", "three"]);
  });
  test.each([
    ["itself", { "bkcache.config.yaml": "extends: bkcache.config.yaml" }, "1:10"],
    [
      "what extends it",
      { "bkcache.config.yaml": "extends: [b.yaml]", "b.yaml": "extends: ./bkcache.config.yaml" },
      "1:10",
    ],
    ["a file that is not there", { "bkcache.config.yaml": "project: a\nextends: [./b.yaml]" }, "2:11"],
    ["a package that is not there", { "bkcache.config.yaml": 'extends: "@acme/none"' }, "1:10"],
    ["a URL", { "bkcache.config.yaml": "extends: https://example.com/a.yaml" }, "1:10"],
    ["a kind that is not loaded", { "bkcache.config.yaml": "extends: ./a.toml", "a.toml": "" }, "1:10"],
  ])("%s is an error", async (_, files, place) => {
    const { errors } = await read(workspace(files));
    expect(errors.map(brief)).toEqual([`BK2007 ${place}`]);
  });
  test("what is extended must be a map", async () => {
    const dir = workspace({ "bkcache.config.yaml": "extends: ./b.yaml\ntargets: { a: {} }", "b.yaml": "- a" });
    expect((await read(dir)).errors.map(brief)).toEqual(["BK2011 1:1"]);
  });
  test("many paths to one file cost one reading", async () => {
    const files: Record<string, string> = { "c0.yaml": "targets: { a: {} }" };
    for (let i = 1; i <= 40; i += 1) files[`c${i}.yaml`] = `extends: [./c${i - 1}.yaml, ./c${i - 1}.yaml]`;
    const { valid } = await read(workspace({ ...files, "bkcache.config.yaml": "extends: ./c40.yaml" }));
    expect(valid?.config).toEqual({ targets: { a: {} } });
  });
});

describe("a valid config", () => {
  test("knows the place of its values", async () => {
    const { valid } = await readText('targets:\n  a: { tags: [x, "y"] }\n');
    expect(valid?.spanOf("targets.a.tags[1]")).toMatchObject({ line: 2, column: 18 });
    expect(valid?.spanOf(["targets", "a"])).toMatchObject({ line: 2, column: 6 });
    expect(valid?.spanOf("targets.b")).toBeUndefined();
  });
  test("plain http is allowed by the environment's word", async () => {
    const text = "backends: { b: { type: s3, bucket: x, endpointUrl: http://m } }";
    expect((await readText(text)).errors.map((error) => error.code)).toEqual(["BK2043"]);
    expect((await readText(text, undefined, { allowInsecure: true })).errors).toEqual([]);
  });
  test("holds no secret of the environment, whose value a module may have read", async () => {
    const value = "wJalrXUtnFEMI/K7MDENG";
    const secrets = [
      { name: "AWS_SECRET_ACCESS_KEY", value },
      { name: "POSTGRES_PASSWORD", value: "postgres" },
    ];
    const text = `export default { targets: { a: { args: { K: "x${value}", IMAGE: "postgres" } } } };`;
    const { errors } = await readText(text, "bkcache.config.ts", { secrets });
    expect(errors).toMatchObject([
      {
        code: "BK2040",
        path: "targets.a.args.K",
        message: "the string holds the value of AWS_SECRET_ACCESS_KEY",
        hint: expect.stringContaining('env: "AWS_SECRET_ACCESS_KEY"') as string,
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain(value);
    expect((await readText(text, "bkcache.config.ts")).errors).toEqual([]);
  });
  test.each([
    ["maximum", "did you mean max?"],
    ["mim", "did you mean min?"],
    ["all", undefined],
  ])("a cache entry of mode=%s", async (mode, hint) => {
    const { errors } = await readText(`targets: { a: { cacheTo: ["type=registry,ref=x/y,mode=${mode}"] } }`);
    expect(errors.map(({ code, hint: found }) => [code, found])).toEqual([["BK2048", hint]]);
  });
  test("can be an object of a program", () => {
    expect(validateConfig(loadObject({ project: "a" }, { dir: "/x" })).config).toEqual({ project: "a" });
    const wrong = () => validateConfig(loadObject({ targets: { a: { tgas: [] } } }, { dir: "/x" }));
    expect(wrong).toThrow(BkcacheError);
    expect(wrong).toThrow(/unknown key "tgas"/);
  });
});

test("the time to load and validate grows no faster than the config", async () => {
  const load = async (count: number) => {
    const lines = ["variables: { TAG: dev }", "targets:"];
    for (let i = 0; i < count; i += 1) {
      lines.push(
        `  t${i}:`,
        `    dockerfile: t${i}/Dockerfile`,
        `    tags: ["acme/t${i}:\${TAG}"]`,
        "    args: { A: x }",
      );
    }
    const located = await locateConfig({ cwd: workspace({ "bkcache.config.yaml": lines.join("\n") }) });
    if (located === null) throw new Error("no config");
    const valid = validateConfig(await loadConfig(located));
    expect(Object.keys(valid.config.targets ?? {})).toHaveLength(count);
  };
  expect(await growthOf(load, 100)).toBeLessThan(40);
});
