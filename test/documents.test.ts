import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../src/config/load.ts";
import { locateConfig } from "../src/config/locate.ts";
import { validateConfig } from "../src/config/validate.ts";
import { codes } from "../src/diagnostics/codes.ts";
import { makeWorkspace } from "./support/workspace.ts";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const pages = globSync(["*.md", "docs/*.md", "examples/*/README.md", ".github/*.md", "test/toolchain/README.md"]);

/** GitHub's name of a heading. */
const slug = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    slug(heading.replaceAll(/<[^>]*>/g, "")),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id)]);
}

test.for(pages)("%s: links lead somewhere, and npm scripts exist", (page) => {
  const text = readFileSync(page, "utf8");
  const wrong = [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, path = "", anchor]) => {
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(file)) return [link];
    return anchor === undefined || anchorsOf(readFileSync(file, "utf8")).has(anchor) ? [] : [link];
  });
  expect(wrong).toEqual([]);
  for (const [, name = ""] of text.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)) {
    // What a project of a user has is not ours.
    if (!page.startsWith("docs/") && !page.startsWith("examples/")) expect(Object.keys(scripts)).toContain(name);
  }
});

test.for(pages)("%s: nothing runs a package of npm that may be another's", (page) => {
  // `--no` refuses what is not installed; the name is nobody's there yet.
  expect(readFileSync(page, "utf8").match(/\bnpx (?!--no\b)[^\n]*bkcache[^\n]*/g)).toBeNull();
});

test.for(pages)("%s: every code that it names is one", (page) => {
  const named = readFileSync(page, "utf8").match(/\bBK[1-9]\d{3}\b/g) ?? [];
  expect(named.filter((code) => !Object.hasOwn(codes, code))).toEqual([]);
});

test("every page of docs/ stands in its list and in the sidebar of the site", () => {
  const list = readFileSync("docs/README.md", "utf8");
  const sidebar = readFileSync("docs/.vitepress/config.mjs", "utf8");
  const names = globSync("docs/*.md").map((page) => basename(page, ".md"));
  expect(names.filter((name) => name !== "README" && !list.includes(`](${name}.md)`))).toEqual([]);
  expect(names.filter((name) => name !== "README" && !sidebar.includes(`"${name}"`))).toEqual([]);
});

test("the configs of docs/moving-from.md are valid", async () => {
  const blocks = [
    ...readFileSync("docs/moving-from.md", "utf8").matchAll(/^```yaml\n# bkcache.config.yaml\n(.*?)^```$/gms),
  ];
  expect(blocks).toHaveLength(3);
  for (const [, text = ""] of blocks) {
    const { dir } = makeWorkspace({ "bkcache.config.yaml": text, "docker-bake.hcl": 'target "api" {}\n' });
    const located = await locateConfig({ cwd: dir });
    if (located === null) throw new Error("no config found");
    expect(validateConfig(await loadConfig(located)).warnings).toEqual([]);
  }
});

test("CONTRIBUTING.md names files that exist", () => {
  const text = readFileSync("CONTRIBUTING.md", "utf8");
  const paths = [...text.matchAll(/\b(?:src|test|schemas)\/[\w./-]*\w/g)].map(([path]) => path);
  const placeholders = /\b(?:ECOSYSTEM|RULE|CODE|VERB|X)\b/;
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !placeholders.test(path) && !existsSync(path))).toEqual([]);
});
