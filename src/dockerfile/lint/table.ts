import type { Code } from "../../diagnostics/codes.ts";
import type { LintRule } from "./rule.ts";
import { checkAptSharing, checkDockerClean } from "./rules/apt.ts";
import { checkCopiedMounts } from "./rules/copied.ts";
import { checkUndeclaredMounts, checkUnusedMounts } from "./rules/declared.ts";
import { checkEmptiedMounts } from "./rules/emptied.ts";
import { checkHiddenPaths } from "./rules/hidden.ts";
import { checkDefaultIds, checkOwnership, checkSharing } from "./rules/identity.ts";
import { checkInstalledMounts } from "./rules/installed.ts";
import { checkSharedBinds, checkSharedCopies } from "./rules/links.ts";
import { checkOfflineSteps } from "./rules/offline.ts";
import { checkMountOptions } from "./rules/options.ts";
import { checkPlatformIds } from "./rules/platforms.ts";
import { checkSecretVariables } from "./rules/secrets.ts";
import { checkToolVariables } from "./rules/tool-variables.ts";
import { checkToolMounts } from "./rules/tools.ts";
import { checkTwins } from "./rules/twins.ts";
import { checkMountOwner } from "./rules/user.ts";
import { checkWipingSettings } from "./rules/wiped.ts";

export type LintCode = Extract<Code, `BK6${string}`>;

export interface LintEntry {
  readonly check: LintRule;
  /** Whether only a config can tell. */
  readonly needsConfig: boolean;
  /** When `--fix` mends it, as the second half of a sentence; null where it does not. */
  readonly fixes: string | null;
  /** Where others say what the rule rests on. */
  readonly source: string;
}

const mountReference = "https://docs.docker.com/reference/dockerfile/#run---mounttypecache";

/** Every rule by the code of what it finds; the ones about comments and missing files need no rule. */
export const lintRules: Readonly<Record<Exclude<LintCode, "BK6020" | "BK6021">, LintEntry>> = {
  BK6001: {
    check: checkHiddenPaths,
    needsConfig: false,
    source: mountReference,
    fixes: "takes the mount away where its target is the very file that the RUN uses",
  },
  BK6002: { check: checkCopiedMounts, needsConfig: false, source: mountReference, fixes: null },
  BK6003: {
    check: checkToolMounts,
    needsConfig: false,
    source: "https://docs.docker.com/build/cache/optimize/#use-cache-mounts",
    fixes:
      "writes the marker of declared mounts above the RUN, and above those that need what it downloads, with the flags; not where something would empty the mount or fail",
  },
  BK6004: { check: checkUnusedMounts, needsConfig: true, source: mountReference, fixes: null },
  BK6005: { check: checkUndeclaredMounts, needsConfig: true, source: mountReference, fixes: null },
  BK6006: { check: checkDefaultIds, needsConfig: false, source: mountReference, fixes: null },
  BK6007: { check: checkSharing, needsConfig: false, source: mountReference, fixes: null },
  BK6008: { check: checkOwnership, needsConfig: false, source: mountReference, fixes: null },
  BK6009: { check: checkMountOwner, needsConfig: false, source: mountReference, fixes: null },
  BK6010: {
    check: checkAptSharing,
    needsConfig: false,
    source: "https://docs.docker.com/reference/dockerfile/#example-cache-apt-packages",
    fixes: "writes `sharing=locked` into a mount with an id that the config does not declare",
  },
  BK6011: {
    check: checkDockerClean,
    needsConfig: false,
    source: "https://docs.docker.com/reference/dockerfile/#example-cache-apt-packages",
    fixes: null,
  },
  BK6012: {
    check: checkWipingSettings,
    needsConfig: true,
    source: "https://github.com/moby/buildkit/issues/1213",
    fixes: null,
  },
  BK6013: {
    check: checkSecretVariables,
    needsConfig: false,
    source: "https://docs.docker.com/build/building/secrets/",
    fixes: null,
  },
  BK6014: { check: checkTwins, needsConfig: false, source: "https://github.com/moby/moby/issues/47693", fixes: null },
  BK6015: {
    check: checkToolVariables,
    needsConfig: false,
    source: "https://docs.docker.com/build/cache/optimize/#use-cache-mounts",
    fixes: null,
  },
  BK6016: {
    check: checkSharedCopies,
    needsConfig: true,
    source: "https://github.com/moby/buildkit/issues/4674",
    fixes:
      "writes `--link` where the image stays the same: no `--chmod`, no name in `--chown`, and every folder on the way is one that the Dockerfile itself made, with root or the same number as its owner",
  },
  BK6017: {
    check: checkSharedBinds,
    needsConfig: true,
    source: "https://github.com/moby/buildkit/issues/4674",
    fixes: null,
  },
  BK6018: {
    check: checkMountOptions,
    needsConfig: false,
    source: "https://docs.docker.com/reference/dockerfile/#run---mount",
    fixes: null,
  },
  BK6022: {
    check: checkEmptiedMounts,
    needsConfig: false,
    source: mountReference,
    fixes:
      "takes away a flag, or a command behind `&&` or `;` that deletes what is in mounts alone; `apk add --no-cache` becomes `apk add -U`",
  },
  BK6023: { check: checkInstalledMounts, needsConfig: false, source: mountReference, fixes: null },
  BK6024: { check: checkOfflineSteps, needsConfig: false, source: mountReference, fixes: null },
  BK6019: {
    check: checkPlatformIds,
    needsConfig: true,
    source: "https://docs.docker.com/build/building/multi-platform/",
    fixes: null,
  },
};

/** Where others say what a finding rests on. */
export function sourceOf(code: LintCode): string {
  return entryOf(code)?.source ?? "https://docs.docker.com/reference/dockerfile/";
}

export function entryOf(code: Code): LintEntry | undefined {
  return Object.hasOwn(lintRules, code) ? lintRules[code as keyof typeof lintRules] : undefined;
}
