import type { LeafEntry } from "../command.ts";

/** Every command below `bkcache mounts`. */
export const mountCommands: readonly LeafEntry[] = [
  {
    name: "presets",
    summary: "what bkcache knows of tools and their folders",
    load: () => import("./mounts/presets.ts"),
  },
  {
    name: "snippet",
    summary: "print the lines of a Dockerfile for a target's mounts",
    load: () => import("./mounts/snippet.ts"),
  },
];
