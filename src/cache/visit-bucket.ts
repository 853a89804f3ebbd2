import { reachedNodes } from "../builder/node-for.ts";
import type { BuilderSession } from "../builder/session.ts";
import { strangersUrl } from "../store/ask-endpoint.ts";
import type { BucketPlace } from "../store/place.ts";

/** Time in ms for one node: a network that swallows packets gives no answer at all. */
const patience = 5_000;
/** BuildKit's own words of an answer that is no success, which is one. Source: source/http of moby/buildkit. */
const answered = /invalid response status|unexpected status|status code/i;

/**
 * Sends every node of a builder to a bucket, from the network and with the proxies and certificates that its cache clients
 * have. Why one of them gets no answer, in BuildKit's words; null where all get one.
 */
export async function visitBucket(
  session: BuilderSession,
  place: BucketPlace,
  signal: AbortSignal,
): Promise<string | null> {
  const url = strangersUrl(place).href;
  const answers = await Promise.all(
    reachedNodes(session.builder).map(async (node) => {
      const gateway = await session.gateway(node);
      return gateway.visit(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) });
    }),
  );
  const answer = answers.find((each) => each !== null && !answered.test(each)) ?? null;
  return answer && (/\b(?:x509|tls|dial|proxyconnect|lookup|read|EOF)\b.*/s.exec(answer)?.[0] ?? answer);
}

/** Whether what BuildKit says is that it does not trust a certificate. */
export function isDistrust(answer: string): boolean {
  return /x509|certificate/i.test(answer);
}
