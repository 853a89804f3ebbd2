import type { LeafEntry } from "../command.ts";

/** Every command below `bkcache layers`. */
export const layerCommands: readonly LeafEntry[] = [
  { name: "ls", summary: "list the layer caches of the backends", load: () => import("./layers/ls.ts") },
  { name: "du", summary: "what takes room in the backends", load: () => import("./layers/du.ts") },
  {
    name: "verify",
    summary: "find caches whose layers are missing or damaged",
    load: () => import("./layers/verify.ts"),
  },
  {
    name: "prune",
    summary: "delete old caches by rules, and layers that none names",
    load: () => import("./layers/prune.ts"),
  },
  { name: "rm", summary: "delete the caches of targets or of a scope", load: () => import("./layers/rm.ts") },
];
