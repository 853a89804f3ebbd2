import { isWithin } from "./paths.ts";
import type { Step } from "./walk.ts";

/** Whether a step has apt, dnf or yum keep what they download, or may: it writes their settings. */
export function keepsDownloads({ instruction, copy }: Step): boolean {
  if (copy?.path !== undefined && copy.path !== null) {
    if (["/etc/apt", "/etc/dnf", "/etc/yum.conf", "/etc/yum"].some((folder) => isWithin(copy.path ?? "", folder)))
      return true;
  }
  return /docker-clean|Keep-Downloaded-Packages|keepcache/i.test(instruction.args) || instruction.heredocs.length > 0;
}
