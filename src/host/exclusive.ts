import { createHash } from "node:crypto";
import { createServer } from "node:net";

/**
 * Takes a name that one process of this machine has at a time, such as the path of a folder. Returns what gives it back; null
 * where another process has it. The kernel gives back what a process held that was killed: it is the name of a socket
 * (unix(7), abstract sockets), which leaves no file. Where there are none, as on macOS, everybody gets it.
 */
export async function takeExclusively(name: string): Promise<(() => void) | null> {
  if (process.platform !== "linux") return () => {};
  const server = createServer((socket) => socket.destroy());
  const socketName = `\0bkcache-${createHash("sha256").update(name).digest("hex").slice(0, 40)}`;
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      // A machine that has no such sockets is no reason not to go on.
      resolve(error.code === "EADDRINUSE" ? null : () => {});
    });
    server.listen(socketName, () => {
      server.unref();
      resolve(() => void server.close());
    });
  });
}
