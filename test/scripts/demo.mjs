// `npm run demo`: see demo.ts for what it shows. This half runs on any Node and installs what the other needs.
import { build, fail, hand, prepare } from "./prepare.mjs";

prepare();
if (!build()) fail("dist cannot be built");
await hand("demo.ts");
