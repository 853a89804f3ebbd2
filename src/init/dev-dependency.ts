import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { fieldOf, parseJson } from "../host/json.ts";
import { readIfThere } from "../host/files.ts";

/** Lock file -> how its package manager adds a development dependency. */
const managers = [
  ["pnpm-lock.yaml", "pnpm add --save-dev"],
  ["yarn.lock", "yarn add --dev"],
  ["bun.lock", "bun add --dev"],
  ["bun.lockb", "bun add --dev"],
  ["package-lock.json", "npm install --save-dev"],
] as const;

/** What makes the package from a clone of bkcache's repository. It is not on npm: another's package may be, under its name. */
export const packCommand = "npm pack";
export const packedName = `${manifest.name}-${manifest.version}.tgz`;

/** The command that adds the packed package to the project; null where the project is none of Node's, or has it. */
export function addCommand(dir: string): string | null {
  const own = readIfThere(join(dir, "package.json"));
  if (own === null || isInstalled(dir)) return null;
  const named = fieldOf(readManifest(own), "packageManager");
  const manager =
    managers.find(([, command]) => typeof named === "string" && named.startsWith(`${command.split(" ")[0]}@`)) ??
    managers.find(([lock]) => readIfThere(join(dir, lock)) !== null);
  return `${manager?.[1] ?? "npm install --save-dev"} ./${packedName}`;
}

export function isInstalled(dir: string): boolean {
  return readIfThere(join(dir, "node_modules", manifest.name, "package.json")) !== null;
}

function readManifest(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null; // Empty, or in the making.
  }
}
