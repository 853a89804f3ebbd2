import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { moduleDir } from "../toolchain/locate.mjs";
import type { Certificates } from "./certs.ts";
import { makeTempDir } from "./cleanup.ts";
import { cleanEnv } from "./env.ts";
import { freePort, isListening } from "./poll.ts";
import { startServer, waitForServer } from "./process.ts";

export interface TlsFront {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Built once a process. */
let program: string | undefined;

/** What clouds have in front of their stores: it ends TLS, and passes the bytes on to a server that knows nothing of it. */
export async function startTlsFront(target: string, { serverCert, serverKey }: Certificates): Promise<TlsFront> {
  program ??= buildProgram();
  const [host, port] = ["127.0.0.1", await freePort()];
  const listen = `${host}:${port}`;
  const server = startServer(program, [listen, new URL(target).host, serverCert, serverKey], { env: cleanEnv() });
  await waitForServer(server, "terminate-tls", () => isListening(host, port));
  return { endpoint: `https://${listen}`, stop: () => server.stop() };
}

function buildProgram(): string {
  const path = join(makeTempDir("terminate-tls"), "terminate-tls");
  execFileSync("go", ["build", "-o", path, "./terminate-tls"], { cwd: moduleDir });
  return path;
}
