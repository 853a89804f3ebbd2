import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { canRunChromium, startChromium } from "../support/chromium.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { repositoryDir } from "../support/toolchain.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".woff2": "font/woff2",
};

/** A folder of plain files over http, as any service serves it. */
async function serve(dir: string): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer(({ url = "/" }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const file = join(dir, pathname === "/" ? "index.html" : pathname);
    const isThere = file.startsWith(`${dir}/`) && existsSync(file);
    response.writeHead(isThere ? 200 : 404, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(isThere ? readFileSync(file) : "");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

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

  test("the sidebar leads to every page", () => {
    const linked = new Set([...htmlOf("index").matchAll(/ href="\/?([\w-]+)\.html"/g)].map(([, page]) => page));
    expect(pages.filter((page) => page !== "index" && !linked.has(page))).toEqual([]);
  });

  test.runIf(canRunChromium)(
    "each page opens in a browser without an error and without a request to elsewhere, and what is searched for is found",
    async () => {
      const browser = await startChromium();
      const { origin, close } = await serve(site);
      try {
        const tab = await browser.newPage();
        await tab.setViewport({ width: 1400, height: 900 });
        const open = async (path: string) => {
          await tab.goto(`${origin}/${path}`, { waitUntil: "load" });
          await tab.waitForFunction(() => "__vue_app__" in (document.querySelector("#app") ?? {}));
        };
        const wrong: string[] = [];
        tab.on("console", (message) => {
          if (["error", "warn"].includes(message.type())) wrong.push(`${tab.url()}: ${message.text()}`);
        });
        tab.on("pageerror", (error) => wrong.push(`${tab.url()}: ${String(error)}`));
        tab.on("request", (request) => {
          const url = request.url();
          if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) wrong.push(`${tab.url()}: asks ${url}`);
        });
        tab.on("response", (response) => {
          if (response.status() >= 400) wrong.push(`${response.status()} ${response.url()}`);
        });
        for (const page of pages) {
          await open(`${page}.html`);
          expect(await tab.$eval("h1", ({ textContent }) => textContent)).toMatch(/\w/);
        }
        // Where a page is made alive anew on the client, it must be what came from the server.
        await open("");
        await tab.click(".VPSidebar a[href$='troubleshooting.html']");
        await tab.waitForFunction(() => document.querySelector("h1")?.textContent?.startsWith("By symptom") === true);
        await tab.click(".VPNavBarSearch button");
        // The box comes with a file of its own, and the index with another.
        await tab.waitForSelector("#localsearch-input");
        await tab.type("#localsearch-input", "locked");
        await tab.waitForSelector("#localsearch-list a.result[href*='troubleshooting.html#']");
        expect(wrong).toEqual([]);
      } finally {
        await browser.close();
        await close();
      }
    },
    300_000,
  );

  test("no page loads anything from elsewhere", () => {
    const loaded =
      /<(?:script|img|iframe|source)[^>]* src="(?:https?:)?\/\/|<link[^>]* href="(?:https?:)?\/\/|url\((?:https?:)?\/\//;
    const files = globSync("**/*.{html,css}", { cwd: site });
    expect(files.filter((file) => loaded.test(readFileSync(join(site, file), "utf8")))).toEqual([]);
  });
});
