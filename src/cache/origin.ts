import type { Ci } from "../ci/ci.ts";
import { readIfThere } from "../host/files.ts";
import { type Checkout, readCheckout } from "../host/git.ts";
import { fieldOf, parseJson } from "../host/json.ts";

/** A name, and who gives it, for people. */
interface SaidName {
  readonly name: string;
  readonly by: string;
}

/** What a run builds, of which its scopes follow. */
export interface Origin {
  /**
   * `unknown` where there is no repository and no service tells of one, `detached` where there is one, and nothing says
   * of which branch the checkout is. `stranger` is a run that others can start, with the project's own rights.
   */
  readonly kind: "branch" | "tag" | "queue" | "request" | "stranger" | "detached" | "unknown";
  /** Of a branch alone: a request may come from anywhere, and be called what its author likes. */
  readonly branch: SaidName | null;
  /** Where a request or a queue is to go. */
  readonly base: SaidName | null;
  /** What a request is called in a scope of its own: its number, else the branch that it comes from. */
  readonly request: string;
  /** Of a request: whether it comes from another repository. Null where nobody says it. */
  readonly isFork: boolean | null;
  /** Null where nobody says it. */
  readonly defaultBranch: SaidName | null;
}

/**
 * Finds out what is built: by the service's variables and the event that it hands on, else by the repository.
 * @param dir the folder that is built, absolute
 * @param declared the default branch, where the config names it
 */
export function readOrigin(ci: Ci, dir: string, declared: string | null): Origin {
  let read: Checkout | null | undefined;
  const checkout = (): Checkout | null => {
    if (read === undefined) read = readCheckout(dir);
    return read;
  };
  const service = ci.service ?? "the service";
  const event = readEvent(ci);
  const isDistrusted = ci.distrust !== null;
  const defaultBranch = firstOf(
    [declared, "the config"],
    [ci.defaultBranch, service],
    [event.defaultBranch, service],
    () => [checkout()?.defaultBranch, "git"],
  );
  const known = { defaultBranch, branch: null, base: null, request: "", isFork: null };
  if (isDistrusted) {
    const base = firstOf([ci.baseBranch, service]);
    const request = ci.number ?? event.number ?? ci.branch ?? "";
    return { ...known, kind: ci.isRequest ? "request" : "stranger", base, request, isFork: ci.isFork ?? event.isFork };
  }
  if (ci.isTag) return { ...known, kind: "tag" };
  // A service says what it builds; what is checked out may be anything that it has fetched.
  const said: readonly Source[] =
    ci.branch === null ? [() => [checkout()?.branch, "git"], () => [tipOf(checkout(), defaultBranch), "git"]] : [];
  const branch = firstOf([ci.branch, service], ...said);
  const queued = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(branch?.name ?? "")?.[1];
  if (ci.isQueue || queued !== undefined) {
    return { ...known, kind: "queue", base: firstOf([ci.baseBranch, service], [queued, branch?.by ?? service]) };
  }
  if (branch !== null) return { ...known, kind: "branch", branch };
  return { ...known, kind: checkout() === null ? "unknown" : "detached" };
}

/** Where nobody says which branch is the default one, it is called as most are. */
export function isDefaultBranch({ defaultBranch }: Pick<Origin, "defaultBranch">, name: string): boolean {
  return defaultBranch === null ? name === "main" || name === "master" : name === defaultBranch.name;
}

type Said = readonly [string | null | undefined, string];
type Source = Said | (() => Said);

/** The first that is a name. */
function firstOf(...sources: readonly Source[]): SaidName | null {
  for (const source of sources) {
    const [name, by] = typeof source === "function" ? source() : source;
    if (name) return { name, by };
  }
  return null;
}

/** The branch that a detached checkout is the tip of: of several the default one, else none. */
function tipOf(checkout: Checkout | null, defaultBranch: SaidName | null): string | null {
  const tips = checkout?.tips ?? [];
  if (defaultBranch !== null && tips.includes(defaultBranch.name)) return defaultBranch.name;
  return tips.length === 1 ? (tips[0] ?? null) : null;
}

interface Event {
  readonly defaultBranch: string | null;
  readonly number: string | null;
  readonly isFork: boolean | null;
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads: `repository` is the one that the run is of. */
function readEvent({ eventFile }: Ci): Event {
  const event = eventFile === null ? undefined : parseJson(readEventFile(eventFile));
  const branch = fieldOf(fieldOf(event, "repository"), "default_branch");
  const number = fieldOf(event, "number");
  const own = fieldOf(fieldOf(event, "repository"), "full_name");
  const head = fieldOf(fieldOf(fieldOf(event, "pull_request"), "head"), "repo");
  const source = fieldOf(head, "full_name");
  return {
    defaultBranch: typeof branch === "string" ? branch : null,
    number: typeof number === "number" ? String(number) : null,
    // A fork that was deleted is null.
    isFork: head === null ? true : typeof own === "string" && typeof source === "string" ? own !== source : null,
  };
}

function readEventFile(path: string): string {
  try {
    return readIfThere(path) ?? "";
  } catch {
    // A container may have been given the variable without the file, or a folder in its place.
    return "";
  }
}
