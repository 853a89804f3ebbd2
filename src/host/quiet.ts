import type { Host } from "./host.ts";

/** Whether buildx is to say nothing but what is wrong; then bkcache does likewise. @param progress value of --progress */
export function isQuiet(progress: string | undefined, { env }: Pick<Host, "env">): boolean {
  return (progress ?? env["BUILDKIT_PROGRESS"]) === "quiet";
}

/** A host that passes on warnings alone. */
export function quietHost(host: Host): Host {
  return {
    ...host,
    tell(message) {
      if (message.level === "warning") host.tell(message);
    },
    live() {},
  };
}
