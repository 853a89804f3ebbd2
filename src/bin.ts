#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Checked before anything else is loaded: the rest uses what older versions cannot parse or lack.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `bkcache needs Node 22.18 or later; this is ${process.version}.\n` +
      "Install a newer Node, or add one to the project: npm install --save-dev node@24\n",
  );
  process.exit(2);
}
enableCompileCache();
const { main } = await import("./cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
