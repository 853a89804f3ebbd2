import { createHash } from "node:crypto";
import { type Definition, Op } from "./messages.ts";
import type { MountIdentity } from "./shell.ts";
import type { Encoded } from "./wire.ts";

/** Where the helper lies in its container; applets that start programs themselves find it by this path. */
export const helperPath = "/bin/busybox";

/** Of a file action: no input, no output; no time of its own. */
const none = -1;

/** A build's definition, whose result is what its last operation makes. */
export type LlbDefinition = Encoded<typeof Definition>;

/** Where a container keeps what goes with it. */
const scratchPath = "/s";
/** The folder of notes, which all containers share. */
export const notesPath = "/n";
/** The environment of what runs in a container. */
export const helperEnv = [
  "PATH=/bin",
  "LC_ALL=C",
  "TZ=UTC0",
  `BKCACHE_NOTES=${notesPath}`,
  `BKCACHE_SCRATCH=${scratchPath}`,
] as const;

/** A root file system that holds the helper and an empty folder. */
export function helperRoot(helper: Uint8Array): LlbDefinition {
  const mkdir = { path: "/bin", mode: 0o755, timestamp: none };
  const scratch = { path: scratchPath, mode: 0o755, timestamp: none };
  const mkfile = { path: helperPath, mode: 0o755, data: helper, timestamp: none };
  return marshal({
    file: {
      actions: [
        { input: none, secondaryInput: none, output: none, mkdir },
        { input: 0, secondaryInput: none, output: none, mkfile },
        { input: 1, secondaryInput: none, output: 0, mkdir: scratch },
      ],
    },
  });
}

/**
 * The folder from which BuildKit begins a mount with an owner or a mode, null for one that begins empty. The builder
 * knows such a mount by this folder's own identity, so it must be made as the Dockerfile frontend makes it, which gives
 * what is left out its default and drops all but the permission bits. Source: frontend/dockerfile/dockerfile2llb/
 * convert_runmount.go and client/llb/fileop.go of moby/buildkit.
 */
export function mountBase({ uid, gid, mode }: MountIdentity): LlbDefinition | null {
  if (uid === undefined && gid === undefined && mode === undefined) return null;
  const owner = { user: { byID: uid ?? 0 }, group: { byID: gid ?? 0 } };
  const mkdir = { path: baseFolder, mode: (mode ?? 0o755) & 0o777, owner, timestamp: none };
  return marshal({ file: { actions: [{ input: none, secondaryInput: none, output: 0, mkdir }] } });
}

/** A root file system for containers in which nothing runs. */
export const bareRoot: LlbDefinition = marshal({
  file: {
    actions: [
      { input: none, secondaryInput: none, output: 0, mkdir: { path: "/bkcache", mode: 0o755, timestamp: none } },
    ],
  },
});

/** A file that BuildKit itself fetches, in its own network, as its cache clients do theirs. */
export function httpSource(url: string): LlbDefinition {
  return marshal({ source: { identifier: url } });
}

/** The folder within `mountBase` that is the mount's root. */
export const baseFolder = "/cache";

/** One operation, and the one that says that its first output is the result. */
function marshal(op: Encoded<typeof Op>): LlbDefinition {
  const bytes = Buffer.concat(Op.encode(op));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return { def: [bytes, Buffer.concat(Op.encode({ inputs: [{ digest, index: 0 }] }))] };
}

/** The id under which a builder keeps a mount. */
export function mountKey({ namespace, id }: Pick<MountIdentity, "namespace" | "id">): string {
  return `${namespace}/${id}`;
}
