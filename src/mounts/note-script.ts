/*
 * Beginning of scripts in a mount. To start a program takes the builder a millisecond, and the work on a small mount no more
 * than some: what is asked of the clock and of the mounts of a container is asked once, of all of them.
 */

/** Days after which the note of a mount is dropped: the mount may be gone, and nobody says so. */
const maxDays = 90;

/**
 * Where the shell of a mount keeps what bkcache has to know of it: the file `$note` in the folder of notes, and what goes with
 * the container in files whose names begin with `$scratch`. The name of the note stands for the folder that the builder has
 * made for the mount: the upper one of an overlay, else where it lies in its file system, with its inode. Builders number
 * these folders and use no number twice, so that a mount that was removed and made anew has another name.
 * The first script in a container makes a folder of the names of all mounts, which are at `/k` and `/k1` and so on, with a
 * time when they were open; of several such folders the first one is taken.
 */
export const notePath = `
scratch="$BKCACHE_SCRATCH/\${PWD##*/}"
ready="$BKCACHE_SCRATCH/ready"
if [ ! -f "$ready/\${PWD##*/}" ]; then
  busybox mkdir -p "$scratch.ready"
  now=$(busybox date +%s)
  printf '%s\\n' "$now" > "$scratch.ready/now"
  busybox touch -d "@$((now - 2))" "$scratch.ready/began"
  busybox find "$BKCACHE_NOTES" -mindepth 1 -maxdepth 1 -type f -mtime +${maxDays} -print0 | busybox xargs -0 -r busybox rm -f --
  (
    text="$scratch.ready/text-"
    : > "$text\${PWD##*/}"
    busybox sed -n -e 's|^[^ ]* [^ ]* [^ ]* [^ ]* /\\(k[0-9]*\\) .*upperdir=\\([^,]*\\).*|\\1 \\2|p' -e t \
      -e 's|^[^ ]* [^ ]* [^ ]* \\([^ ]*\\) /\\(k[0-9]*\\) .*|\\2 \\1 at|p' /proc/self/mountinfo |
      while IFS=' ' read -r name where; do printf '%s' "$where" > "$text$name"; done
    set --
    for file in "$text"*; do
      IFS= read -r where < "$file" || :
      folder="/\${file#"$text"}"
      [ "\${folder##*/}" != "\${PWD##*/}" ] || folder=$PWD
      case $where in '' | *' at') set -- "$@" "$folder" ;; esac
    done
    [ $# = 0 ] || busybox stat -c '%i %n' -- "$@" |
      while IFS=' ' read -r inode folder; do printf ' %s' "$inode" >> "$text\${folder##*/}"; done
    busybox sha256sum "$text"* |
      while IFS=' ' read -r sum file; do
        printf '%s\\n' "$BKCACHE_NOTES/\${sum%"\${sum#${"?".repeat(32)}}"}" > "$scratch.ready/\${file#"$text"}"
      done
  )
  busybox mv "$scratch.ready" "$ready" 2>/dev/null || :
fi
IFS= read -r note < "$ready/\${PWD##*/}"
export note scratch
`;

/**
 * `$now` is a time in seconds by the builder's clock when the mount was open, and the file `$began` two seconds older: what
 * is newer than it may change within the second that its mtime names.
 */
export const readClock = `
began="$ready/began"
IFS= read -r now < "$ready/now"
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
