/**
 * Protocol Buffers, as far as BuildKit's API needs them. A message is a table of fields, which gives its TypeScript type
 * too. Source: https://protobuf.dev/programming-guides/encoding/
 * Own code: the few messages in use are tables of one line for each field, and nothing is generated or loaded for them.
 */

/** How a value of one type stands behind its tag. */
interface Codec<In, Out = In> {
  /** 0: a varint. 2: bytes with their length before them. */
  readonly wire: 0 | 2;
  /** Adds the value to `pieces`. Long byte strings are added as they are, without a copy. */
  write(pieces: Uint8Array[], value: In): void;
  read(source: Source): Out;
}

export interface Field<In, Out> {
  readonly number: number;
  readonly codec: Codec<unknown, unknown>;
  readonly write: (pieces: Uint8Array[], value: In) => void;
  /** What a reader gets where the message does not have the field. */
  readonly absent: Out;
  readonly isList: boolean;
}

// oxlint-disable-next-line typescript/no-explicit-any
type Fields = Readonly<Record<string, Field<any, any>>>;

/** What a writer gives: what is left out is not written, and a default that is given is. */
export type Input<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Field<infer In, unknown> ? In | undefined : never;
};
/** What a reader gets. */
export type Output<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<never, infer Out> ? Out : never;
};

export interface Message<In, Out> extends Codec<In, Out> {
  readonly fields: Fields;
  /** The message in pieces. */
  encode(value: In): Uint8Array[];
  /** Byte strings are views into `bytes`; fields that the table lacks are skipped. Throws where it is no message. */
  decode(bytes: Buffer): Out;
}

export type Encoded<M> = M extends Message<infer In, unknown> ? In : never;
export type Decoded<M> = M extends Message<never, infer Out> ? Out : never;

export function message<F extends Fields>(fields: F): Message<Input<F>, Output<F>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, ...field }]));
  const encode = (value: Input<F>): Uint8Array[] => {
    const pieces: Uint8Array[] = [];
    for (const [name, field] of entries) {
      const given: unknown = value[name];
      if (given !== undefined) field.write(pieces, given);
    }
    return pieces;
  };
  const decode = (bytes: Buffer): Output<F> => {
    const source: Source = { bytes, at: 0 };
    const value: Record<string, unknown> = {};
    for (const [name, { absent, isList }] of entries) value[name] = isList ? [] : absent;
    while (source.at < bytes.length) {
      const tag = readVarint(source);
      const field = byNumber.get(Math.floor(tag / 8));
      if (field === undefined || field.codec.wire !== tag % 8) skip(source, tag % 8);
      else if (field.isList) (value[field.name] as unknown[]).push(field.codec.read(source));
      else value[field.name] = field.codec.read(source);
    }
    return value as Output<F>;
  };
  return {
    fields,
    encode,
    decode,
    wire: 2,
    write: (pieces, value) => pushWithLength(pieces, encode(value)),
    read: (source) => decode(readBytes(source)),
  };
}

/** A field whose default is the type's own: 0, false, "" or no bytes. */
export function field<In extends {}, Out extends {}>(number: number, codec: Scalar<In, Out>): Field<In, Out> {
  return {
    number,
    codec: codec,
    write: writer(number, codec),
    absent: codec.absent,
    isList: false,
  };
}

/** A message in a message, or one of a `oneof`: undefined where it is absent. */
export function optional<In, Out>(number: number, codec: Codec<In, Out>): Field<In, Out | undefined> {
  const write = writer(number, codec);
  return { number, codec: codec, write, absent: undefined, isList: false };
}

export function list<In, Out>(number: number, codec: Codec<In, Out>): Field<readonly In[], readonly Out[]> {
  const write = writer(number, codec);
  return {
    number,
    codec: codec,
    write: (pieces, values) => {
      for (const value of values) write(pieces, value);
    },
    absent: [],
    isList: true,
  };
}

/** `map<string, string>`, as the list of pairs that it is on the wire. */
export function textMap(number: number): Field<readonly TextPair[], readonly TextPair[]> {
  return list(number, pair);
}

function writer<In>(number: number, codec: Codec<In, unknown>): (pieces: Uint8Array[], value: In) => void {
  const tag = varint(number * 8 + codec.wire);
  return (pieces, value) => {
    pieces.push(tag);
    codec.write(pieces, value);
  };
}

interface Scalar<In, Out = In> extends Codec<In, Out> {
  readonly absent: Out;
}

export const text: Scalar<string> = {
  wire: 2,
  absent: "",
  write: (pieces, value) => pushWithLength(pieces, [Buffer.from(value)]),
  read: (source) => readBytes(source).toString("utf8"),
};

export const bytes: Scalar<Uint8Array, Buffer> = {
  wire: 2,
  absent: Buffer.alloc(0),
  write: (pieces, value) => pushWithLength(pieces, [value]),
  read: readBytes,
};

/** Every integer type but sint and fixed ones; whole numbers that a double holds. */
export const int: Scalar<number> = {
  wire: 0,
  absent: 0,
  write: (pieces, value) => void pieces.push(varint(value)),
  read: readVarint,
};

export const bool: Scalar<boolean> = {
  wire: 0,
  absent: false,
  write: (pieces, value) => void pieces.push(varint(value ? 1 : 0)),
  read: (source) => readVarint(source) !== 0,
};

export interface TextPair {
  readonly key: string;
  readonly value: string;
}
const pair: Codec<TextPair> = message({ key: field(1, text), value: field(2, text) });

/** Sum of the lengths of `pieces`. */
export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

interface Source {
  readonly bytes: Buffer;
  at: number;
}

function pushWithLength(pieces: Uint8Array[], content: readonly Uint8Array[]): void {
  pieces.push(varint(lengthOf(content)), ...content);
}

/** A negative number takes ten bytes, as its two's complement of 64 bits. */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  if (value < 0) {
    for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
      if (rest < 0x80n) return Uint8Array.from([...out, Number(rest)]);
      out.push(Number(rest & 0x7fn) | 0x80);
    }
  }
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest % 0x80) | 0x80);
  return Uint8Array.from([...out, rest]);
}

function readVarint(source: Source): number {
  let value = 0;
  for (let index = 0; index < 7; index++) {
    const byte = readByte(source);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  let wide = BigInt(value);
  for (let shift = 49n; shift < 70n; shift += 7n) {
    const byte = readByte(source);
    wide |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number(BigInt.asIntN(64, wide));
  }
  throw new Error("a number has more than ten bytes");
}

function readByte(source: Source): number {
  const byte = source.bytes[source.at++];
  if (byte === undefined) throw new Error("the message ends within a field");
  return byte;
}

function readBytes(source: Source): Buffer {
  const length = readVarint(source);
  const start = source.at;
  if (length < 0 || start + length > source.bytes.length) throw new Error("the message ends within a field");
  source.at = start + length;
  return source.bytes.subarray(start, source.at);
}

function skip(source: Source, wire: number): void {
  if (wire === 0) readVarint(source);
  else if (wire === 2) readBytes(source);
  else if (wire === 1 || wire === 5) source.at += wire === 1 ? 8 : 4;
  else throw new Error(`no such wire type: ${wire}`);
}
