import { BkcacheError } from "../../diagnostics/error.ts";
import type { Host, ProgramPipe } from "../../host/host.ts";
import type { Buildx } from "../buildx.ts";
import { lastError } from "../inspect.ts";
import { type Channel, GrpcError, GrpcStatus, openChannel } from "./channel.ts";

export interface DialOptions {
  /** The builder's name. */
  readonly builder: string;
  /** Chooses among the nodes of a builder that has several. */
  readonly platform?: string | undefined;
}

export interface Connection {
  readonly channel: Channel;
  /** What the user sees of a failed call: a BkcacheError where BuildKit or the connection is at fault, else the same. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}

/** Connects to a builder through buildx, which knows every driver and has the certificates. */
export async function dial(host: Host, buildx: Buildx, { builder, platform }: DialOptions): Promise<Connection> {
  const args = ["dial-stdio", "--builder", builder, ...(platform === undefined ? [] : ["--platform", platform])];
  const pipe = await host.openPipe(buildx.command, [...buildx.prefix, ...args]);
  const channel = openChannel(pipe.stream);
  return {
    channel,
    explain: (error) => explain(error, builder, pipe),
    async close() {
      channel.close();
      await pipe.close();
    },
  };
}

function explain(error: unknown, builder: string, pipe: ProgramPipe): unknown {
  if (!(error instanceof GrpcError)) return error;
  const cause = error;
  if (error.status === GrpcStatus.CANCELLED) return error;
  if (error.status === GrpcStatus.UNAVAILABLE) {
    const said = pipe.stderr().trim();
    return new BkcacheError({
      code: "BK4021",
      message: `the connection to builder ${builder} broke: ${said === "" ? error.message : lastError(said)}`,
      hint: "`docker buildx inspect` shows whether it runs",
      cause,
    });
  }
  if (error.status === GrpcStatus.DEADLINE_EXCEEDED) {
    return new BkcacheError({
      code: "BK4021",
      message: `builder ${builder} does not answer any more: ${error.message}`,
      hint: "`docker buildx inspect` shows whether it runs",
      cause,
    });
  }
  if (error.status === GrpcStatus.UNIMPLEMENTED) {
    return new BkcacheError({
      code: "BK4022",
      message: `builder ${builder} cannot open cache mounts: ${error.message}`,
      cause,
    });
  }
  return new BkcacheError({ code: "BK4022", message: `builder ${builder} refuses: ${error.message}`, cause });
}
