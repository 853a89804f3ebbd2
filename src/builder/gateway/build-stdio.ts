import type { Channel } from "./channel.ts";
import { helperEnv, helperPath } from "./llb.ts";
import { LLBBridge } from "./messages.ts";
import { newId } from "./process.ts";
import type { Stdio } from "./stdio.ts";

/**
 * BuildKit starts further processes in a container, at the cost of one, only as long as its first one lives. It ends a
 * container with the first process that fails, so that all of them end well.
 */
const stay = "exec sleep 2147483647 </dev/null >/dev/null 2>&1";

export interface BuildProcess {
  readonly container: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly script: string;
  /** Of the first process in its container, which stays there after the end of its script: a word of its environment. */
  readonly mark?: string;
}

/** By which the first process of a container is known among those of the builder: BKCACHE_CONTAINER in its environment. */
export const markName = "BKCACHE_CONTAINER";

/** A process in a build's container, whose streams BuildKit carries. */
export interface BuildStdio extends Stdio {
  /** Resolves when BuildKit has started it, or will not any more. */
  readonly started: Promise<void>;
}

export function startInBuild(channel: Channel, { container, metadata, script, mark }: BuildProcess): BuildStdio {
  const call = channel.open(LLBBridge.ExecProcess, { metadata });
  const ProcessID = newId();
  const Meta = {
    args: [helperPath, "sh", "-c", mark === undefined ? script : `${script}\n${stay}`],
    cwd: "/",
    env: [...helperEnv, ...(mark === undefined ? [] : [`${markName}=${mark}`])],
  };
  const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
  void call.send({ ProcessID, Init: { ContainerID: container, Meta, Fds: [0, 1, 2] } });
  return {
    started,
    send: (Data) => call.send({ ProcessID, File: { Data } }),
    end: () => void call.send({ ProcessID, File: { EOF: true } }),
    async receive(onPiece) {
      let reason: string | null = null;
      try {
        await call.receive(({ Started, File, Exit, Done }) => {
          if (Started !== undefined) onStarted();
          if (Exit?.Error !== undefined) reason = Exit.Error.message;
          // The call ends where both sides have said that they are through.
          if (Done !== undefined) call.end();
          return File === undefined ? undefined : onPiece({ fd: File.Fd, data: File.Data });
        });
        return reason;
      } finally {
        onStarted();
      }
    },
    cancel: () => call.cancel(),
  };
}
