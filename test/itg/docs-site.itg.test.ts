import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import { repositoryDir } from "../support/toolchain.ts";

/** The site of docs/, as it is published: plain files. A dead link ends the build. */
describe("the site of the docs", () => {
  const site = makeTempDir("site");
  const pages = globSync("docs/*.md", { cwd: repositoryDir }).map((page) =>
    basename(page, ".md").replace("README", "index"),
  );
  const htmlOf = (page: string) => readFileSync(join(site, `${page}.html`), "utf8");

  beforeAll(() => {
    const script = join(repositoryDir, "test/scripts/docs.mjs");
    execFileSync(process.execPath, [script, "--outDir", site], { stdio: ["ignore", "pipe", "pipe"] });
  }, 300_000);

  test("has each page, with its title and its headings", () => {
    expect(pages.length).toBeGreaterThan(15);
    for (const page of pages) expect(htmlOf(page)).toMatch(/<h1 [^>]*>/);
    expect(htmlOf("commands")).toContain('id="bkcache-mounts-restore"');
    // Braces are text in the docs, and nothing that is worked out.
    expect(htmlOf("dockerfile")).toContain("{{");
  });

  test("every link within it leads to a page and a place", () => {
    const wrong = pages.flatMap((page) =>
      [...htmlOf(page).matchAll(/ href="([^":]*?)(?:#([^"]*))?"/g)].flatMap(([, path = "", anchor]) => {
        const target =
          path === "" || path === "./" || path === "/" ? (path === "" ? page : "index") : basename(path, ".html");
        if (/\.\w+$/.test(target)) return [];
        if (!pages.includes(target)) return [`${page}: ${path}`];
        const isThere =
          anchor === undefined || anchor === "" || htmlOf(target).includes(` id="${decodeURIComponent(anchor)}"`);
        return isThere ? [] : [`${page}: ${path}#${anchor}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("no page loads anything from elsewhere", () => {
    const loaded =
      /<(?:script|img|iframe|source)[^>]* src="(?:https?:)?\/\/|<link[^>]* href="(?:https?:)?\/\/|url\((?:https?:)?\/\//;
    const files = globSync("**/*.{html,css}", { cwd: site });
    expect(files.filter((file) => loaded.test(readFileSync(join(site, file), "utf8")))).toEqual([]);
  });
});
