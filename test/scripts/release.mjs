// `npm run release -- VERSION [--dry-run]`: see release.ts for what it does. This half runs on any Node.
import { buildIfStale, fail, hand, prepare } from "./prepare.mjs";

prepare({ hasServers: false });
if (process.argv.includes("--executables") && !buildIfStale()) fail("dist cannot be built");
await hand("release.ts");
