import { type Channel, GrpcError, GrpcStatus } from "./channel.ts";
import type { LlbDefinition } from "./llb.ts";
import { Control, LLBBridge, NetMode } from "./messages.ts";
import { newId } from "./process.ts";
import type { Encoded } from "./wire.ts";

type ContainerMounts = NonNullable<Encoded<typeof LLBBridge.NewContainer.request>["Mounts"]>;

/** A build that does nothing by itself: it lives until it is closed, and what is made in it goes with it. */
export interface Build {
  /** Marks calls as those of this build. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The id of what a definition makes, which need not be made yet. */
  solve(definition: LlbDefinition, signal?: AbortSignal): Promise<string>;
  /** Has a definition made at once. */
  evaluate(definition: LlbDefinition, signal: AbortSignal): Promise<void>;
  /**
   * Makes a container and returns its id, as soon as what it mounts is free for it: a mount that is locked, or wanted so,
   * may be in use. There, only the end of the build ends BuildKit's wait.
   */
  makeContainer(mounts: ContainerMounts, signal?: AbortSignal): Promise<string>;
  /** Ends what runs in a container and waits for that. False where nobody knows whether it has ended. */
  release(container: string): Promise<boolean>;
  hasEnded(): boolean;
  close(): Promise<void>;
}

/** Time for what a builder answers at once. */
const promptly = 30_000;

/** Begins a build without a frontend and without a definition, which BuildKit leaves to the calls that follow. */
export function openBuild(channel: Channel): Build {
  const ref = newId();
  // Internal: it stands neither in the history nor among the builds under way.
  const build = channel.open(Control.Solve, {});
  void build.send({ Ref: ref, Internal: true });
  build.end();
  let failure: unknown;
  let isOver = false;
  const ended = build
    .receive(() => {})
    .catch((error: unknown) => (failure = error))
    .finally(() => (isOver = true));
  const metadata = { "buildkit-controlapi-buildid": ref };
  const solve = async (Definition: LlbDefinition, Evaluate: boolean, signal: AbortSignal | undefined) => {
    const request = { Definition, allowResultReturn: true, allowResultArrayRef: true, Evaluate };
    try {
      const { result } = await channel.call(LLBBridge.Solve, request, { metadata, signal });
      return result?.ref?.id ?? "";
    } catch (error) {
      // A call of a build that has failed says no more than that there is none.
      throw failure ?? error;
    }
  };
  return {
    metadata,
    solve: (definition, signal) => solve(definition, false, signal),
    evaluate: async (definition, signal) => void (await solve(definition, true, signal)),
    async makeContainer(Mounts, signal) {
      const ContainerID = newId();
      // No limit: another build may hold a mount.
      const request = { ContainerID, Mounts, Network: NetMode.NONE };
      await channel.call(LLBBridge.NewContainer, request, { metadata, signal });
      return ContainerID;
    },
    release: (ContainerID) =>
      channel.call(LLBBridge.ReleaseContainer, { ContainerID }, { metadata, timeoutMs: promptly }).then(
        () => true,
        // It fails with the exit code of what it ended.
        (error: unknown) => error instanceof GrpcError && error.status !== GrpcStatus.DEADLINE_EXCEEDED,
      ),
    hasEnded: () => isOver,
    async close() {
      build.cancel();
      await ended;
    },
  };
}
