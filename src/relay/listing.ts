import { isKey, percentEncodeKey } from "../store/keys.ts";
import { S3Error } from "./errors.ts";
import { type Answer, isoTime, quoted, type S3Request, xmlAnswer } from "./request.ts";
import type { ServedStore } from "./served-store.ts";

/** S3's own bound for a page. */
const largestPage = 1000;

type Entry = ReturnType<ServedStore["list"]> extends AsyncIterable<infer T> ? T : never;

interface Page {
  readonly contents: readonly Entry[];
  readonly prefixes: readonly string[];
  /** Where the next page begins; null for the last one. */
  readonly next: string | null;
}

export async function listObjects(request: S3Request): Promise<Answer> {
  const { name, bucket, query } = request.operation;
  const isV2 = name === "ListObjectsV2";
  if (isV2 && query.get("list-type") !== "2") throw new S3Error("InvalidArgument", "list-type is 2");
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const size = readSize(query.get("max-keys"));
  const token = query.get("continuation-token");
  const start = token !== undefined ? readToken(token) : query.get(isV2 ? "start-after" : "marker");
  const page = await readPage(request, {
    prefix,
    delimiter,
    size,
    startAfter: start === undefined || start === "" ? null : start,
  });
  const encoding = query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url") throw new S3Error("InvalidArgument", "encoding-type is url");
  const write = (text: string): string => (encoding === "url" ? percentEncodeKey(text) : text);
  const own = isV2
    ? {
        KeyCount: page.contents.length + page.prefixes.length,
        StartAfter: optional(query.get("start-after"), write),
        ContinuationToken: token,
        NextContinuationToken: optional(page.next, writeToken),
      }
    : { Marker: write(query.get("marker") ?? ""), NextMarker: optional(page.next, write) };
  return xmlAnswer("ListBucketResult", {
    Name: bucket,
    Prefix: write(prefix),
    Delimiter: optional(query.get("delimiter"), write),
    MaxKeys: size,
    EncodingType: encoding,
    IsTruncated: page.next !== null,
    ...own,
    Contents: page.contents.map((each) => ({
      Key: write(each.key),
      LastModified: isoTime(each.modifiedAt),
      ETag: quoted(each.etag),
      Size: each.size,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: page.prefixes.map((each) => ({ Prefix: write(each) })),
  });
}

async function readPage(
  { store, caller }: S3Request,
  options: {
    readonly prefix: string;
    readonly delimiter: string;
    readonly size: number;
    readonly startAfter: string | null;
  },
): Promise<Page> {
  const { prefix, delimiter, size } = options;
  const contents: Entry[] = [];
  const prefixes: string[] = [];
  const page = (next: string | null): Page => ({ contents, prefixes, next });
  // A page of nothing has nothing after it, as S3 answers.
  if (size === 0 || !canBegin(prefix)) return page(null);
  let last = options.startAfter;
  for (;;) {
    // What ends with the delimiter stands for all keys below it.
    const passed = delimiter !== "" && last?.endsWith(delimiter) === true ? last : null;
    let below = 0;
    let isPassing = false;
    for await (const entry of store.list(prefix, { startAfter: passed === null ? last : passed + lastOfAll, caller })) {
      const end = delimiter === "" ? -1 : entry.key.indexOf(delimiter, prefix.length);
      const common = end < 0 ? null : entry.key.slice(0, end + delimiter.length);
      if (common !== null && (common === passed || common === prefixes.at(-1))) {
        below += 1;
        isPassing = below > mostBelow && common !== passed;
        if (isPassing) break;
        continue;
      }
      if (contents.length + prefixes.length === size) return page(last);
      if (common === null) contents.push(entry);
      else prefixes.push(common);
      last = common ?? entry.key;
    }
    if (!isPassing) return page(null);
  }
}

/** Comes after every key that begins with what stands in front of it. */
const lastOfAll = "\u{10ffff}";
/** Keys below a common prefix that are read and dropped; more are passed over by a listing that begins behind them. */
const mostBelow = 2000;

/** Whether any key can begin so: one that leads out of the place of a store must not come to it. */
function canBegin(prefix: string): boolean {
  const parts = prefix.split("/");
  const folder = parts.slice(0, -1).join("/");
  const begun = parts.at(-1) ?? "";
  return (parts.length === 1 || isKey(folder)) && (begun === "" || isKey(`${begun}x`));
}

function readSize(text: string | undefined): number {
  if (text === undefined) return largestPage;
  if (!/^\d{1,10}$/.test(text)) throw new S3Error("InvalidArgument", "max-keys is no number");
  return Math.min(Number(text), largestPage);
}

function optional(text: string | null | undefined, write: (text: string) => string): string | undefined {
  return text === null || text === undefined ? undefined : write(text);
}

function writeToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function readToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString("utf8");
  if (key === "" || writeToken(key) !== token)
    throw new S3Error("InvalidArgument", "the continuation token is none of this relay's");
  return key;
}
