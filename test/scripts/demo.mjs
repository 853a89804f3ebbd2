// `npm run demo`: see demo.ts for what it shows. This half runs on any Node and installs what the other needs.
import { buildIfStale, fail, hand, installPackages } from "./prepare.mjs";

installPackages();
if (!buildIfStale()) fail("dist cannot be built");
await hand("demo.ts");
