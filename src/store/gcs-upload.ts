import { randomBytes } from "node:crypto";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import type { Call, CallAnswer, GcsClient } from "./gcs-client.ts";
import { percentEncode } from "./keys.ts";
import type { Upload } from "./object-store.ts";
import { createParts } from "./parts.ts";
import { checkDigest } from "./refusals.ts";

export interface GcsUploadOptions {
  /** Name of the backend in the config. */
  readonly backend: string;
  readonly client: GcsClient;
  /** Path of the bucket's objects. */
  readonly objects: string;
  readonly prefix: string;
  /** Full name of the object. */
  readonly name: string;
  readonly onlyIfAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Where parts lie until they are put together. */
const folder = ".unfinished/";
/** Objects that Google puts together in one request: https://docs.cloud.google.com/storage/docs/composite-objects */
const composedAtOnce = 32;
/** Time in ms for a request to remove a part, which is sent though all else is over. */
const abortTimeout = 10_000;
/** Age in ms from which a part belongs to nobody: its process has ended in the middle. */
const abandonedAfter = 24 * 3_600_000;
const type = "application/octet-stream";

/** Whether a key is of a part, and so of no object. */
export function isUnfinished(key: string): boolean {
  return key.startsWith(folder);
}

/**
 * Parts as objects of their own that are composed in the end. A resumable upload takes its bytes in order only, and the
 * multipart protocol of the XML interface is another interface with other errors.
 */
export async function beginGcsUpload(options: GcsUploadOptions): Promise<Upload> {
  const { backend, client, objects, prefix, name, onlyIfAbsent } = options;
  const ending = new AbortController();
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal]);
  signal.throwIfAborted();
  const id = randomBytes(12).toString("hex");
  const parts = createParts<string>(name);
  const written: string[] = [];
  const sending = new Set<Promise<unknown>>();
  const temporary = (): string => {
    const part = `${prefix}${folder}${id}/${written.length + 1}`;
    written.push(part);
    return part;
  };
  const pathOf = (object: string): string => `${objects}/${percentEncode(object)}`;
  const compose = async (sources: readonly string[], target: string, condition: string) => {
    const sourceObjects = sources.map((source) => ({ name: source }));
    // Tells the object that this upload makes from another of the name.
    const body = JSON.stringify({ sourceObjects, destination: { contentType: type, metadata: { upload: id } } });
    const call: Call = {
      method: "POST",
      path: `${pathOf(target)}/compose?fields=name${condition}`,
      type: "application/json",
      parts: [Buffer.from(body)],
    };
    const answer = await client.ask(call, condition === "" ? [] : [412], signal);
    if (answer.status !== 412) requireName(answer);
    return answer;
  };
  /** @throws where it is no answer of Google's, and nothing is stored. */
  const requireName = ({ body }: CallAnswer): void => {
    const stored = body === "too large" ? undefined : fieldOf(parseJson(body), "name");
    if (typeof stored !== "string") throw client.describe(new Error("no object"));
  };
  const isOurs = async (): Promise<boolean> => {
    const { body } = await client.ask({ method: "GET", path: `${pathOf(name)}?fields=metadata` }, [404], signal);
    return body !== "too large" && fieldOf(fieldOf(parseJson(body), "metadata"), "upload") === id;
  };
  const remove = async (names: readonly string[]): Promise<void> => {
    // Not among the other requests: those end with the signal that may be the reason for this one.
    const send = async (part: string) => {
      const answer = await client.open({ method: "DELETE", path: pathOf(part) }, AbortSignal.timeout(abortTimeout));
      answer.body.resume();
    };
    await Promise.all(names.map((part) => send(part).catch(() => {})));
  };
  const end = async (): Promise<void> => {
    parts.end();
    await Promise.allSettled(sending);
    await remove(written);
  };

  return {
    async part(number, body, { sha256, isChecked = false } = {}) {
      parts.check(number);
      if (!isChecked) checkDigest(backend, name.slice(prefix.length), body, sha256);
      const part = temporary();
      const path = `/upload${objects}?uploadType=media&fields=name&name=${percentEncode(part)}`;
      const sent = client.ask({ method: "POST", path, type, parts: [body] }, [], signal).then(requireName);
      sending.add(sent);
      await sent.finally(() => sending.delete(sent));
      parts.set(number, part);
    },
    async complete() {
      let sources = parts.inOrder();
      while (sources.length > composedAtOnce) {
        const [first, rest] = [sources.slice(0, composedAtOnce), sources.slice(composedAtOnce)];
        const joined = temporary();
        await compose(first, joined, "");
        sources = [joined, ...rest];
      }
      const { status, tries } = await compose(sources, name, onlyIfAbsent ? "&ifGenerationMatch=0" : "");
      const result = status !== 412 || (tries > 1 && (await isOurs())) ? "stored" : "exists";
      await end();
      return result;
    },
    async abort() {
      if (parts.hasEnded) return;
      ending.abort(new Error(`the upload of ${name} is aborted`));
      await end();
    },
  };
}

/** Parts that a killed process left; one page of them is enough for one time. */
export async function removeAbandoned({
  client,
  objects,
  prefix,
}: Pick<GcsUploadOptions, "client" | "objects" | "prefix">): Promise<void> {
  const query = new URLSearchParams({ prefix: `${prefix}${folder}`, fields: "items(name,timeCreated)" });
  const { body } = await client.ask({ method: "GET", path: `${objects}?${query}` }, [], undefined);
  const before = Date.now() - abandonedAfter;
  const old = listOf(fieldOf(body === "too large" ? undefined : parseJson(body), "items")).filter(
    (item) => Date.parse(String(fieldOf(item, "timeCreated"))) < before,
  );
  const names = old.map((item) => String(fieldOf(item, "name")));
  await Promise.all(
    names.map((name) => client.ask({ method: "DELETE", path: `${objects}/${percentEncode(name)}` }, [404], undefined)),
  );
}
