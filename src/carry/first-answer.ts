import { BkcacheError } from "../diagnostics/error.ts";
import { showTime } from "../diagnostics/units.ts";
import type { Host } from "../host/host.ts";
import { manifestPrefix } from "../mounts/keys.ts";
import type { ObjectStore } from "../store/object-store.ts";

interface Patience {
  /** Time in ms after which it is said that there is no answer yet. */
  readonly sayMs: number;
  /** Time in ms after which there will be none. */
  readonly boundMs: number;
}

const usual: Patience = { sayMs: 3_000, boundMs: 25_000 };

/**
 * Asks a store that a command lists the beginning of what it will list. One that accepts and never answers has each request
 * tried again, which takes minutes: right for a bucket that has answered before, and silence for who waits for the first.
 * @throws BkcacheError BK5007 where no answer comes, and the store's own.
 */
export async function awaitFirstAnswer(
  host: Pick<Host, "signal" | "tell">,
  store: ObjectStore,
  { sayMs, boundMs }: Patience = usual,
): Promise<void> {
  const late = AbortSignal.timeout(boundMs);
  const bound = showTime(boundMs);
  const timer = setTimeout(() => {
    host.tell({ level: "info", message: `${store.place} has not answered yet; waiting for up to ${bound}` });
  }, sayMs);
  try {
    // The first page is enough.
    for await (const _ of store.list(manifestPrefix, { signal: AbortSignal.any([host.signal, late]) })) break;
  } catch (error) {
    if (!late.aborted || host.signal.aborted) throw error;
    throw new BkcacheError({
      code: "BK5007",
      message: `${store.place} has not answered within ${bound}`,
      hint: "look at the endpoint, the network and the proxy variables",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
