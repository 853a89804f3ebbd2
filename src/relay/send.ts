import type { IncomingMessage } from "node:http";
import { giveBack } from "../store/chunks.ts";
import { S3Error } from "./errors.ts";
import type { Answer } from "./request.ts";
import type { Exchange } from "./server.ts";
import { writeError, xmlHead } from "./xml.ts";

/** What is read of a body that nobody wants, so that the client gets its answer in place of a broken line. */
export interface Rest {
  /** Goes on where the reading stopped. */
  readonly bytes: AsyncIterator<Buffer>;
  readonly most: number;
  readonly ms: number;
}

/**
 * Sends an answer, as fast as the client takes it.
 * @param rest null where the body has been read, or the client has not begun to send it
 */
export async function send(exchange: Exchange, answer: Answer, rest: Rest | null): Promise<void> {
  const { request, response, signal } = exchange;
  const { status, headers = {}, body } = answer;
  try {
    signal.throwIfAborted();
    const isText = typeof body === "string";
    response.writeHead(status, {
      ...headers,
      ...(isText && { "content-length": Buffer.byteLength(body) }),
      ...(hasUnread(request) && { connection: "close" }),
    });
    if (request.method === "HEAD" || body === undefined) response.flushHeaders();
    else if (isText) response.write(body);
    else {
      for await (const chunk of body) {
        signal.throwIfAborted();
        const isRead = response.write(chunk, (error) => {
          if (error === null || error === undefined) giveBack(chunk);
        });
        if (!isRead) await event(exchange, "drain");
      }
    }
    // All of the answer is on its way, so the client may stop sending before the line ends.
    if (hasUnread(request) && rest !== null) await discard(rest);
    response.end();
    if (!response.writableFinished) await event(exchange, "finish");
  } catch (error) {
    // The client must not take half of an answer for all of it.
    response.destroy();
    if (!signal.aborted) throw error;
  } finally {
    answer.close?.();
  }
}

/** Waits for what comes as the client reads. @throws Error where it has gone or does not read */
async function event({ response, idleMs }: Exchange, name: "drain" | "finish"): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      response.off(name, onEvent);
      response.off("close", onClose);
      settle();
    };
    const fail = (text: string): void => end(() => reject(new Error(text)));
    const onEvent = (): void => end(resolve);
    const onClose = (): void => fail("the client has gone");
    const timer = setTimeout(fail, idleMs, "the client does not read");
    response.once(name, onEvent);
    response.once("close", onClose);
    if (response.destroyed) onClose();
  });
}

/** Whether there are bytes that nobody has read. */
function hasUnread({ complete, headers }: IncomingMessage): boolean {
  return !complete && (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0);
}

async function discard({ bytes, most, ms }: Rest): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<null>((resolve) => (timer = setTimeout(resolve, ms, null)));
  try {
    for (let read = 0; read < most;) {
      const next = await Promise.race([bytes.next(), bound]);
      if (next === null || next.done === true) return;
      read += next.value.length;
    }
  } catch {
    // The line broke: nobody waits for the answer.
  } finally {
    clearTimeout(timer);
  }
}

export function errorAnswer(error: S3Error, resource: string): Answer {
  return {
    status: error.status,
    headers: { "content-type": "application/xml" },
    body: xmlHead + errorText(error, resource),
  };
}

/** What is no refusal of the relay's is told to the client as little as S3 does. */
export function asS3Error(error: unknown): S3Error {
  return error instanceof S3Error ? error : new S3Error("InternalError", "the relay failed", { cause: error });
}

function errorText({ code, message }: S3Error, resource: string): string {
  return writeError({ Code: code, Message: message, Resource: resource });
}

/** Time in ms after which a client is shown that its request is at work, well below the 60 s of the AWS CLI. */
const patience = 10_000;

/**
 * The answer to work that may take long. After a while it begins with 200 and goes on with spaces, as S3 does it; a failure is
 * then told in its body, where clients look for it.
 */
export async function answerInTime(work: Promise<Answer>, resource: string, waitMs = patience): Promise<Answer> {
  const settled = work.then(
    (answer) => (typeof answer.body === "string" ? answer.body : ""),
    (error: unknown) => errorText(asS3Error(error), resource),
  );
  const wait = async (): Promise<string | null> => {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<null>((resolve) => (timer = setTimeout(resolve, waitMs, null)));
    return Promise.race([settled, bound]).finally(() => clearTimeout(timer));
  };
  if ((await wait()) !== null) return work;
  async function* body() {
    yield Buffer.from(xmlHead);
    for (;;) {
      const text = await wait();
      yield Buffer.from(text ?? " ");
      if (text !== null) return;
    }
  }
  return { status: 200, headers: { "content-type": "application/xml" }, body: body() };
}
