import { isWithin } from "./paths.ts";
import { stepsBefore } from "./rule.ts";
import type { Step } from "./walk.ts";

/** Something that a mount at a folder would cover. */
export interface Hidden {
  readonly path: string;
  readonly step: Step;
}

/** What an earlier step put into a folder, and the RUN would miss. */
export function findHidden(step: Step, target: string): Hidden | null {
  let hidden: Hidden[] = [];
  for (const before of stepsBefore(step)) {
    for (const { path, kind } of before.writes) {
      if (!isWithin(path, target)) continue;
      // An empty folder is missed by those alone who use it.
      const isMissed = kind === "contents" || (path !== target && mentions(step, path));
      if (isMissed) hidden.push({ path, step: before });
    }
    const removed = before.commands.flatMap(({ removes }) => removes);
    hidden = hidden.filter(({ path }) => !removed.some((each) => isWithin(path, each)));
  }
  return hidden.at(-1) ?? null;
}

export function mentions({ commands }: Step, folder: string): boolean {
  return commands.some((command) =>
    [command.words[0] ?? "", ...command.mentions].some((path) => isWithin(path, folder)),
  );
}
