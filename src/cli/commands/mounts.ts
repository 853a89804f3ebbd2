import type { LeafEntry } from "../command.ts";

/** Every command below `bkcache mounts`. */
export const mountCommands: readonly LeafEntry[] = [
  { name: "ls", summary: "list what the builder and the bucket have", load: () => import("./mounts/ls.ts") },
  {
    name: "save",
    summary: "save mounts of the builder to the bucket",
    load: () => import("./mounts/save.ts"),
  },
  {
    name: "restore",
    summary: "fill mounts of the builder from the bucket",
    load: () => import("./mounts/restore.ts"),
  },
  { name: "prune", summary: "delete old snapshots by rules", load: () => import("./mounts/prune.ts") },
  {
    name: "verify",
    summary: "read all packs and find snapshots that are damaged",
    load: () => import("./mounts/verify.ts"),
  },
  {
    name: "repair",
    summary: "mend mounts that the builder has twice, or half",
    load: () => import("./mounts/repair.ts"),
  },
  { name: "export", summary: "write a snapshot as a tar archive", load: () => import("./mounts/export.ts") },
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
