import type { Writer } from "../../mounts/snapshot.ts";

export function showWriter({ level, build, commit, run }: Writer): string {
  const of = level === undefined ? undefined : `level ${level}`;
  return [[of, build].filter(Boolean).join(", "), commit?.slice(0, 7), run].filter(Boolean).join(" ") || "-";
}
