// Run by `npm run build` of a package: puts it and the workspaces that it needs under /out, with a list of digests.
import { createHash } from "node:crypto";
import { cpSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const out = process.env.OUT ?? "/out";
const { dependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
cpSync(".", out, { recursive: true });
for (const name of Object.keys(dependencies)) {
  cpSync(join("..", name.replace("@acme/", "")), join(out, "node_modules", name), { recursive: true });
}
const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const digests = files
  .map((entry) => join(entry.parentPath, entry.name))
  .sort()
  .map((file) => `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${file}`);
writeFileSync(join(out, "SHA256SUMS"), `${digests.join("\n")}\n`);
