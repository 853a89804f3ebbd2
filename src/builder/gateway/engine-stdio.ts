import type { Duplex } from "node:stream";
import { createOutputReader, type EngineContainer, startInContainer } from "../engine.ts";
import { markName } from "./build-stdio.ts";
import { createPauser, createWriter } from "./flow.ts";
import { helperEnv, helperPath } from "./llb.ts";
import type { OutputPiece, Stdio } from "./stdio.ts";

/**
 * Processes in the containers of a builder's builds that the Docker engine of the builder starts. BuildKit and what leads to
 * it (buildx, the engine, containerd's shim, buildctl) each copy all that goes through it; here it is the engine and the shim.
 */
export interface EngineWay {
  /**
   * Starts a script in the container whose first process has this mark, with the same root, mounts, network and process
   * numbers, so that it ends with that container. Null where the engine cannot, which then is asked no more.
   */
  start(mark: string, script: string): Promise<Stdio | null>;
}

/** Time in ms for a process to be there. */
const patience = 3000;
/** What it writes first, by which it is known to be there. */
const greeting = "entered";

/**
 * Enters the container whose first process, number 1 there, has the mark that comes on standard input, and runs `$1` there.
 * Nobody else knows the mark, so that no step of a build is taken for it. It takes what it needs from the helper, as far as
 * the image of the builder need not have it. That process may just be starting.
 */
const enter = `IFS= read -r mark || exit
tries=0
while [ $tries -lt 100 ]; do
  for found in $(grep -lszxF -e "${markName}=$mark" /proc/[0-9]*/environ); do
    found=\${found%/environ}
    grep -qs '^NSpid:.*[[:space:]]1$' "$found/status" || continue
    exec "$found/root${helperPath}" nsenter -t "\${found#/proc/}" -m -p -n -i -u -- \\
      ${helperPath} env -i ${helperEnv.join(" ")} ${helperPath} sh -c "$1"
  done
  tries=$((tries + 1))
  sleep 0.02
done
exit 1`;

export function createEngineWay(container: EngineContainer): EngineWay {
  let isUsable = true;
  const giveUp = (): void => void (isUsable = false);
  return {
    async start(mark, script) {
      if (!isUsable) return null;
      const connection = await startInContainer(container, ["sh", "-c", enter, "sh", `echo ${greeting}\n${script}`]);
      const stdio = connection === null ? null : createStdio(connection, giveUp);
      stdio?.write(`${mark}\n`);
      if (stdio !== null && (await stdio.isGreeted())) return stdio;
      giveUp();
      return null;
    },
  };
}

interface GreetedStdio extends Stdio {
  write(text: string): void;
  /** Whether the greeting comes within the time. */
  isGreeted(): Promise<boolean>;
}

/** @param onBroken called where it ends before it was let */
function createStdio(connection: Duplex, onBroken: () => void): GreetedStdio {
  const writer = createWriter(connection);
  let take: (piece: OutputPiece) => void | Promise<void> = () => {};
  let failure: Error | undefined;
  let isLetGo = false;
  const waitFor = createPauser(connection, () => {});
  const read = createOutputReader((fd, data) => waitFor(take({ fd, data })));
  connection.on("data", read).on("error", (error) => (failure = error));
  const closed = new Promise<void>((resolve) => void connection.once("close", () => resolve()));
  void closed.then(() => {
    if (!isLetGo) onBroken();
  });
  const cancel = (): void => {
    isLetGo = true;
    connection.destroy();
  };
  return {
    write: (text) => writer.write(Buffer.from(text)),
    async isGreeted() {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      let said = "";
      take = ({ fd, data }) => {
        if (fd === 1) said += data.toString("latin1");
        if (said === `${greeting}\n`) resolve(true);
      };
      const timer = setTimeout(resolve, patience, false);
      void closed.then(() => resolve(false));
      const isGreeted = await promise;
      clearTimeout(timer);
      if (!isGreeted) cancel();
      return isGreeted;
    },
    async send(data) {
      if (connection.destroyed || connection.writableEnded) return;
      writer.write(data);
      await writer.room();
    },
    end() {
      isLetGo = true;
      connection.end();
    },
    async receive(onPiece) {
      take = onPiece;
      await closed;
      return failure === undefined ? "the Docker engine ended a process" : `the Docker engine: ${failure.message}`;
    },
    cancel,
  };
}
