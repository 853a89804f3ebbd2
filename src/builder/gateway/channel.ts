import { connect, constants, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import type { Duplex } from "node:stream";
import { createPauser } from "./flow.ts";
import { createDeframer, createSender } from "./framing.ts";
import type { Message } from "./wire.ts";

/** A call of an API: its path and what goes each way. */
interface Method<In, Out> {
  readonly path: string;
  readonly request: Pick<Message<In, unknown>, "encode">;
  readonly response: Pick<Message<never, Out>, "decode">;
}

interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Ends the call after this time; without it a call may take for ever. */
  readonly timeoutMs?: number;
}

export interface Call<In, Out> {
  /** Resolves when there is room for more; what is sent to a call that has ended is dropped. */
  send(message: In): Promise<void>;
  /** Says that nothing more will be sent. */
  end(): void;
  /**
   * Gives every message to `onMessage` as it comes, and resolves at the end of the call; to be called once. Byte strings
   * of a message are valid until `onMessage` returns. While a promise that it returned waits no more is read, but for what
   * has come already. What it throws breaks the call off.
   * @throws GrpcError for a call that failed.
   */
  receive(onMessage: (message: Out) => void | Promise<void>): Promise<void>;
  /** Breaks the call off, which the server sees as a cancelled context. */
  cancel(): void;
}

/** gRPC on a connection that exists already. Own code: a library dials by itself, and this may be the output of `buildx dial-stdio`. */
export interface Channel {
  open<In, Out>(method: Method<In, Out>, options?: CallOptions): Call<In, Out>;
  /** One message there, and every message back. */
  collect<In, Out>(method: Method<In, Out>, request: In, options?: CallOptions): Promise<readonly Out[]>;
  /** One message there, one back. */
  call<In, Out>(method: Method<In, Out>, request: In, options?: CallOptions): Promise<Out>;
  /** False once the connection has ended or broken: it never comes back. */
  isOpen(): boolean;
  /** Breaks off every call under way. */
  close(): void;
}

/** How a call failed that was not broken off from this side. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  /** https://grpc.io/docs/guides/status-codes/ */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export const GrpcStatus = {
  UNKNOWN: 2,
  DEADLINE_EXCEEDED: 4,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
} as const;

/**
 * Bytes that the server may send ahead of what was read, for each call and in all: HTTP/2's own 64 KiB would make a far
 * builder wait after every one of them.
 */
const window = { call: 4 << 20, connection: 16 << 20 } as const;
/** Megabytes that node:http2 may hold, beyond which it refuses streams: the window, and what goes out on every call. */
const maxSessionMemory = 128;

/**
 * Speaks gRPC over `connection`. Written on node:http2 since that takes any stream: a client that opens its own sockets
 * would need a listening one between it and the builder. Source:
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function openChannel(connection: Duplex): Channel {
  const session = connect("http://buildkit", {
    createConnection: () => connection,
    maxSessionMemory,
    settings: { enablePush: false, initialWindowSize: window.call },
  });
  session.once("connect", () => {
    // It may have been closed meanwhile.
    if (!session.destroyed && !session.closed) session.setLocalWindowSize(window.connection);
  });
  // Each call learns of it by itself.
  session.on("error", () => {});

  const open = <In, Out>(method: Method<In, Out>, options: CallOptions = {}): Call<In, Out> => {
    const { signal, timeoutMs, metadata } = options;
    if (session.destroyed || session.closed) {
      return brokenCall(new GrpcError(GrpcStatus.UNAVAILABLE, "the connection is closed"));
    }
    const stream = session.request({
      ":method": "POST",
      ":path": method.path,
      "content-type": "application/grpc",
      te: "trailers",
      ...metadata,
    });
    // The reader gets it; without a reader nobody waits for it.
    stream.on("error", () => {});
    let reason: Error | undefined;
    const breakOff = (error: Error) => {
      reason ??= error;
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const onAbort = () => {
      // Who broke it off knows its reason again.
      const cause: unknown = signal?.reason;
      breakOff(cause instanceof Error ? cause : new Error("interrupted", { cause }));
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            breakOff(new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `no answer within ${timeoutMs / 1000} s`));
          }, timeoutMs);
    let headers: IncomingHttpHeaders = {};
    const addHeaders = (received: IncomingHttpHeaders) => (headers = { ...headers, ...received });
    // A call that fails at once has its status in the headers.
    stream.on("response", addHeaders).on("trailers", addHeaders);
    const closed = new Promise<void>((resolve) => void stream.once("close", resolve)).then(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      return { headers, reason };
    });
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted === true) onAbort();
    const send = createSender(stream, method.request.encode);
    return {
      send,
      end: () => void stream.end(),
      receive: (onMessage) => receive(stream, method, closed, onMessage),
      cancel: () => breakOff(new Error("broken off")),
    };
  };
  const collect = async <In, Out>(method: Method<In, Out>, request: In, options?: CallOptions) => {
    const call = open(method, options);
    const messages: Out[] = [];
    const received = call.receive((message) => void messages.push(message));
    void call.send(request);
    call.end();
    await received;
    return messages;
  };
  return {
    open,
    collect,
    async call(method, request, options) {
      const [response, ...more] = await collect(method, request, options);
      if (response === undefined || more.length > 0) {
        throw new GrpcError(GrpcStatus.INTERNAL, `${method.path} gave ${more.length} messages for one`);
      }
      return response;
    },
    isOpen: () => !session.destroyed && !session.closed,
    close: () => session.destroy(),
  };
}

function brokenCall(error: Error): Call<never, never> {
  return { send: async () => {}, end: () => {}, receive: () => Promise.reject(error), cancel: () => {} };
}

interface Outcome {
  readonly headers: IncomingHttpHeaders;
  /** Why this side broke it off. */
  readonly reason: Error | undefined;
}

/**
 * Reads by events and hands on each message at once: a mount comes in frames of 16 KiB, and a loop over them, or a copy of
 * each, costs more than all else that is done with them here.
 */
async function receive<Out>(
  stream: ClientHttp2Stream,
  method: Method<never, Out>,
  closed: Promise<Outcome>,
  onMessage: (message: Out) => void | Promise<void>,
): Promise<void> {
  let broken: unknown;
  let refusal: { readonly error: unknown } | undefined;
  const refuse = (error: unknown): void => {
    refusal ??= { error };
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const waitFor = createPauser(stream, refuse);
  const take = (message: Out): void => {
    if (refusal !== undefined) return;
    let answer;
    try {
      answer = onMessage(message);
    } catch (error) {
      return refuse(error);
    }
    waitFor(answer);
  };
  const deframe = createDeframer((bytes) => take(method.response.decode(bytes)));
  stream.on("data", (chunk: Buffer) => {
    try {
      deframe(chunk);
    } catch (error) {
      broken ??= error;
      stream.close(constants.NGHTTP2_CANCEL);
    }
  });
  const { headers, reason } = await closed;
  if (refusal !== undefined) throw refusal.error;
  if (reason !== undefined) throw reason;
  const status = headers["grpc-status"];
  if (status !== undefined && status !== "0") {
    throw new GrpcError(Number(status), decodeMessage(String(headers["grpc-message"] ?? "")));
  }
  if (status === "0" && broken === undefined) return;
  const code = headers[":status"] as number | undefined;
  const said =
    code === undefined || code === 200 ? "the connection broke" : `the builder answers with HTTP status ${code}`;
  throw new GrpcError(GrpcStatus.UNAVAILABLE, said, { cause: broken });
}

/** Percent-encoded UTF-8, as the protocol has it; what is not is taken as it is. */
function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
