/**
 * Where the shell of a mount keeps what bkcache has to know of it: the file `$note` in the folder of notes, and the folder
 * `$note.work` for as long as something is read. The name stands for the folder that the builder has made for the mount:
 * the upper one of an overlay, else where it lies in its file system, with its inode. Builders number these folders and use
 * no number twice, so that a mount that was removed and made anew has another name.
 */
export const notePath = `
note=$(busybox sed -n -e "\\| $PWD |!d" -e 's|.*upperdir=\\([^,]*\\).*|\\1|p' -e t \
  -e 's|^[^ ]* [^ ]* [^ ]* \\([^ ]*\\) .*|\\1 at|p' /proc/self/mountinfo)
case $note in '' | *' at') note="$note $(busybox stat -c %i .)" ;; esac
note="$BKCACHE_NOTES/$(printf '%s' "$note" | busybox sha256sum | busybox cut -c 1-32)"
export note
`;

/** Days after which the note of a mount is dropped: the mount may be gone, and nobody says so. */
const maxDays = 90;

/** Puts `$note.new` in its place. */
export const keepNote = `
busybox mv -f "$note.new" "$note"
busybox find "$BKCACHE_NOTES" -mindepth 1 -maxdepth 1 -type f -mtime +${maxDays} -print0 | busybox xargs -0 -r busybox rm -f --
`;

/** What a script prints about the mount itself: the time of its note, the stamp, cut short, then a zero byte. */
export const printNote = `
if [ -f "$note" ]; then
  printf '%s ' "$(busybox stat -c %Y "$note")"
  busybox head -c 8192 "$note" | busybox tr -d '\\000'
fi
printf '\\0'
`;

/** Names in `$note.work`: a file whose time tells find what was modified since a read began. */
export const beganName = ".bkcache-began";
/** Comes at the end of what is read: names of files that were modified since. No mount has a file of this name. */
export const changedName = ".bkcache-changed";
