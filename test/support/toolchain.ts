import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { toolchainDir } from "../toolchain/locate.mjs";

export const repositoryDir = fileURLToPath(new URL("../../", import.meta.url));

export type Tool = "buildkitd" | "buildctl" | "buildx" | "versitygw" | "fake-gcs-server";

/** Path of a program of the toolchain. */
export function findTool(name: Tool): string {
  // On a bare machine they run while it is being built.
  if (process.env["BKCACHE_TEST_TOOLCHAIN"] === "none")
    throw new Error(`only integration tests (test/itg) have a toolchain, and this one wants ${name}`);
  const path = join(toolchainDir(), name);
  if (!existsSync(path)) throw new Error(`${path} is missing; run: node test/toolchain/install.mjs`);
  return path;
}

/** PATH with folders in front, the system's own folders included (runc lies in sbin). */
export function pathWith(...folders: readonly string[]): string {
  return [...folders, process.env["PATH"] ?? "", "/usr/sbin", "/sbin"].join(delimiter);
}
