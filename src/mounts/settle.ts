import { notePath, printNote } from "./note-script.ts";
import { readNote, type Stamp } from "./stamp.ts";

/**
 * How a mount is filled so that it is never half full, whenever the machine stops:
 *
 * 1. `.bkcache-restore` is filled. Until the next step the mount is what it was before; a run that finds the folder
 *    removes it.
 * 2. It is renamed `.bkcache-wipe`: everything is there. What else the mount holds is removed.
 * 3. It is renamed `.bkcache-swap`, and its entries are renamed to where they belong. The stamp, which is its file
 *    `.bkcache`, becomes the note of the mount, and the folder goes.
 *
 * A run that finds the folder of step 2 or 3 goes on where that one stopped. An entry that stands both in the folder and
 * in the mount is then of a build in between, and gives way.
 */
const maxNoteBytes = 8192;

const steps = `
settle() {
if [ -d .bkcache-wipe ]; then
  busybox rm -f "$note"
  busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache-wipe -print0 | busybox xargs -0 -r busybox rm -rf --
  busybox mv .bkcache-wipe .bkcache-swap
fi
if [ -d .bkcache-swap ]; then
  cd .bkcache-swap
  busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache -print0 | busybox xargs -0 -r busybox sh -c '
    cd .. && busybox rm -rf -- "$@" && cd .bkcache-swap && busybox mv -- "$@" ..' sh
  cd ..
  if [ -f .bkcache-swap/.bkcache ]; then
    busybox head -c ${maxNoteBytes} .bkcache-swap/.bkcache > "$note.new" && busybox mv -f "$note.new" "$note" || :
  fi
  busybox rm -rf .bkcache-swap
fi
if [ -f .bkcache ] && [ ! -L .bkcache ] && [ "$(busybox head -c 14 .bkcache)" = '{"v":1,"mount"' ]; then
  [ -f "$note" ] || [ "$(busybox stat -c %s .bkcache)" -gt ${maxNoteBytes} ] || { busybox cp -p .bkcache "$note.new" && busybox mv -f "$note.new" "$note"; } || :
  busybox rm -f .bkcache
fi
for left in .bkcache-restore .bkcache-stamp .bkcache-began .bkcache-changed "$note.work"; do
  if [ -e "$left" ] || [ -L "$left" ]; then busybox rm -rf "$left"; fi
done
}
settle
`;

/**
 * Beginning of every script that reads or fills a mount: finishes or removes what an earlier run left, and what versions
 * left that kept the stamp and their lists in the mount. `settle` does so again.
 */
export const settleScript = `set -e -o pipefail
${notePath}${steps}`;

export interface MountState {
  readonly isEmpty: boolean;
  /** The snapshot that it was equal to once. */
  readonly stamp: Stamp | null;
}

/** Says what `parseState` reads, which begins with the note. */
export const printState = `${printNote}
busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache -print0 | busybox head -c 1 || true
`;

/** @param output of `printState`, with a zero byte behind it */
export function parseState(output: string): MountState {
  const end = output.indexOf("\0");
  return { stamp: readNote(output.slice(0, end))?.stamp ?? null, isEmpty: output.indexOf("\0", end + 1) === end + 1 };
}
