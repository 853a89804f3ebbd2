import { expect, test } from "vitest";
import { allowOverrides, computeAllow } from "../../src/bake/allow.ts";
import type { BakeTarget } from "../../src/bake/model.ts";
import { parseOverride } from "../../src/bake/override.ts";

const links: Readonly<Record<string, string>> = { "/w/app/link": "/real/dir", "/tmp": "/private/tmp" };
const existing = new Set([
  "/",
  "/w",
  "/w/app",
  "/w/app/sub",
  "/w/lib",
  "/w/lib/a",
  "/w/lib-2",
  "/real",
  "/real/dir",
  "/private",
  "/private/tmp",
  "/cache",
  "/home/me/key",
]);
const options = {
  cwd: "/w/app",
  env: { TOKEN: "t" },
  realpath: (path: string): string | null => {
    for (const [link, target] of Object.entries(links)) {
      if (path === link || path.startsWith(`${link}/`)) {
        const real = target + path.slice(link.length);
        return existing.has(real) ? real : null;
      }
    }
    return existing.has(path) ? path : null;
  },
};
const allow = (...targets: readonly BakeTarget[]) =>
  computeAllow(Object.fromEntries(targets.map((target, index) => [`t${index}`, target])), options);

test.each<readonly [string, BakeTarget, readonly string[]]>([
  ["nothing", {}, []],
  [
    "inside",
    { context: "sub", dockerfile: "../Dockerfile", output: ["out"], secret: [{ id: "x", src: "secret" }] },
    [],
  ],
  ["a sibling with a common beginning", { context: "../lib-2" }, ["fs.read=/w/lib-2"]],
  ["through a link", { context: "link" }, ["fs.read=/real/dir"]],
  ["a link above", { context: "/tmp/x" }, ["fs.read=/private/tmp"]],
  ["nearest parent that exists", { "cache-to": [{ type: "local", dest: "/cache/a/b" }] }, ["fs.write=/cache"]],
  [
    "read and write of one path",
    { "cache-to": ["type=local,dest=/cache"], "cache-from": ["type=local,src=/cache"] },
    ["fs.read=/cache", "fs.write=/cache"],
  ],
  ["other caches", { "cache-to": [{ type: "s3", dest: "/cache" }], "cache-from": ["/cache"] }, []],
  [
    "the outermost only",
    { contexts: { a: "../lib/a", b: "../lib", c: "target:x", d: "docker-image://x" } },
    ["fs.read=/w/lib"],
  ],
  ["remote contexts", { context: "https://h/x.git", contexts: { a: "git@h:x" } }, []],
  ["a context over ssh takes the agent", { context: "git@h:x" }, ["ssh"]],
  [
    "unless ssh is declared",
    { context: "ssh://h/x", ssh: [{ id: "default", paths: ["/home/me/key"] }] },
    ["fs.read=/home/me/key"],
  ],
  [
    "a Dockerfile outside of a remote context",
    { context: "https://h/x.git", dockerfile: "../lib/Dockerfile" },
    ["fs.read=/w/lib"],
  ],
  ["a Dockerfile by cwd://", { context: "../lib/a", dockerfile: "cwd://Dockerfile" }, ["fs.read=/w/lib/a"]],
  ["ssh by text", { ssh: ["default", "k=/home/me/key"] }, ["fs.read=/home/me/key", "ssh"]],
  [
    "secrets",
    { secret: ["id=a,src=/cache/s", { id: "TOKEN" }, { id: "b", env: "TOKEN" }, "id=/cache/t"] },
    ["fs.read=/cache"],
  ],
  [
    "outputs",
    { output: ["type=docker", "type=docker,dest=/cache/a.tar", "-", "type=tar,dest=-", { type: "image", dest: "/w" }] },
    ["fs.write=/cache"],
  ],
  ["a list in a variable", { output: { variable: "O" }, entitlements: { variable: "E" } }, []],
  ["a text that is not known", { context: [{ variable: "C" }], contexts: { a: ["/", { variable: "C" }] } }, []],
  [
    "entitlements",
    { network: "host", entitlements: ["network.host", "security.insecure", "device", "device=x=y", "other"] },
    ["device", "device=x=y", "network.host", "security.insecure"],
  ],
  ["deleting output", { output: [{ type: "local", dest: "out", mode: "delete" }] }, ["buildx.local.delete"]],
])("%s", (_, target, expected) => {
  expect(allow(target)).toEqual(expected);
});

test("several targets share one list, sorted and each once", () => {
  expect(
    allow({ context: "../lib/a" }, { context: "../lib" }, { network: "host" }, { network: "host", context: "/real" }),
  ).toEqual(["fs.read=/real", "fs.read=/w/lib", "network.host"]);
});

test("of overrides that are in the definition already, what bake itself would take as agreed", () => {
  const sets = [
    "a.output=type=local,dest=/real/dir",
    "a.output+=/w/lib",
    "a.secret=id=x,src=/cache/x",
    "a.ssh=default=/real/key",
    "a.context=/elsewhere",
    "a.output=",
    "*.args.X=/w",
  ];
  const overrides = sets.flatMap((text) => parseOverride(text) ?? []);
  expect(allowOverrides(overrides, options)).toEqual([
    "fs.read=/cache",
    "fs.read=/real",
    "fs.write=/real/dir",
    "fs.write=/w/lib",
  ]);
});
