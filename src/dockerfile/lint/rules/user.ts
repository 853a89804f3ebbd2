import { allSteps, type LintFinding, type LintProject } from "../rule.ts";
import { userAt } from "../images.ts";
import { isWithin } from "../paths.ts";
import type { MountUse } from "../mount-use.ts";
import { programOf } from "../../shell-commands.ts";

/** A new mount belongs to root with mode 0755 unless its flag says otherwise. */
export function* checkMountOwner(project: LintProject): Iterable<LintFinding> {
  for (const { file, step } of allSteps(project)) {
    const user = userAt(step);
    if (user === null || isRoot(user)) continue;
    // Another user than that of the image does the work.
    if (step.commands.some((command) => ["sudo", "su", "doas"].includes(programOf(command) ?? ""))) continue;
    if (/\b(?:sudo|su|doas|gosu|su-exec)\b/.test(step.instruction.args)) continue;
    for (const mount of step.mounts) {
      if (mount.type !== "cache" || mount.isReadOnly || mount.from !== null) continue;
      if (isWritable(mount, user) && !(mount.target !== null && isWithin(mount.target, "/root"))) continue;
      // The folder that everything there lies in has mode 0700.
      const isBelowRoot = mount.target !== null && isWithin(mount.target, "/root");
      const isNumber = /^\d+$/.test(user);
      yield {
        code: "BK6009",
        at: { file, range: mount.flag.range },
        message: isBelowRoot
          ? `user ${user} cannot enter /root, where this mount is`
          : `user ${user} cannot write to this mount, which belongs to ${isRoot(mount.uid ?? "0") ? "root" : `user ${mount.uid}`}`,
        hint: isBelowRoot
          ? `name a folder in the home of ${user}, with ${isNumber ? `uid=${user}` : "its uid and gid"}: nobody but root can enter /root`
          : `add ${isNumber ? `uid=${user}` : `uid= and gid= with the numbers of ${user}`} wherever this id is used: with another owner it is another mount`,
      };
    }
  }
}

function isRoot(user: string): boolean {
  return user === "root" || /^0+$/.test(user) || user === "";
}

function isWritable({ uid, gid, mode }: MountUse, user: string): boolean {
  const bits = mode === null ? 0o755 : Number.parseInt(mode, 8);
  // A variable decides, or the group, which is not known.
  if (Number.isNaN(bits) || (bits & 0o002) !== 0) return true;
  if (gid !== null && (bits & 0o020) !== 0) return true;
  if (uid === null || isRoot(uid)) return false;
  // The number of a name stands in the image.
  return !/^\d+$/.test(user) || !/^\d+$/.test(uid) || Number(uid) === Number(user);
}
