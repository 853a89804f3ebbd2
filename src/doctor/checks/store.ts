import { rmdir } from "node:fs/promises";
import { join } from "node:path";
import { unfinished } from "../../store/fs-files.ts";
import { openStore } from "../../store/open.ts";
import type { Check } from "../check.ts";
import { healthy } from "../verdict.ts";
import { backendNames, requireBackend } from "../known-backends.ts";
import { probeStore } from "../probe-store.ts";

/** Folders that a probe may have made and nothing else is in. */
async function removeEmpty(dir: string): Promise<void> {
  for (const folder of [join(dir, "doctor"), join(dir, unfinished), dir]) await rmdir(folder).catch(() => {});
}

/** Looks neither long nor often: a store that needs more is one to be told of. */
const policy = { tries: 2, waits: [0], idleMs: 3_000, concurrency: 8 };

/** Whether the rights are there that a cache needs, each tried. */
export const store: Check = {
  name: "backend",
  boundMs: 15_000,
  late: "BK5007",
  subjects: (setup) => backendNames(setup),
  async examine(setup, { host, subject }) {
    const { backend, place, isWritten } = await requireBackend(setup, subject);
    const opened = await openStore(backend, { env: host.env, signal: host.signal, policy });
    try {
      const { done, findings } = await probeStore(opened, { place, mayWrite: isWritten, signal: host.signal });
      const why = isWritten ? "" : "; a run here does not write there (--cache read-write tries that as well)";
      const words = done.length === 0 ? "" : `: ${done.join(", ")}${why}`;
      return { ...healthy(`${opened.place}${words}`), findings };
    } finally {
      opened.close();
      if (place.type === "local") await removeEmpty(place.dir);
    }
  },
};
