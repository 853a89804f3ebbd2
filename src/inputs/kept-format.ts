import { hash } from "node:crypto";

/** What a file system says of a file that changes whenever its contents do. Times in ms since the epoch. */
export interface FileState {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly size: number;
  /** With the kind of file. */
  readonly mode: number;
}

export interface KeptRow {
  /** From the root. */
  readonly path: string;
  readonly state: FileState;
  /** Of the contents, in hex. */
  readonly id: string;
}

/** Rows as they lie in a file. */
export interface KeptRows {
  readonly paths: readonly string[];
  /** Where the row of a path is; undefined where there is none. */
  find(path: string): number | undefined;
  isOf(row: number, state: FileState): boolean;
  idOf(row: number): string;
  at(row: number): KeptRow;
}

/*
 * Magic, SHA-256 of all that follows, number of rows; then of all rows the numbers of their states, the ids, and the paths with a NUL
 * between two. Ten thousand are read within milliseconds, which as JSON take longer than to look at the files. Numbers are in the
 * machine's own order of bytes: what another machine has kept in a shared folder fits nothing here.
 */
const magic = Buffer.from("bkcache digests\x02", "latin1");
const countAt = magic.length + 32;
const statesAt = countAt + 8;
const numbersEach = 5;
const idDigits = 40;

/** No rows for anything else than what was written entirely: another version, a file that was cut or damaged. */
export function readKept(bytes: Buffer): KeptRows {
  const count = isEntire(bytes) ? bytes.readUInt32LE(countAt) : 0;
  const idsAt = statesAt + count * numbersEach * 8;
  const pathsAt = idsAt + (count * idDigits) / 2;
  const states = new Float64Array(count * numbersEach);
  new Uint8Array(states.buffer).set(bytes.subarray(statesAt, idsAt));
  const ids = bytes.toString("hex", idsAt, pathsAt);
  const paths = count === 0 ? [] : bytes.toString("utf8", pathsAt).split("\0");
  let rows: Map<string, number> | undefined;
  let next = 0;
  const idOf = (row: number): string => ids.slice(row * idDigits, (row + 1) * idDigits);
  return {
    paths,
    find(path) {
      // They are asked for in the order in which they were kept, but for those that were kept later.
      if (paths[next] === path) return next++;
      rows ??= new Map(paths.map((each, row) => [each, row]));
      const row = rows.get(path);
      if (row !== undefined) next = row + 1;
      return row;
    },
    isOf(row, { mtimeMs, ctimeMs, ino, size, mode }) {
      const at = row * numbersEach;
      return (
        states[at] === mtimeMs &&
        states[at + 1] === ctimeMs &&
        states[at + 2] === ino &&
        states[at + 3] === size &&
        states[at + 4] === mode
      );
    },
    idOf,
    at(row) {
      const start = row * numbersEach;
      const [mtimeMs = 0, ctimeMs = 0, ino = 0, size = 0, mode = 0] = states.subarray(start, start + numbersEach);
      return { path: paths[row] as string, state: { mtimeMs, ctimeMs, ino, size, mode }, id: idOf(row) };
    },
  };
}

function isEntire(bytes: Buffer): boolean {
  if (bytes.length < statesAt || !bytes.subarray(0, magic.length).equals(magic)) return false;
  return bytes.toString("hex", magic.length, countAt) === hash("sha256", bytes.subarray(countAt), "hex");
}

export function writeKept(rows: readonly KeptRow[]): Buffer {
  const states = new Float64Array(rows.length * numbersEach);
  for (const [row, { state }] of rows.entries()) {
    const { mtimeMs, ctimeMs, ino, size, mode } = state;
    states.set([mtimeMs, ctimeMs, ino, size, mode], row * numbersEach);
  }
  const head = Buffer.alloc(statesAt);
  magic.copy(head);
  head.writeUInt32LE(rows.length, countAt);
  const bytes = Buffer.concat([
    head,
    new Uint8Array(states.buffer),
    Buffer.from(rows.map(({ id }) => id).join(""), "hex"),
    Buffer.from(rows.map(({ path }) => path).join("\0")),
  ]);
  Buffer.from(hash("sha256", bytes.subarray(countAt), "hex"), "hex").copy(bytes, magic.length);
  return bytes;
}
