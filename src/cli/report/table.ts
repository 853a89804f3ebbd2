import { plainLine } from "./plain.ts";

export interface Column {
  readonly head: string;
  /** Numbers. */
  readonly isRight?: true;
  /** Columns that may be cut where the table is too wide: down to how many characters, the last column first. */
  readonly least?: number;
}

/**
 * Lines of a table, without blanks at their ends. Cells may hold anything: each is one line of it.
 * @param width columns of the terminal; null where nothing is to be cut
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
): readonly string[] {
  const table = [columns.map(({ head }) => head), ...rows.map((cells) => cells.map(plainLine))];
  const widths = columns.map((_, index) => Math.max(...table.map((cells) => (cells[index] ?? "").length)));
  const between = "  ";
  let over = width === null ? 0 : widths.reduce((sum, each) => sum + each + between.length, -between.length) - width;
  for (const [index, { least }] of [...columns.entries()].toReversed()) {
    if (over <= 0) break;
    const own = widths[index] ?? 0;
    if (least === undefined || own <= least) continue;
    widths[index] = Math.max(least, own - over);
    over -= own - (widths[index] ?? 0);
  }
  return table.map((cells) =>
    columns
      .map(({ isRight }, index) => {
        const room = widths[index] ?? 0;
        const cell = cut(cells[index] ?? "", room);
        return isRight ? cell.padStart(room) : cell.padEnd(room);
      })
      .join(between)
      .trimEnd(),
  );
}

/** The text in at most `room` columns. */
export function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`;
}

/** Columns of the terminal that standard output is; null where it is none, or one that says 0 since nobody set its size. */
export function outputWidth(): number | null {
  return (process.stdout.isTTY && process.stdout.columns) || null;
}

const units: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
];

/** How long ago, in one unit. @param ms milliseconds */
export function showAge(ms: number): string {
  for (const [unit, length] of units) {
    if (ms >= length) return `${Math.floor(ms / length)} ${unit}`;
  }
  return "now";
}
