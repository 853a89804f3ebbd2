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
 * Magic, SHA-256 of all that follows, number of rows, rows of one size, and the paths in their order with a NUL between two: ten
 * thousand are read within milliseconds, which as JSON take longer than to look at the files. In the byte order of the machines
 * that bkcache runs on, which have one.
 */
const magic = Buffer.from("bkcache digests\x01", "latin1");
const countAt = magic.length + 32;
const rowsAt = countAt + 8;
const numbers = ["mtimeMs", "ctimeMs", "ino", "size", "mode"] as const;
const idBytes = 20;
const rowBytes = 8 * numbers.length + idBytes;

/** No rows for anything else than what was written entirely: another version, a file that was cut or damaged. */
export function readKept(bytes: Buffer): KeptRows {
  const count = isEntire(bytes) ? bytes.readUInt32LE(countAt) : 0;
  const namesAt = rowsAt + count * rowBytes;
  const paths = count === 0 || namesAt > bytes.length ? [] : bytes.toString("utf8", namesAt).split("\0");
  const rows = new Map<string, number>();
  for (let row = 0; row < paths.length; row += 1) rows.set(paths[row] as string, row);
  const numberOf = (row: number, index: number): number => bytes.readDoubleLE(rowsAt + row * rowBytes + 8 * index);
  const idOf = (row: number): string => {
    const start = rowsAt + row * rowBytes + 8 * numbers.length;
    return bytes.toString("hex", start, start + idBytes);
  };
  return {
    paths,
    find: (path) => rows.get(path),
    isOf: (row, state) => numbers.every((name, index) => numberOf(row, index) === state[name]),
    idOf,
    at(row) {
      const state = Object.fromEntries(numbers.map((name, index) => [name, numberOf(row, index)]));
      return { path: paths[row] as string, state: state as unknown as FileState, id: idOf(row) };
    },
  };
}

function isEntire(bytes: Buffer): boolean {
  if (bytes.length < rowsAt || !bytes.subarray(0, magic.length).equals(magic)) return false;
  return bytes.toString("hex", magic.length, countAt) === hash("sha256", bytes.subarray(countAt), "hex");
}

export function writeKept(rows: readonly KeptRow[]): Buffer {
  const names = Buffer.from(rows.map(({ path }) => path).join("\0"));
  const bytes = Buffer.concat([Buffer.alloc(rowsAt + rows.length * rowBytes), names]);
  magic.copy(bytes);
  bytes.writeUInt32LE(rows.length, countAt);
  let at = rowsAt;
  for (const { state, id } of rows) {
    for (const name of numbers) at = bytes.writeDoubleLE(state[name], at);
    at += bytes.write(id, at, idBytes, "hex");
  }
  Buffer.from(hash("sha256", bytes.subarray(countAt), "hex"), "hex").copy(bytes, magic.length);
  return bytes;
}
