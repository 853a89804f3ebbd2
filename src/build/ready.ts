import type { BakeDefinition } from "../bake/printed.ts";
import type { Plan } from "../bake/model.ts";
import type { Buildx } from "../builder/buildx.ts";
import type { Builder } from "../builder/inspect.ts";
import type { BuilderRequest } from "../builder/request.ts";
import type { CacheChoice } from "../cache/choice.ts";
import type { EntryDrafts } from "../cache/entries.ts";
import type { GateInput } from "../cache/gates.ts";
import type { CacheUse } from "../cache/use.ts";
import type { MountBackendsDraft } from "../source/backend.ts";
import type { Diagnostic } from "../diagnostics/error.ts";
import type { ExecOptions } from "../host/host.ts";
import type { DockerfileReader } from "../source/dockerfiles.ts";
import type { Evaluated } from "../source/evaluate.ts";

/** The cache that a run may use. */
export interface CacheRequest {
  readonly use: CacheUse;
  readonly drafts: EntryDrafts;
  /** Null where no mounts are carried. */
  readonly mountBackend: MountBackendsDraft | null;
  readonly rules: NonNullable<GateInput["rules"]>;
}

/** What the user wants to hear of a run, and where. */
export interface Output {
  readonly strict: boolean;
  /** Path of the report, from the host's folder. */
  readonly report?: string | undefined;
  /** The user's own, that buildx writes. */
  readonly metadataFile?: string | undefined;
}

/** What `bake` and `build` have found out before a builder is needed, and what they tell buildx. */
export interface BuildRequest {
  readonly verb: "bake" | "build";
  readonly buildx: Buildx;
  readonly builder: Omit<BuilderRequest, "dir">;
  readonly plan: Plan;
  readonly targets: readonly string[];
  readonly evaluated: Promise<Evaluated>;
  /** Each Dockerfile is read once in a run. */
  readonly readDockerfile: DockerfileReader;
  /** Folder that relative paths of the definition count from, and those of builder and mounts' backend. Absolute. */
  readonly dir: string;
  /** Folder that buildx runs in. Absolute. */
  readonly runDir: string;
  readonly cache: CacheRequest;
  readonly output: Output;
  /** In ms since the epoch. */
  readonly startedAt: number;
  /** What the command line asks of bake itself. */
  features(definition: BakeDefinition): GateInput["features"];
  /** What buildx is to do, once the folders of local caches exist. */
  command(choice: CacheChoice, evaluated: Evaluated): Promise<BuildCommand>;
  /** Work for the time in which buildx runs; what it finds is said when the terminal is free again. */
  meanwhile?(): Promise<readonly Diagnostic[]>;
}

/** A call of buildx, but for the verb, the builder and the metadata file. */
export interface BuildCommand {
  readonly args: readonly string[];
  /** What follows the arguments: targets and groups of a bake, as they were asked for. */
  readonly targets: readonly string[];
  /** Whether the arguments say how many targets are built at once. */
  readonly hasJobs?: boolean;
  /** The keys of a cache come on top. */
  readonly env: NonNullable<ExecOptions["env"]>;
  readonly input?: NonNullable<ExecOptions["input"]>;
}

/** One call of buildx, with all its arguments. */
export interface Step extends Omit<BuildCommand, "targets" | "hasJobs"> {
  /** It runs beside the one before. */
  readonly isBeside?: boolean;
  /** Absolute. */
  readonly cwd: string;
  /** Where buildx says what it has built; null where it cannot. */
  readonly metadataFile: string | null;
}

/** A run of which all is decided: what is left is to do it, and to say what it came to. */
export interface Ready extends Pick<BuildRequest, "verb" | "buildx" | "targets" | "output" | "startedAt"> {
  readonly builder: Builder;
  readonly choice: CacheChoice;
  /** In order; one that fails is the last but for those beside it. */
  readonly steps: readonly Step[];
  /** What the user asked buildx to write its metadata to, where several steps have files of their own. */
  readonly metadataOfAll: string | null;
}

/** What ran. */
export interface Ran {
  /** buildx's own, of the step that failed, else 0. */
  readonly exitCode: number;
  /** Those of the steps that ran; one may be missing. */
  readonly metadataFiles: readonly string[];
}
