import { expect, test } from "vitest";
import { canRunChromium, startChromium } from "../support/chromium.ts";

test.runIf(canRunChromium)(
  "the browser of the tests has letters, and reaches nothing but this machine",
  async () => {
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      await page.setContent("<p><span>iiii</span><br><span>WWWW</span></p>");
      const widths = await page.$$eval("span", (spans) => spans.map((span) => span.getBoundingClientRect().width));
      expect(widths[1]).toBeGreaterThan(2 * (widths[0] ?? 0));
      await expect(page.goto("http://example.com/")).rejects.toThrow("ERR_NAME_NOT_RESOLVED");
    } finally {
      await browser.close();
    }
  },
  300_000,
);
