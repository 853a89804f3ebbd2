import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { canRunChromium, findBarriers, startChromium } from "../support/chromium.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { emptyBuilder } from "../support/mount-project.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { test } from "../support/servers.ts";
import { repositoryDir } from "../support/toolchain.ts";
import { makeWorkspace } from "../support/workspace.ts";

/*
 * The page that `bkcache report` makes of real bakes, as a browser shows it. BKCACHE_SCREENSHOTS=1 puts the pictures of
 * docs/report.md in their place.
 */

const run = (script: string) =>
  `RUN --mount=type=cache,id=shop-deps,target=/deps ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`;

const dockerfile = `FROM scratch AS base
COPY --link --from=busybox /bin/busybox /bin/busybox
ARG TOKEN
${run("/bin/busybox sleep 0.9; echo $TOKEN > /deps/list; echo deps > /deps.txt")}

FROM base AS api
COPY --link api /src
${run("/bin/busybox sleep 1.6; echo api > /api")}

FROM base AS worker
COPY --link worker /src
${run("/bin/busybox sleep 0.7; echo worker > /worker")}
`;

const secret = "s3cr3t-argument";

describe.skipIf(!canRunChromium)("the page of reports", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  }, 300_000);
  afterAll(() => browser.close());

  test("stands alone, is readable on a phone, dark and light, and bars nobody", async ({ builder, busybox }) => {
    const target = (name: string) => ({ target: name, contexts: { busybox }, args: { TOKEN: secret } });
    const workspace = makeWorkspace({
      Dockerfile: dockerfile,
      "api/main.txt": "one",
      "worker/main.txt": "one",
      "bkcache.config.json": JSON.stringify({
        project: "shop",
        backends: { disk: { type: "local", path: makeTempDir("caches") } },
        cache: { read: ["disk"], write: ["disk"] },
        targets: { api: target("api"), worker: target("worker") },
        groups: { default: ["api", "worker"] },
      }),
    });
    const env = cleanEnv({
      ...makeDockerConfig().env,
      HOME: makeTempDir("home"),
      BUILDKIT_HOST: builder.address,
      BKCACHE: "read-write",
      BKCACHE_HELPER: "/bin/busybox",
    });
    const bkcache = (...args: readonly string[]) => runBkcache(args, { cwd: workspace.dir, env });
    const reports = ["cold.json", "warm.json", "changed.json"];
    for (const report of reports) {
      if (report === "changed.json") workspace.write("api/main.txt", "two");
      await emptyBuilder(builder);
      const { exitCode, stderr } = await bkcache("bake", "--report", report);
      expect(exitCode, stderr).toBe(0);
      const { targets } = JSON.parse(workspace.read(report)) as Report;
      const { timeline } = targets["api"] ?? {};
      expect(timeline?.map(({ kind }) => kind)).toContain("step");
      expect(timeline?.some(({ inputs }) => inputs.length > 0)).toBe(true);
      expect(JSON.stringify(timeline)).not.toContain(secret);
    }
    const made = await bkcache("report", ...reports, "-o", "report.html");
    expect(made).toMatchObject({ exitCode: 0, stdout: "" });
    const text = workspace.read("report.html");
    expect(text).not.toContain(secret);
    expect((await bkcache("report", ...reports, "-o", "-")).stdout).toBe(text);

    const requests: string[] = [];
    for (const [width, scheme] of [
      [1280, "light"],
      [1280, "dark"],
      [390, "light"],
      [390, "dark"],
    ] as const) {
      const page = await browser.newPage();
      page.on("request", (request) => requests.push(request.url()));
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await page.setViewport({ width, height: 1500 });
      await page.goto(pathToFileURL(workspace.path("report.html")).href);
      expect.soft(await findBarriers(page), `${width} ${scheme}`).toEqual([]);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      expect.soft(wide, "nothing scrolls sideways but tables").toBeLessThanOrEqual(width);
      expect(await page.$$eval(".critical", (found) => found.length)).toBeGreaterThan(6);
      const picture = `${workspace.path(`report-${width}-${scheme}`)}.png` as const;
      await page.screenshot({ path: picture });
      if (process.env["BKCACHE_SCREENSHOTS"] === "1" && (scheme === "light") === (width === 1280)) {
        copyFileSync(picture, join(repositoryDir, `docs/report-${width}.png`));
      }
      await page.close();
    }
    expect([...new Set(requests)]).toEqual([pathToFileURL(workspace.path("report.html")).href]);
    for (const width of [390, 1280]) {
      expect(readFileSync(join(repositoryDir, `docs/report-${width}.png`)).length).toBeGreaterThan(10_000);
    }
  }, 300_000);
});
