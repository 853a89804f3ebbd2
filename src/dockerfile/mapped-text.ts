/** A text put together from pieces of another one, which knows where each character came from. */
export interface MappedText {
  readonly text: string;
  /** Source offset of the character at an index; of the end of the last piece for the length itself. */
  offset(index: number): number;
  slice(start: number, end?: number): MappedText;
}

interface Piece {
  /** Index in the joined text. */
  readonly at: number;
  readonly source: number;
  readonly length: number;
}

/** @param pieces texts with their source offsets, in order */
export function joinPieces(pieces: readonly { readonly text: string; readonly source: number }[]): MappedText {
  let text = "";
  const placed: Piece[] = [];
  for (const piece of pieces) {
    placed.push({ at: text.length, source: piece.source, length: piece.text.length });
    text += piece.text;
  }
  return view(text, placed, 0);
}

function view(text: string, pieces: readonly Piece[], shift: number): MappedText {
  return {
    text,
    offset(index) {
      const at = index + shift;
      const piece = pieces.find((each) => at < each.at + each.length) ?? pieces.findLast((each) => each.length > 0);
      return piece === undefined ? (pieces[0]?.source ?? 0) : piece.source + Math.min(at - piece.at, piece.length);
    },
    slice: (start, end = text.length) => view(text.slice(start, end), pieces, shift + start),
  };
}
