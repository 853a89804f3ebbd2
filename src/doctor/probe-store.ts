import { randomUUID } from "node:crypto";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { BucketPlace, Place } from "../store/place.ts";
import { type DoctorFinding, errorOf, warningOf } from "./verdict.ts";

interface ProbeRequest {
  readonly place: Place;
  /** Whether anything may be written. */
  readonly mayWrite: boolean;
  readonly signal: AbortSignal;
}

export interface ProbeResult {
  /** What was done, as words for people: "listed", "read". */
  readonly done: readonly string[];
  readonly findings: readonly DoctorFinding[];
}

/** Folder of what doctor writes, below the place of the backend. */
const folder = "doctor/";

/** Rights by what they are for, as AWS and Google call them. */
const rights = {
  list: { aws: "s3:ListBucket", google: "storage.objects.list", verb: "list the bucket" },
  read: { aws: "s3:GetObject", google: "storage.objects.get", verb: "read objects" },
  write: { aws: "s3:PutObject", google: "storage.objects.create", verb: "write objects" },
  delete: { aws: "s3:DeleteObject", google: "storage.objects.delete", verb: "delete objects" },
} as const;

type Right = keyof typeof rights;

/**
 * Tries each right that a cache needs, on an object of its own that is gone afterwards. Where nothing may be deleted, it is
 * always the same one.
 */
export async function probeStore(store: ObjectStore, request: ProbeRequest): Promise<ProbeResult> {
  const { place, mayWrite, signal } = request;
  const key = `${folder}${randomUUID()}`;
  const [list, read, remove] = await Promise.all([
    attempt(async () => {
      for await (const _ of store.list(folder, { signal })) break;
    }),
    attempt(() => store.get(key, { signal })),
    mayWrite ? attempt(() => store.delete([key], { signal })) : null,
  ]);
  const general = [list, read, remove].find((each) => each !== null && !each.isDone && !isDenial(each.failure));
  if (general?.isDone === false) return { done: [], findings: [errorOf(general.failure)] };

  const done: string[] = [];
  const findings: DoctorFinding[] = [];
  const settle = (right: Right, isDone: boolean, failure: Diagnostic | null): void => {
    if (isDone) done.push(doneWords[right]);
    else if (failure !== null) findings.push(lacking(right, place, failure));
  };
  settle("list", list.isDone, failureOf(list));
  const written = mayWrite ? await writeProbe(store, { key, canDelete: remove?.isDone === true, signal }) : null;
  // Without the right to list, S3 refuses to say that an object is not there.
  const readAnswer = written?.read ?? (list.isDone || read.isDone ? read : null);
  if (readAnswer !== null) settle("read", readAnswer.isDone, failureOf(readAnswer));
  if (written !== null) {
    settle("write", written.write.isDone, failureOf(written.write));
    if (remove !== null) settle("delete", remove.isDone, failureOf(remove));
    if (written.overwrote) findings.push(unconditional(place));
    else if (written.write.isDone) done.push("written under a condition");
    if (written.isOther) findings.push(other(place));
  }
  return { done, findings };
}

interface WrittenProbe {
  readonly write: Attempt;
  /** Null where nothing was written. */
  readonly read: Attempt | null;
  /** Whether a second write that asked for an absent object went through. */
  readonly overwrote: boolean;
  /** Whether what was read is not what was written. */
  readonly isOther: boolean;
}

interface WriteOptions {
  readonly key: string;
  readonly canDelete: boolean;
  readonly signal: AbortSignal;
}

async function writeProbe(store: ObjectStore, { key, canDelete, signal }: WriteOptions): Promise<WrittenProbe> {
  const name = canDelete ? key : `${folder}probe`;
  const body = Buffer.from("written by bkcache doctor; may be deleted\n");
  const write = await attempt(() => store.put(name, body, { signal }));
  if (!write.isDone) return { write, read: null, overwrote: false, isOther: false };
  let overwrote = false;
  let isOther = false;
  const [read] = await Promise.all([
    attempt(async () => {
      const found = await store.get(name, { signal, maxBytes: 1_000 });
      isOther = found?.equals(body) !== true;
    }),
    attempt(async () => {
      overwrote = (await store.put(name, body, { signal, onlyIfAbsent: true })) === "stored";
    }),
  ]);
  // Its absence was the answer that mattered; what is left of it is one small object.
  if (canDelete) await attempt(() => store.delete([name], { signal }));
  return { write, read, overwrote, isOther: read.isDone && isOther };
}

type Attempt = { readonly isDone: true } | { readonly isDone: false; readonly failure: Diagnostic };

async function attempt(work: () => Promise<unknown>): Promise<Attempt> {
  try {
    await work();
    return { isDone: true };
  } catch (error) {
    if (!(error instanceof BkcacheError)) throw error;
    return { isDone: false, failure: error.findings[0] as Diagnostic };
  }
}

function failureOf(attempted: Attempt): Diagnostic | null {
  return attempted.isDone ? null : attempted.failure;
}

function isDenial({ code }: Diagnostic): boolean {
  return code === "BK5005";
}

const doneWords: Readonly<Record<Right, string>> = {
  list: "listed",
  read: "read",
  write: "written",
  delete: "deleted",
};

/** A denial says which right is meant; any other failure says itself what is wrong. */
function lacking(right: Right, place: Place, failure: Diagnostic): DoctorFinding {
  // Rights on the key that encrypts are not rights on objects.
  if (!isDenial(failure) || place.type === "local" || failure.message.includes("KMS key")) return errorOf(failure);
  const { aws, google, verb } = rights[right];
  const [name, on] = place.type === "gcs" ? [google, `bucket ${place.bucket}`] : [aws, resourceOf(right, place)];
  const message = `backend "${place.backend}": these credentials may not ${verb}: ${name} on ${on} is missing`;
  if (right === "delete") {
    const hint = `add ${name} for whoever prunes; rules: { BK5070: off } where others do`;
    return warningOf({ code: "BK5070", message, hint });
  }
  const role = place.type === "gcs" ? `; roles/storage.objectUser has it` : "";
  return errorOf({ code: "BK5005", message, hint: `add ${name} to the policy of these credentials${role}` });
}

function resourceOf(right: Right, { bucket, prefix }: BucketPlace): string {
  return right === "list" ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${prefix}*`;
}

function unconditional({ backend }: Place): DoctorFinding {
  return warningOf({
    code: "BK5071",
    message: `backend "${backend}": the store writes over an object although it was asked not to`,
    hint: "take a version of the store that knows If-None-Match; until then let one run at a time save mounts",
  });
}

function other({ backend }: Place): DoctorFinding {
  return errorOf({
    code: "BK5010",
    message: `backend "${backend}": what was written there is not what is read`,
    hint: "look for a proxy or a cache between this machine and the store",
  });
}
