import { hasDebian, unpackDebian } from "./debian-packages.ts";

/** "old": Docker 20.10 with the BuildKit 0.8 of its time. "current": Docker 26.1. */
export type EngineAge = "old" | "current";

/** Neither needs more than that on a Debian machine. `tini` is what `docker-init` links to, which buildx's builders begin with. */
const packaged = {
  old: { suite: "bookworm", packages: ["docker.io", "containerd", "libdevmapper1.02.1", "tini"] },
  current: { suite: "trixie", packages: ["docker.io", "containerd", "tini"] },
} as const;

/** Engines run as root, and come from Debian. */
export const canRunEngine = hasDebian;

/** The packages of an engine: two of different age can run side by side. @returns the folder, in which `usr/sbin` is */
export function unpackEngine(age: EngineAge): string {
  return unpackDebian(`docker/${age}`, packaged[age]);
}
