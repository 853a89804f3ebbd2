import type { Backend } from "../config/schema.gen.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { readBackendUrl } from "../init/backend-url.ts";
import type { FoundDefinition } from "../init/found.ts";
import { chooseDefinitions, listDefinitions } from "../init/question-of-files.ts";
import type { CommandContext } from "./command.ts";
import { ask } from "./report/ask.ts";

/** Which of several files are to say what is built. */
export async function askDefinition(
  definitions: readonly FoundDefinition[],
  { host, reporter }: CommandContext,
): Promise<readonly FoundDefinition[]> {
  reporter.lines(["Several files say what is built here:", ...listDefinitions(definitions)]);
  for (;;) {
    const answer = await ask("Which of them (numbers; empty for all)?", host.signal);
    const chosen = chooseDefinitions(definitions, answer);
    if (chosen !== null) return chosen;
  }
}

/** The bucket of the cache, and its region; null for none. A mistyped one is asked for again. */
export async function askBackend(region: string | undefined, host: Host): Promise<Backend | null> {
  for (;;) {
    const url = await ask(
      "Bucket for the cache (s3://BUCKET/PREFIX/ or gs://BUCKET/PREFIX/; empty for this disk alone)?",
      host.signal,
    );
    try {
      return await askRegion(readBackendUrl(url, region), host.signal);
    } catch (error) {
      if (!(error instanceof BkcacheError)) throw error;
      for (const { message } of error.findings) host.tell({ level: "warning", message });
    }
  }
}

export async function askRegion(backend: Backend | null, signal: AbortSignal): Promise<Backend | null> {
  if (backend?.type !== "s3" || backend.region !== undefined) return backend;
  const answer = (await ask("Region of the bucket?", signal)).trim();
  return answer === "" ? backend : { ...backend, region: answer };
}
