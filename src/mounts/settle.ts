import type { MountShell } from "../builder/gateway/shell.ts";
import { readScript } from "./shell-script.ts";
import { readStamp, type Stamp } from "./stamp.ts";

/** A file whose time tells find what was modified since a read began. */
export const beganPath = ".bkcache-began";
/** Comes at the end of what is read: names of files that were modified since. */
export const changedPath = ".bkcache-changed";

/**
 * How a mount is filled so that it is never half full, whenever the machine stops:
 *
 * 1. `.bkcache-restore` is filled. Until the next step the mount is what it was before; a run that finds the folder
 *    removes it.
 * 2. It is renamed `.bkcache-wipe`: everything is there. What else the mount holds is removed.
 * 3. It is renamed `.bkcache-swap`, and its entries are renamed to where they belong, the stamp last.
 *
 * A run that finds the folder of step 2 or 3 goes on where that one stopped. An entry that stands both in the folder and
 * in the mount is then of a build in between, and gives way.
 */
const steps = `
if [ -d .bkcache-wipe ]; then
  busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache-wipe -print0 | busybox xargs -0 -r busybox rm -rf --
  busybox mv .bkcache-wipe .bkcache-swap
fi
if [ -d .bkcache-swap ]; then
  cd .bkcache-swap
  busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache -print0 | busybox xargs -0 -r busybox sh -c '
    cd .. && busybox rm -rf -- "$@" && cd .bkcache-swap && busybox mv -- "$@" ..' sh
  cd ..
  if [ -f .bkcache-swap/.bkcache ]; then
    busybox mv -f .bkcache-swap/.bkcache .bkcache
    busybox touch .bkcache
  fi
  busybox rmdir .bkcache-swap
fi
busybox rm -rf .bkcache-restore .bkcache-stamp ${beganPath} ${changedPath}
`;

/** Beginning of every script that reads or fills a mount: finishes or removes what an earlier run left. */
export const settleScript = `set -e -o pipefail
${steps}`;

/** What a script prints about the mount itself: the stamp, cut short and without zero bytes, then a zero byte. */
export const stampScript = `
if [ -f .bkcache ] && [ ! -L .bkcache ]; then busybox head -c 8192 .bkcache | busybox tr -d '\\000'; fi
printf '\\0'
`;

export interface MountState {
  readonly isEmpty: boolean;
  readonly stamp: Stamp | null;
}

/** Settles the mount and looks whether it holds anything. */
export async function inspectMount(shell: MountShell, signal?: AbortSignal): Promise<MountState> {
  const text = `${settleScript}${stampScript}
busybox find . -mindepth 1 -maxdepth 1 ! -name .bkcache -print0 | busybox head -c 1 || true
`;
  const output = await readScript(shell, { text }, { maxBytes: 1 << 20, ...(signal && { signal }) });
  const end = output.indexOf("\0");
  return { stamp: readStamp(output.slice(0, end)), isEmpty: end === output.length - 1 };
}
