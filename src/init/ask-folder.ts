import { findBuildx } from "../builder/buildx.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { askDefinitions } from "./definitions.ts";
import type { FoundDefinition } from "./found.ts";

/** What bake says of these sets of files; null where there is no buildx to ask. */
export async function askFolder(
  host: Host,
  sets: readonly (readonly string[])[],
): Promise<{ readonly definitions: readonly FoundDefinition[] | null; readonly notices: readonly Diagnostic[] }> {
  try {
    return await askDefinitions(host, await findBuildx(host), sets);
  } catch (error) {
    if (!(error instanceof BkcacheError) || error.findings.some(({ code }) => code !== "BK4001")) throw error;
    const message = `without buildx nobody can tell what ${sets.flat().join(", ")} build; their Dockerfiles are left to them`;
    return { definitions: null, notices: [{ code: "BK1012", message }] };
  }
}
