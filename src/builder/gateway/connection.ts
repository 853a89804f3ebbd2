import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host, ProgramPipe } from "../../host/host.ts";
import type { Buildx } from "../buildx.ts";
import { parseEndpoint } from "../endpoint.ts";
import { lastError } from "../inspect.ts";
import { type Channel, GrpcError, GrpcStatus, openChannel } from "./channel.ts";

export interface DialOptions {
  /** The builder's name. */
  readonly builder: string;
  /** Chooses among the nodes of a builder that has several. */
  readonly platform?: string | undefined;
  /** The address of a builder whose driver is remote. */
  readonly endpoint?: string | undefined;
}

export interface Connection {
  readonly channel: Channel;
  /** What the user is to see of a failed call: a BkcacheError where BuildKit or the connection is at fault, else the same. */
  readonly explain: (error: unknown) => Promise<unknown>;
  close(): Promise<void>;
}

/** Time in ms for a program whose connection broke to say why. */
const lastWords = 1000;

type Pipe = Pick<ProgramPipe, "stream" | "stderr" | "ended" | "close">;

/**
 * Connects to a builder through buildx, which knows every driver and has the certificates; to a socket of this machine
 * directly, since buildx takes a second for it now and then, where its first question comes before the connection.
 */
export async function dial(host: Host, buildx: Buildx, options: DialOptions): Promise<Connection> {
  const { builder, platform, endpoint } = options;
  const args = ["dial-stdio", "--builder", builder, ...(platform === undefined ? [] : ["--platform", platform])];
  const direct = endpoint === undefined ? null : await openSocket(endpoint);
  const open = () => host.openPipe(buildx.command, [...buildx.prefix, ...args], { cwd: host.cwd });
  return connectTo(direct ?? (await open()), builder);
}

/** The same for a socket of this machine alone; null for what is none, or cannot be opened. */
export async function dialSocket(endpoint: string, builder: string): Promise<Connection | null> {
  const pipe = await openSocket(endpoint);
  return pipe === null ? null : connectTo(pipe, builder);
}

function connectTo(pipe: Pipe, builder: string): Connection {
  const channel = openChannel(pipe.stream);
  return {
    channel,
    explain: async (error) => (error instanceof GrpcError ? explain(error, builder, pipe) : error),
    async close() {
      channel.close();
      await pipe.close();
    },
  };
}

/** Null for what is no socket of this machine, or cannot be opened: buildx has words for the reason. */
async function openSocket(address: string): Promise<Pipe | null> {
  const endpoint = parseEndpoint(address);
  if (typeof endpoint === "string" || endpoint.scheme !== "unix") return null;
  const stream = connect({ path: endpoint.path });
  const isOpen = await new Promise<boolean>((resolve) => {
    stream.once("connect", () => resolve(true)).on("error", () => resolve(false));
  });
  if (!isOpen) return null;
  return { stream, stderr: () => "", ended: Promise.resolve(0), close: async () => void stream.destroy() };
}

async function explain(cause: GrpcError, builder: string, pipe: Pipe): Promise<BkcacheError> {
  const hint = "`docker buildx inspect` shows whether it runs";
  switch (cause.status) {
    case GrpcStatus.UNAVAILABLE: {
      await Promise.race([pipe.ended, setTimeout(lastWords, undefined, { ref: false })]);
      const said = pipe.stderr().trim();
      const reason = said === "" ? cause.message : lastError(said);
      const message = `the connection to builder ${builder} broke: ${reason}`;
      return new BkcacheError({ code: "BK4021", message, hint, cause });
    }
    case GrpcStatus.DEADLINE_EXCEEDED: {
      const message = `builder ${builder} does not answer: ${cause.message}`;
      return new BkcacheError({ code: "BK4021", message, hint, cause });
    }
    default:
      return new BkcacheError({ code: "BK4022", message: `builder ${builder}: ${cause.message}`, cause });
  }
}
