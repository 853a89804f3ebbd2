import { createHash, randomBytes } from "node:crypto";
import { BkcacheError } from "../diagnostics/error.ts";
import { fieldOf, listOf, parseJson } from "../host/json.ts";
import { openContent, type OpenedBody, rangeHeader, readContentRange } from "./content.ts";
import { type CallAnswer, type CallContent, createGcsClient, type GcsClientOptions } from "./gcs-client.ts";
import { readFailure } from "./failure.ts";
import { beginGcsUpload, isUnfinished, removeAbandoned } from "./gcs-upload.ts";
import { hasBytes } from "./has-bytes.ts";
import { assertKey, comesAfter, isKey, percentEncode } from "./keys.ts";
import type { ByteRange, ObjectInfo, ObjectStore } from "./object-store.ts";
import { checkDigest, replaced, tooLarge } from "./refusals.ts";
import { defaultPolicy, type RequestPolicy } from "./requests.ts";
import { discard } from "./transfer.ts";

export interface GcsStoreOptions extends Omit<GcsClientOptions, "policy"> {
  readonly policy?: RequestPolicy;
  /** Keys of one page of a listing, at most 1000. */
  readonly pageSize?: number;
}

/**
 * Objects in a bucket of Google Cloud Storage, by its JSON protocol.
 * @throws BkcacheError BK2043, BK5023.
 */
export async function createGcsStore(options: GcsStoreOptions): Promise<ObjectStore> {
  const { place, signal: ofStore, policy = defaultPolicy, pageSize = 1_000 } = options;
  const { backend, bucket, prefix } = place;
  const client = await createGcsClient({ ...options, policy });
  const { ask } = client;

  const objects = `/storage/v1/b/${percentEncode(bucket)}/o`;
  const nameOf = (key: string): string => {
    assertKey(key);
    return prefix + key;
  };
  const pathOf = (key: string): string => `${objects}/${percentEncode(nameOf(key))}`;
  /** An answer, which has this field; a page that a network's login shows has not. */
  const found = (body: CallAnswer["body"], field: string): unknown => {
    const answer = body === "too large" ? undefined : parseJson(body);
    if (fieldOf(answer, field) === undefined) throw client.describe(noObject());
    return answer;
  };
  /** A missing object and a missing bucket answer alike, so the bucket is asked for at the first that is missing. */
  let isBucketKnown = false;
  const absent = async (signal: AbortSignal | undefined): Promise<null> => {
    if (!isBucketKnown) {
      await ask(
        { method: "GET", path: `${objects}?maxResults=1&fields=nextPageToken&prefix=${percentEncode(prefix)}` },
        [],
        signal,
      );
    }
    isBucketKnown = true;
    return null;
  };

  let swept: Promise<void> | undefined;
  const store: ObjectStore = {
    place: `${place.type}://${bucket}/${prefix}`,
    async get(key, { signal, maxBytes = Infinity } = {}) {
      const path = `${pathOf(key)}?alt=media`;
      const { status, headers, body } = await ask({ method: "GET", path, maxBytes }, [404], signal);
      if (status === 404) return absent(signal);
      if (versionOf(headers) === "") throw client.describe(noObject());
      if (body === "too large") throw tooLarge(backend, key, maxBytes);
      return body;
    },
    async put(key, body, { signal, onlyIfAbsent = false, sha256 } = {}) {
      const name = nameOf(key);
      // Google knows no SHA-256; it compares the MD5 of what was just found to be right.
      checkDigest(backend, key, body, sha256);
      const md5Hash = sha256 === undefined ? undefined : createHash("md5").update(body).digest("base64");
      const contentType = "application/octet-stream";
      const boundary = randomBytes(16).toString("hex");
      const head =
        `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n` +
        `${JSON.stringify({ name, contentType, md5Hash })}\r\n--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`;
      const parts = [Buffer.from(head), body, Buffer.from(`\r\n--${boundary}--\r\n`)];
      const query = `uploadType=multipart&fields=name${onlyIfAbsent ? "&ifGenerationMatch=0" : ""}`;
      const {
        status,
        tries,
        body: answer,
      } = await ask(
        { method: "POST", path: `/upload${objects}?${query}`, type: `multipart/related; boundary=${boundary}`, parts },
        onlyIfAbsent ? [412] : [],
        signal,
      );
      if (status === 412) return tries > 1 && (await hasBytes(store, key, body)) ? "stored" : "exists";
      found(answer, "name");
      return "stored";
    },
    async read(key, { range, signal: ofCall } = {}) {
      const path = `${pathOf(key)}?alt=media`;
      const signal = ofCall === undefined ? ofStore : AbortSignal.any([ofStore, ofCall]);
      const open = async (wanted: ByteRange | undefined, version = ""): Promise<OpenedBody | "outside" | null> => {
        const header = wanted === undefined ? undefined : rangeHeader(wanted);
        if (header === null) return "outside";
        const headers = header === undefined ? {} : { range: header };
        const condition = version === "" ? "" : `&ifGenerationMatch=${version}`;
        try {
          const answer = await client.open({ method: "GET", path: `${path}${condition}`, headers }, signal);
          return openedBody(answer);
        } catch (error) {
          const { status } = readFailure(error);
          if (status === 416) return "outside";
          // Without the object, or with another in its place.
          if (status === 404 || status === 412) return null;
          throw error;
        }
      };
      const content = await openContent(
        {
          open: (wanted, version) => client.run(() => open(wanted, version), ofCall),
          isPassing: client.isPassing,
          describe: client.describe,
          replaced: () => replaced(backend, key),
          signal,
          ...policy,
        },
        range,
      );
      return content ?? absent(ofCall);
    },
    async upload(key, { signal, onlyIfAbsent = false } = {}) {
      const name = nameOf(key);
      swept ??= removeAbandoned({ client, objects, prefix }).catch(() => {});
      return beginGcsUpload({ backend, client, objects, prefix, name, signal, onlyIfAbsent });
    },
    async stat(key, { signal } = {}) {
      const path = `${pathOf(key)}?fields=${fields}`;
      const { status, body } = await ask({ method: "GET", path }, [404], signal);
      return status === 404 ? absent(signal) : readInfo(found(body, "name"), key);
    },
    async *list(under, { signal, startAfter } = {}) {
      let token = "";
      do {
        const query = new URLSearchParams({
          prefix: prefix + under,
          maxResults: String(pageSize),
          fields: `kind,items(${fields}),nextPageToken`,
          ...(startAfter !== undefined && { startOffset: prefix + startAfter }),
          ...(token !== "" && { pageToken: token }),
        });
        const { body } = await ask({ method: "GET", path: `${objects}?${query}` }, [], signal);
        const page = found(body, "kind");
        for (const item of listOf(fieldOf(page, "items"))) {
          const name = fieldOf(item, "name");
          const key = typeof name === "string" ? name.slice(prefix.length) : "";
          // Folders as some tools make them, and whatever else is no key.
          if (isKey(key) && !isUnfinished(key) && comesAfter(key, startAfter)) yield readInfo(item, key);
        }
        const next = fieldOf(page, "nextPageToken");
        if (next === token && token !== "") throw endlessListing(backend);
        token = typeof next === "string" ? next : "";
      } while (token !== "");
    },
    async delete(keys, { signal } = {}) {
      const paths = [...new Set(keys)].map(pathOf);
      await Promise.all(paths.map((path) => ask({ method: "DELETE", path }, [404], signal)));
    },
    async touch(key, { signal } = {}) {
      const path = `${pathOf(key)}/rewriteTo${pathOf(key).slice("/storage/v1".length)}`;
      let query = "";
      do {
        const { status, body } = await ask({ method: "POST", path: `${path}${query}` }, [404], signal);
        if (status === 404) return (await absent(signal)) !== null;
        // A large object is rewritten in several steps.
        const step = found(body, "kind");
        const token = fieldOf(step, "done") === false ? fieldOf(step, "rewriteToken") : undefined;
        query = typeof token === "string" ? `?rewriteToken=${encodeURIComponent(token)}` : "";
      } while (query !== "");
      return true;
    },
    close: () => client.close(),
  };
  return store;
}

