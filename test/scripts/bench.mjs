// `npm run bench`: see bench.ts for what it measures. This half runs on any Node and installs what the other needs.
import { build, fail, hand, prepare } from "./prepare.mjs";

prepare();
if (!build()) fail("dist cannot be built");
await hand("bench.ts");
