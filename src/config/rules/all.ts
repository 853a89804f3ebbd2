import {
  checkBuckets,
  checkCompression,
  checkEndpoints,
  checkManifestKind,
  checkPathStyle,
  checkRegistryRefs,
  checkTiers,
} from "./backends.ts";
import { checkBakeFiles, checkDefaultsReach } from "./bake-files.ts";
import { checkCacheEntries } from "./cache-entries.ts";
import type { Rule } from "./context.ts";
import { checkSecretNames } from "./credentials.ts";
import { checkGroupCircles, checkInheritCircles, checkLinkCircles } from "./cycles.ts";
import { checkRules } from "./levels.ts";
import { checkMatrix } from "./matrix.ts";
import {
  checkMountEnv,
  checkMountIdentity,
  checkMountKeys,
  checkMountModes,
  checkMountTargets,
  checkPrivateMounts,
} from "./mounts.ts";
import {
  checkBackendNames,
  checkGroupMembers,
  checkInherits,
  checkLinks,
  checkMountBackend,
  checkMountNames,
  checkTopKeys,
} from "./references.ts";
import { checkTemplates } from "./templates.ts";
import { checkTrust } from "./trust.ts";
import { checkStrings } from "./strings.ts";
import {
  checkBuilder,
  checkContexts,
  checkExternal,
  checkNetworks,
  checkNormalForms,
  checkPlatforms,
  checkSecrets,
} from "./values.ts";
import { checkVariableNames, checkVariableTypes } from "./variables.ts";

/** What the schema cannot say: checks across keys, and of what strings hold. */
export const rules: readonly Rule[] = [
  checkRules,
  checkVariableNames,
  checkVariableTypes,
  checkTemplates,
  checkBackendNames,
  checkMountBackend,
  checkMountNames,
  checkTopKeys,
  checkTrust,
  checkInherits,
  checkLinks,
  checkGroupMembers,
  checkExternal,
  checkBakeFiles,
  checkDefaultsReach,
  checkInheritCircles,
  checkLinkCircles,
  checkGroupCircles,
  checkMatrix,
  checkBuckets,
  checkPathStyle,
  checkEndpoints,
  checkCompression,
  checkManifestKind,
  checkRegistryRefs,
  checkTiers,
  checkCacheEntries,
  checkMountTargets,
  checkMountModes,
  checkMountEnv,
  checkMountIdentity,
  checkMountKeys,
  checkPrivateMounts,
  checkPlatforms,
  checkNetworks,
  checkSecrets,
  checkContexts,
  checkBuilder,
  checkNormalForms,
  checkStrings,
  checkSecretNames,
];
