import { findRequested } from "../bake/requested.ts";
import type { Gateway } from "../builder/gateway/gateway.ts";
import type { Builder } from "../builder/inspect.ts";
import type { BuilderSession } from "../builder/session.ts";
import { isAtLeast, parseBuildkitVersion } from "../builder/versions.ts";
import type { CacheChoice } from "../cache/choice.ts";
import { levelOf } from "../config/rules/levels.ts";
import { mayTakeFiles } from "../dockerfile/takes-files.ts";
import { BkcacheError, type Diagnostic } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { importWhole } from "../host/import-whole.ts";
import type { Evaluated } from "../source/evaluate.ts";
import type { Families } from "./families.ts";
import type { BuildCommand, BuildRequest } from "./ready.ts";

/** One call of buildx: which targets, and what it is told besides. */
export interface Call {
  readonly targets: readonly string[];
  readonly flags: readonly string[];
}

interface CallsRequest {
  readonly choice: CacheChoice;
  readonly known: Evaluated;
  readonly command: BuildCommand;
  readonly session: BuilderSession;
}

/** The first that keeps imported cache where builds share a step, by its notes: moby/buildkit#7364, #7312. */
const mended = "0.35";
/** The first buildx that has --jobs. */
const hasJobs = "0.38";

/**
 * The calls that a run is made of, side by side: one as it was asked for; or, where an empty builder would lose what it
 * imports, one for each family of siblings, which builds them one after the other, and one for the rest.
 */
export async function planCalls(host: Host, request: BuildRequest, context: CallsRequest): Promise<readonly Call[]> {
  const { choice, known, command, session } = context;
  const asked: Call = { targets: command.targets, flags: [] };
  const { definition } = known;
  if (!mayLose(request, context)) return [asked];
  const files = Object.values(definition.targets).map((target) => request.readDockerfile(target).dockerfile);
  if (!files.some((dockerfile) => dockerfile !== null && mayTakeFiles(dockerfile))) return [asked];
  const { findFamilies, oneLine } = await importWhole(() => import("./families.ts"));
  const families = findFamilies({ targets: definition.targets, read: request.readDockerfile });
  const imports = (name: string) => (choice.targets[name]?.cacheFrom ?? []).length > 0;
  const siblings = families.siblings.filter(({ targets }) => targets.some(imports));
  const links = families.links.filter(({ child, parent }) => imports(child) || imports(parent));
  if (siblings.length + links.length === 0) return [asked];
  const layers = (await listLayers(session))?.map(oneLine);
  // What was pulled is called by its digest. It has lost nothing so far, and costs no more one by one.
  const isCold = ({ steps }: { readonly steps: readonly string[] }) =>
    layers !== undefined && !steps.some((step) => layers.some((layer) => layer.endsWith(`] ${step}`)));
  sayLinks(host, request, links.filter(isCold));

  const split = command.hasJobs === true || !isAtLeast(request.buildx.version, hasJobs) ? [] : siblings.filter(isCold);
  const requested = new Set(
    definition.groups["default"]?.targets ?? findRequested(request.plan, command.targets).targets,
  );
  const serial = split
    .map(({ targets }) => targets.filter((name) => requested.has(name)))
    .filter(({ length }) => length > 1)
    .map((targets): Call => ({ targets, flags: ["--jobs", "parallel=1"] }));
  if (serial.length === 0) return [asked];
  const rest = [...requested].filter((name) => !serial.some(({ targets }) => targets.includes(name)));
  if (rest.length > 0) return [{ targets: rest, flags: [] }, ...serial];
  return serial.length === 1 ? serial.map(({ flags }) => ({ targets: command.targets, flags })) : serial;
}

function mayLose({ verb, cache }: BuildRequest, { choice, known, session }: CallsRequest): boolean {
  if (verb !== "bake" || !cache.use.layers.read || Object.keys(known.definition.targets).length < 2) return false;
  return Object.values(choice.targets).some(({ cacheFrom }) => cacheFrom.length > 0) && isUnmended(session.builder);
}

/** A version that is not known is taken as new. */
export function isUnmended({ nodes }: Builder): boolean {
  return nodes.some(({ buildkitVersion }) => !isAtLeast(parseBuildkitVersion(buildkitVersion), mended));
}

/** Null where the builder cannot be asked: then it is taken as one that has what it needs. */
async function listLayers(session: BuilderSession): Promise<readonly string[] | null> {
  try {
    const gateway: Pick<Gateway, "listLayers"> = await session.gateway({ platform: "" });
    return await gateway.listLayers();
  } catch {
    return null;
  }
}

function sayLinks(host: Host, { cache }: BuildRequest, links: Families["links"]): void {
  const level = levelOf("BK4018", cache.rules);
  if (links.length === 0 || level === "off") return;
  const finding = lossOf(links);
  if (level === "error") throw new BkcacheError(finding);
  host.tell({ ...finding, level: "warning" });
}

/** What a builder that is not mended makes of linked targets. */
export function lossOf(links: Families["links"]): Diagnostic {
  const shown = links.map(({ child, parent }) => `${child} (on ${parent})`);
  return {
    code: "BK4018",
    message: `this BuildKit loses imported cache of linked targets that share a plain COPY: ${shown.join(", ")}`,
    hint: "use BuildKit 0.35 or later, or COPY --link in the stages of the linked target, which `bkcache lint --fix` writes where it is safe",
  };
}
