#!/usr/bin/env node
// No import stands here: an older Node fails on a name that it does not export before it runs a line.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
// The first ones of each line that know proxies; older ones would pass those by, and say nothing.
if (major < 22 || (major === 22 && minor < 21) || major === 23 || (major === 24 && minor < 5)) {
  process.stderr.write(
    `bkcache needs Node 22.21, or 24.5 or later; this is ${process.version}.\n` +
      "Install a newer Node, or add one to the project: npm install --save-dev node@24\n",
  );
  process.exit(2);
}
// Node's own choice is a folder of the shared temporary folder, whose contents another user could have written.
const { HOME, USERPROFILE, XDG_CACHE_HOME, NODE_COMPILE_CACHE } = process.env;
const home = HOME || USERPROFILE;
const userCache = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : home && `${home}/.cache`;
const compileCache = NODE_COMPILE_CACHE || (userCache && `${userCache}/bkcache/node`);
if (compileCache) process.getBuiltinModule("node:module").enableCompileCache(compileCache);
void import("./cli/main.ts").then(async ({ main }) => {
  process.exitCode = await main(process.argv.slice(2));
  // A config in TypeScript may have left a timer or a connection open, which would keep the process.
  setTimeout(() => process.exit(), 1_000).unref();
});
