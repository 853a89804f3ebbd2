/*
 * Beginning of scripts in a mount. Of each mount and of the clock the builder is asked once in a container: to start a program
 * takes it a millisecond, and the work on a small mount no more than some.
 */

/**
 * Where the shell of a mount keeps what bkcache has to know of it: the file `$note` in the folder of notes, and what goes with
 * the container in files whose names begin with `$scratch`. The name of the note stands for the folder that the builder has
 * made for the mount: the upper one of an overlay, else where it lies in its file system, with its inode. Builders number
 * these folders and use no number twice, so that a mount that was removed and made anew has another name.
 */
export const notePath = `
scratch="$BKCACHE_SCRATCH/\${PWD##*/}"
if [ -f "$scratch.note" ]; then
  IFS= read -r note < "$scratch.note"
else
  note=$(busybox sed -n -e "\\| $PWD |!d" -e 's|.*upperdir=\\([^,]*\\).*|\\1|p' -e t \
    -e 's|^[^ ]* [^ ]* [^ ]* \\([^ ]*\\) .*|\\1 at|p' /proc/self/mountinfo)
  case $note in '' | *' at') note="$note $(busybox stat -c %i .)" ;; esac
  note=$(printf '%s' "$note" | busybox sha256sum)
  note="$BKCACHE_NOTES/\${note%"\${note#${"?".repeat(32)}}"}"
  printf '%s\\n' "$note" > "$scratch.note"
fi
export note scratch
`;

/** Days after which the note of a mount is dropped: the mount may be gone, and nobody says so. */
const maxDays = 90;

/**
 * `$now` is a time in seconds by the builder's clock when the mount was open, and the file `$began` two seconds older: what
 * is newer than it may change within the second that its mtime names.
 */
export const readClock = `
began="$BKCACHE_SCRATCH/clock/began"
if [ ! -d "$BKCACHE_SCRATCH/clock" ]; then
  busybox mkdir "$scratch.clock"
  now=$(busybox date +%s)
  printf '%s\\n' "$now" > "$scratch.clock/now"
  busybox touch -d "@$((now - 2))" "$scratch.clock/began"
  busybox find "$BKCACHE_NOTES" -mindepth 1 -maxdepth 1 -type f -mtime +${maxDays} -print0 | busybox xargs -0 -r busybox rm -f --
  busybox mv "$scratch.clock" "$BKCACHE_SCRATCH/clock" 2>/dev/null || :
fi
IFS= read -r now < "$BKCACHE_SCRATCH/clock/now"
`;

/** What a script prints about the mount itself: the time of its note, a blank, the note, then a zero byte. */
export const printNote = `
if [ -f "$note" ]; then
  busybox stat -c %Y "$note" | { IFS= read -r time; IFS= read -r line < "$note" || :; printf '%s %s' "$time" "$line"; }
fi
printf '\\0'
`;

/** Comes at the end of what is read: names of files that were modified since. No mount has a file of this name. */
export const changedName = ".bkcache-changed";
