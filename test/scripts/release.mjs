// `npm run release -- VERSION [--dry-run]`: see release.ts for what it does. This half runs on any Node.
import { hand, prepare } from "./prepare.mjs";

prepare({ hasServers: false });
await hand("release.ts");
