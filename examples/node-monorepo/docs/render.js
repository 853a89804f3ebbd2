// The smallest renderer that could work: headings and paragraphs.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const blocks = readFileSync("index.md", "utf8")
  .trim()
  .split(/\n{2,}/);
const html = blocks.map((block) => (block.startsWith("# ") ? `<h1>${block.slice(2)}</h1>` : `<p>${block}</p>`));
mkdirSync("/site", { recursive: true });
writeFileSync("/site/index.html", `<!doctype html>\n${html.join("\n")}\n`);
