import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface SlowLine {
  readonly endpoint: string;
  stop(): void;
}

export interface SlowLineOptions {
  /** Host and port behind it. */
  readonly target: string;
  /** Time in ms for a way there and back. */
  readonly roundTripMs: number;
  /** Of each connection and direction. */
  readonly bytesPerSecond: number;
}

/** A line to a distant server: each connection is as slow as one over the ocean, however many there are. */
export async function startSlowLine({ target, roundTripMs, bytesPerSecond }: SlowLineOptions): Promise<SlowLine> {
  const { protocol, hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    let free = 0;
    let onTheWay = 0;
    let delivered: Promise<void> = Promise.resolve();
    from.on("data", (chunk: Buffer) => {
      const now = performance.now();
      free = Math.max(free, now) + (chunk.length / bytesPerSecond) * 1_000;
      onTheWay += chunk.length;
      // What a sender may have on such a way before it waits.
      if (onTheWay > bytesPerSecond * 0.1) from.pause();
      // In their order: timers of different lengths may end in another one.
      delivered = Promise.all([delivered, sleep(free - now + roundTripMs / 2)]).then(() => {
        onTheWay -= chunk.length;
        if (!to.destroyed) to.write(chunk);
        from.resume();
      });
    });
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      void delivered.then(() => setTimeout(() => to.destroy(), roundTripMs));
    });
    from.on("end", () => void delivered.then(() => to.end()));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    join(near, far);
    join(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `${protocol}//127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
