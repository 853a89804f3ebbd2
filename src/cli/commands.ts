import type { CommandEntry } from "./command.ts";
import { layerCommands } from "./commands/layers.ts";
import { mountCommands } from "./commands/mounts.ts";

/** Every verb; a module loads only when its verb is called. */
export const commands: readonly CommandEntry[] = [
  { name: "init", summary: "write a config for what the folder holds", load: () => import("./commands/init.ts") },
  { name: "generate", summary: "write docker-bake.hcl from the config", load: () => import("./commands/generate.ts") },
  {
    name: "bake",
    summary: "build targets with docker buildx bake, served from the cache",
    load: () => import("./commands/bake.ts"),
    takesForeignFlags: true,
  },
  {
    name: "build",
    summary: "build one context like docker build, served from the cache",
    load: () => import("./commands/build.ts"),
    takesForeignFlags: true,
  },
  { name: "plan", summary: "show what a bake would do", load: () => import("./commands/plan.ts") },
  {
    name: "affected",
    summary: "list the targets that have changed since their caches were written",
    load: () => import("./commands/affected.ts"),
  },
  { name: "why", summary: "say why steps of the last bake ran", load: () => import("./commands/why.ts") },
  { name: "report", summary: "make a page of the reports of builds", load: () => import("./commands/report.ts") },
  { name: "validate", summary: "check the config and write nothing", load: () => import("./commands/validate.ts") },
  {
    name: "mounts",
    summary: "cache mounts: what the builder and the bucket have, to and fro",
    subcommands: mountCommands,
  },
  {
    name: "layers",
    summary: "layer caches: what the backends have, and what of it goes",
    subcommands: layerCommands,
  },
  {
    name: "prune",
    summary: "delete old layer caches and mounts by the config's retention",
    load: () => import("./commands/prune.ts"),
  },
  { name: "relay", summary: "serve buckets to other machines' builds", load: () => import("./commands/relay.ts") },
  {
    name: "iam",
    summary: "print the least rights that builds need in the buckets, for each level of trust",
    load: () => import("./commands/iam.ts"),
  },
  { name: "lint", summary: "find what spoils caches in Dockerfiles", load: () => import("./commands/lint.ts") },
  {
    name: "doctor",
    summary: "find what keeps caches from hitting, with a next step for each",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "eject",
    summary: "leave plain files behind that need no bkcache",
    load: () => import("./commands/eject.ts"),
  },
  { name: "schema", summary: "print the JSON Schema of the config", load: () => import("./commands/schema.ts") },
  { name: "explain", summary: "print what a code such as BK5007 means", load: () => import("./commands/explain.ts") },
  {
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "__complete",
    summary: "candidates at the end of a command line, for the scripts of completion",
    load: () => import("./commands/complete.ts"),
    takesForeignFlags: true,
    isHidden: true,
  },
];
