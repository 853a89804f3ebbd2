import { bool, bytes, type Decoded, field, int, list, message, optional, text, textMap } from "./wire.ts";

/**
 * The messages of BuildKit's API that bkcache uses, with the fields that it uses, under the names that BuildKit gives
 * them. Sources in github.com/moby/buildkit: api/services/control/control.proto, api/types/worker.proto,
 * frontend/gateway/pb/gateway.proto, solver/pb/ops.proto.
 */

const Empty = message({});
const Timestamp = message({ seconds: field(1, int), nanos: field(2, int) });
const Status = message({ code: field(1, int), message: field(2, text) });

// --- package pb: a build's definition

const UserOpt = message({ byID: optional(2, int) });
const ChownOpt = message({ user: optional(1, UserOpt), group: optional(2, UserOpt) });

const FileActionMkFile = message({
  path: field(1, text),
  mode: field(2, int),
  data: field(3, bytes),
  timestamp: field(5, int),
});

const FileActionMkDir = message({
  path: field(1, text),
  mode: field(2, int),
  owner: optional(4, ChownOpt),
  timestamp: field(5, int),
});

const FileAction = message({
  input: field(1, int),
  secondaryInput: field(2, int),
  output: field(3, int),
  mkfile: optional(5, FileActionMkFile),
  mkdir: optional(6, FileActionMkDir),
});

const Platform = message({ Architecture: field(1, text), OS: field(2, text), Variant: field(3, text) });

export const Op = message({
  inputs: list(1, message({ digest: field(1, text), index: field(2, int) })),
  source: optional(3, message({ identifier: field(1, text), attrs: textMap(2) })),
  file: optional(4, message({ actions: list(2, FileAction) })),
  platform: optional(10, Platform),
});

export const Definition = message({ def: list(1, bytes) });

// --- package moby.buildkit.v1: the builder itself

const UsageRecord = message({
  ID: field(1, text),
  InUse: field(3, bool),
  Size: field(4, int),
  CreatedAt: optional(6, Timestamp),
  LastUsedAt: optional(7, Timestamp),
  UsageCount: field(8, int),
  Description: field(9, text),
  RecordType: field(10, text),
  Parents: list(12, text),
});

const GCPolicy = message({
  keepDuration: field(2, int),
  reservedSpace: field(3, int),
  filters: list(4, text),
  maxUsedSpace: field(5, int),
});

const WorkerRecord = message({
  platforms: list(3, Platform),
  GCPolicy: list(4, GCPolicy),
  BuildkitVersion: optional(5, message({ version: field(2, text) })),
});

// --- package moby.buildkit.v1.frontend: a build under way

const CacheOpt = message({ ID: field(1, text), sharing: field(2, int) });

const Mount = message({
  input: field(1, int),
  selector: field(2, text),
  dest: field(3, text),
  output: field(4, int),
  mountType: field(6, int),
  cacheOpt: optional(20, CacheOpt),
  resultID: field(23, text),
});

/** Values of enums, which are numbers on the wire. */
export const MountType = { BIND: 0, CACHE: 3 } as const;
export const CacheSharingOpt = { SHARED: 0, LOCKED: 2 } as const;
export const NetMode = { NONE: 2 } as const;

const Meta = message({ args: list(1, text), env: list(2, text), cwd: field(3, text), user: field(4, text) });

const ExecMessage = message({
  ProcessID: field(1, text),
  Init: optional(2, message({ ContainerID: field(1, text), Meta: optional(2, Meta), Fds: list(3, int) })),
  File: optional(3, message({ Fd: field(1, int), EOF: field(2, bool), Data: field(3, bytes) })),
  Started: optional(5, Empty),
  Exit: optional(6, message({ Code: field(1, int), Error: optional(2, Status) })),
  Done: optional(7, Empty),
});

const Vertex = message({
  digest: field(1, text),
  inputs: list(2, text),
  name: field(3, text),
  cached: field(4, bool),
  started: optional(5, Timestamp),
  completed: optional(6, Timestamp),
  error: field(7, text),
});

const VertexStatus = message({
  ID: field(1, text),
  vertex: field(2, text),
  current: field(4, int),
  total: field(5, int),
});

const control = "/moby.buildkit.v1.Control";
const bridge = "/moby.buildkit.v1.frontend.LLBBridge";

export const Control = {
  DiskUsage: {
    path: `${control}/DiskUsage`,
    request: message({ filter: list(1, text) }),
    response: message({ record: list(1, UsageRecord) }),
  },
  Prune: {
    path: `${control}/Prune`,
    request: message({ filter: list(1, text), all: field(2, bool) }),
    response: UsageRecord,
  },
  Solve: {
    path: `${control}/Solve`,
    request: message({ Ref: field(1, text), Internal: field(11, bool) }),
    response: Empty,
  },
  ListWorkers: {
    path: `${control}/ListWorkers`,
    request: Empty,
    response: message({ record: list(1, WorkerRecord) }),
  },
  Status: {
    path: `${control}/Status`,
    request: message({ Ref: field(1, text) }),
    response: message({ vertexes: list(1, Vertex), statuses: list(2, VertexStatus) }),
  },
  ListenBuildHistory: {
    path: `${control}/ListenBuildHistory`,
    request: message({ ActiveOnly: field(1, bool), EarlyExit: field(3, bool) }),
    response: message({ type: field(1, int), record: optional(2, message({ Ref: field(1, text) })) }),
  },
} as const;

export type BuildStatus = Decoded<typeof Control.Status.response>;

export const LLBBridge = {
  Solve: {
    path: `${bridge}/Solve`,
    request: message({
      Definition: optional(1, Definition),
      allowResultReturn: field(5, bool),
      allowResultArrayRef: field(6, bool),
      Evaluate: field(14, bool),
    }),
    response: message({ result: optional(3, message({ ref: optional(3, message({ id: field(1, text) })) })) }),
  },
  NewContainer: {
    path: `${bridge}/NewContainer`,
    request: message({ ContainerID: field(1, text), Mounts: list(2, Mount), Network: field(3, int) }),
    response: Empty,
  },
  ReleaseContainer: {
    path: `${bridge}/ReleaseContainer`,
    request: message({ ContainerID: field(1, text) }),
    response: Empty,
  },
  ExecProcess: { path: `${bridge}/ExecProcess`, request: ExecMessage, response: ExecMessage },
} as const;
