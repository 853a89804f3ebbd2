// `npm run docs`: the site of docs/, plain files in docs/.vitepress/dist or `--outDir FOLDER`; `--base /PATH/` where it is not
// served from the top. A link to nothing fails. Runs on Node 20, and asks npm for the generator at the first time; `--install`
// does that alone.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { devEnv, devNode, installDocsPackages, installPackages, root } from "./prepare.mjs";

installPackages();
installDocsPackages();
const args = process.argv.slice(2);
if (args.includes("--install")) process.exit(0);
const program = join(root, "docs/node_modules/vitepress/bin/vitepress.js");
const { status } = spawnSync(devNode, [program, "build", "docs", ...args], {
  cwd: root,
  env: devEnv(),
  stdio: "inherit",
});
process.exitCode = status ?? 1;