const fields = "name,size,timeCreated";

function readInfo(item: unknown, key: string): ObjectInfo {
  // A rewrite makes a new generation, and this the time of it.
  return {
    key,
    size: Number(fieldOf(item, "size") ?? 0),
    modifiedAt: new Date(String(fieldOf(item, "timeCreated"))).getTime(),
  };
}

/** Other contents, other generation; empty for what is no object, such as a page that a network's login shows. */
function versionOf(headers: Headers): string {
  return headers.get("x-goog-generation") ?? "";
}

function noObject(): Error {
  return Object.assign(new Error("no object"), { code: "" });
}

function openedBody({ headers, body }: CallContent): OpenedBody {
  const range = readContentRange(headers.get("content-range"));
  const version = versionOf(headers);
  if (version === "") {
    discard(body);
    throw noObject();
  }
  const modifiedAt = Date.parse(headers.get("last-modified") ?? "");
  return {
    size: range?.size ?? Number(headers.get("content-length") ?? 0),
    start: range?.start ?? 0,
    modifiedAt: Number.isNaN(modifiedAt) ? 0 : modifiedAt,
    version,
    body,
  };
}

function endlessListing(backend: string): BkcacheError {
  return new BkcacheError({
    code: "BK5010",
    message: `backend "${backend}": a page of a listing names itself as the next`,
    hint: "the store breaks Google's protocol; bkcache will not take half of a listing for the whole",
  });
}
