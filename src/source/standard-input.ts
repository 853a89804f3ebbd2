import { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import type { BuildArgs } from "../bake/build-argv.ts";

/** What a build reads from standard input, to be handed on to buildx. */
export type StandardInput =
  /** Nothing: buildx has the terminal's. */
  | { readonly kind: "none" }
  | { readonly kind: "dockerfile"; readonly text: string }
  /** A context, whose Dockerfile is somewhere in it. */
  | { readonly kind: "archive"; readonly stream: Readable };

/** How much buildx looks at to tell an archive from a Dockerfile, in bytes. */
const headBytes = 1024;

/** Reads what `build -` or `build -f -` has on standard input, a Dockerfile whole. */
export async function readBuildInput(
  stdin: Readable,
  { context, file }: Pick<BuildArgs, "context" | "file">,
): Promise<StandardInput> {
  // Of both at once buildx says that it cannot be.
  if (context === "-" && file !== undefined) return { kind: "none" };
  if (file === "-") return { kind: "dockerfile", text: await readText(stdin) };
  if (context !== "-") return { kind: "none" };
  const rest = stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const head = await readHead(rest);
  const stream = Readable.from(joined(head, rest));
  return isArchive(head) ? { kind: "archive", stream } : { kind: "dockerfile", text: await readText(stream) };
}

async function readHead(input: AsyncIterator<Buffer>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < headBytes) {
    const next = await input.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

const magics = [Buffer.from("BZh"), Buffer.from([0x1f, 0x8b, 0x08]), Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])];

/** As buildx tells it: compressed, or a header of tar with the right checksum (build/utils.go, isArchive). */
function isArchive(head: Buffer): boolean {
  if (magics.some((magic) => head.subarray(0, magic.length).equals(magic))) return true;
  if (head.length < 512) return false;
  const block = head.subarray(0, 512);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  return Number.parseInt(block.toString("latin1", 148, 156).replaceAll(/[\0 ]/g, ""), 8) === sum;
}
