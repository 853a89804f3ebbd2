import { type Channel, GrpcError, GrpcStatus } from "./channel.ts";
import { openBuild } from "./internal-build.ts";
import { httpSource } from "./llb.ts";

/**
 * Has BuildKit fetch an address as the source of a build that stands in no history. What it fetches it would keep, so
 * that the address is one that answers with an error.
 */
export async function visit(channel: Channel, url: string, signal: AbortSignal): Promise<string | null> {
  const build = openBuild(channel);
  try {
    await build.evaluate(httpSource(url), signal);
    return null;
  } catch (error) {
    if (signal.aborted) return "no answer in time";
    if (error instanceof GrpcError && error.status !== GrpcStatus.UNAVAILABLE) return error.message;
    throw error;
  } finally {
    await build.close();
  }
}
