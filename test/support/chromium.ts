import { writeFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, launch, type Page } from "puppeteer-core";
import { makeTempDir } from "./cleanup.ts";
import { hasDebian, unpackDebian } from "./debian-packages.ts";

/** Chromium comes from Debian, built for the machine's own processor. */
export const canRunChromium = hasDebian;

/** Chromium with all that it needs, which takes a minute for the first time. @returns the folder, in which `usr/lib` is */
export function unpackChromium(): string {
  const packages = ["chromium-headless-shell", "fonts-dejavu-core"];
  return unpackDebian("chromium/bookworm", { suite: "bookworm", packages, isComplete: true });
}

/**
 * A headless Chromium that reaches nothing but this machine; the caller closes it. It is unpacked at the first use, beside the
 * toolchain, which takes a minute.
 */
export async function startChromium(): Promise<Browser> {
  const root = unpackChromium();
  const home = makeTempDir("chromium");
  const fonts = join(home, "fonts.conf");
  writeFileSync(
    fonts,
    `<?xml version="1.0"?><fontconfig><dir>${root}/usr/share/fonts</dir><cachedir>${home}/cache</cachedir></fontconfig>`,
  );
  const machine = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  const folders = ["lib", "usr/lib"].map((folder) => join(root, folder, machine));
  const libraries = [...folders, join(root, "usr/lib", machine, "pulseaudio")];
  return launch({
    executablePath: join(root, "usr/lib/chromium/chromium-headless-shell"),
    userDataDir: join(home, "profile"),
    env: { ...process.env, HOME: home, LD_LIBRARY_PATH: libraries.join(":"), FONTCONFIG_FILE: fonts },
    // Root may not use its sandbox; what is opened here is our own.
    args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
  });
}

/** What bars people from a page, as axe-core finds it, the serious and critical alone: `rule: element`. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // The page's own policy says nothing of what the debugger evaluates.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  const isSerious = ({ impact }: axe.Result) => impact === "serious" || impact === "critical";
  return violations.filter(isSerious).flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
