import { isYes, type Read } from "./service.ts";
import { services } from "./services.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What a run may do with the cache by the word of its service, as GitHub spells it. */
type CacheMode = "read" | "write" | "write-only" | "none";

/** What the environment tells of the run that it belongs to. Null for what it does not tell. */
export interface Ci {
  /** Name of the service. */
  readonly service: string | null;
  /** The variable by which this is known to be CI. */
  readonly sign: string | null;
  /** Whether the run is for a pull or merge request. */
  readonly isRequest: boolean;
  /** Whether that comes from another repository; null where the service does not say so in a variable. */
  readonly isFork: boolean | null;
  /** Why what the run writes is not to be trusted by others, as a clause: "CHANGE_ID says that this is a pull request". */
  readonly distrust: string | null;
  /** What is built; of a request where it comes from. */
  readonly branch: string | null;
  readonly isTag: boolean;
  /** Whether a merge queue builds what its base is to be next. Such a run is no request: it was agreed to. */
  readonly isQueue: boolean;
  /** The request's number. */
  readonly number: string | null;
  /** Where a request or a queue is to go. */
  readonly baseBranch: string | null;
  readonly defaultBranch: string | null;
  /** Path of a file with the event in GitHub's form. */
  readonly eventFile: string | null;
  readonly commit: string | null;
  /** The run's page, without user info, and without a query of the environment's. */
  readonly address: string | null;
  readonly cacheMode: CacheMode | null;
}

const cacheModes: readonly CacheMode[] = ["read", "write", "write-only", "none"];

/** Reads the environment of a run. `CI=false` says that this is no CI, whatever the service. */
export function readCi(env: Env): Ci {
  const service = services.find(({ signs }) => findSign(signs, env) !== null);
  const isQueue = service !== undefined && findSign(service.queues ?? {}, env) !== null;
  // A variable that tells of a request does so wherever it is set: it may be all that a container was given.
  const requests = isQueue ? [] : services.filter(({ requests: signs }) => findSign(signs, env) !== null);
  const request = requests.map(({ requests: signs }) => findSign(signs, env)).find((name) => name !== null) ?? null;
  const stranger = services.map(({ strangers = {} }) => findSign(strangers, env)).find((name) => name !== null) ?? null;
  const read: Read = (name) => withoutSecrets(env[name] ?? "");
  const first = (names: readonly string[] = []) => names.map((name) => env[name]).find(Boolean) ?? null;
  const known = service === undefined ? services : [service];
  const isTag = service !== undefined && findSign(service.tags, env) !== null;
  const branch = service === undefined || isTag ? null : branchName(first(service.branch));
  const isMain = service?.isMain !== undefined && findSign(service.isMain, env) !== null;
  const aimed = service ?? requests[0];
  return {
    service: service?.name ?? null,
    sign: signOf(env, service?.signs ?? {}),
    isRequest: request !== null,
    isFork: request === null ? null : (aimed?.isFork?.(read) ?? null),
    distrust:
      request !== null
        ? `${request} says that this is a pull request`
        : stranger !== null
          ? `${stranger} is ${env[stranger]}, which others can start`
          : null,
    branch,
    isTag,
    isQueue,
    number: request === null ? null : numberOf(aimed?.number ?? [], env),
    baseBranch: request === null && !isQueue ? null : branchName(first(aimed?.base)),
    defaultBranch: isMain ? branch : branchName(first(service?.main)),
    eventFile: first(service?.event === undefined ? [] : [service.event]),
    commit: first(known.flatMap(({ commit }) => commit)),
    address: known.map(({ address }) => address(read)).find(Boolean) ?? null,
    cacheMode: cacheModeOf(env),
  };
}

/** Digits alone, as the last part of an address, or as that of `refs/pull/7/merge`. */
function numberOf(names: readonly string[], env: Env): string | null {
  const pattern =
    /^(?:.*\/)?(?:pull|pr|merge_requests|pull-requests|pullrequests)\/(\d+)(?:\/(?:merge|head))?$|^(\d+)$/;
  const matches = names.map((name) => pattern.exec(env[name] ?? ""));
  return matches.map((match) => match?.[1] ?? match?.[2]).find(Boolean) ?? null;
}

/**
 * GitHub's runner tells actions the mode, but not run steps, which get it where a workflow passes it on. A word that is
 * none of these changes nothing, as in GitHub's own clients.
 * https://github.com/actions/runner/pull/4538, https://github.com/actions/toolkit/pull/2447
 */
function cacheModeOf(env: Env): CacheMode | null {
  return cacheModes.find((mode) => mode === env["ACTIONS_CACHE_MODE"]) ?? null;
}

function signOf(env: Env, signs: Parameters<typeof findSign>[0]): string | null {
  const { CI: said } = env;
  if (said !== undefined && said !== "") return isYes(said) ? "CI" : null;
  return findSign(signs, env);
}

function findSign(signs: Readonly<Record<string, (value: string) => boolean>>, env: Env): string | null {
  return Object.entries(signs).find(([name, says]) => says(env[name] ?? ""))?.[0] ?? null;
}

function branchName(name: string | null): string | null {
  return name?.replace(/^refs\/heads\//, "") ?? null;
}

/** An address without user info, query and fragment, where tokens stand; any other text as it is. */
function withoutSecrets(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text;
  const [, scheme = "", rest = ""] = /^([^:]+:\/\/)(.*)$/s.exec(text.replace(/[?#].*$/s, "")) ?? [];
  return scheme + rest.replace(/^[^/]*@/, "");
}
