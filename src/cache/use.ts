import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";

/** Whether a run takes from the cache, and whether it gives to it. */
export interface CacheUse {
  readonly read: boolean;
  readonly write: boolean;
  /** Why, as a clause for people: "because CI is set". */
  readonly reason: string;
}

type Env = Readonly<Record<string, string | undefined>>;

const named: Readonly<Record<string, Omit<CacheUse, "reason">>> = {
  off: { read: false, write: false },
  read: { read: true, write: false },
  "read-write": { read: true, write: true },
};

/**
 * `--cache` beats BKCACHE, which beats `auto`: read-write in CI but for pull requests, read elsewhere.
 * Without a config BUILDKIT_REMOTE_CACHE itself says that the cache is to be used both ways.
 * @throws BkcacheError BK1002 for a word that is none of auto, off, read and read-write.
 */
export function cacheUse(flag: string | undefined, env: Env, hasConfig: boolean): CacheUse {
  const chosen: readonly (readonly [string, string | undefined])[] = [
    ["--cache", flag],
    ["BKCACHE", env["BKCACHE"]],
  ];
  for (const [source, value] of chosen) {
    if (value === undefined || value === "") continue;
    if (value === "auto") break;
    const use = named[value];
    if (use !== undefined) return { ...use, reason: `${source} says ${value}` };
    throw new BkcacheError({
      code: "BK1002",
      message: `${source}: "${value}" is no way to use the cache`,
      hint: "one of auto, off, read, read-write",
    });
  }
  const request = pullRequestSign(env);
  if (request !== null) return { read: true, write: false, reason: `${request} says that this is a pull request` };
  if (!hasConfig) return { read: true, write: true, reason: "BUILDKIT_REMOTE_CACHE is set" };
  if (isTrue(env["CI"])) return { read: true, write: true, reason: "CI is set" };
  return { read: true, write: false, reason: "this is not CI" };
}

/**
 * Why a command that exists to write must not: for a pull request, or where writing is switched off. Null where it may:
 * it needs no CI to be meant.
 */
export function whyNotWrite(flag: string | undefined, env: Env): string | null {
  const { write, reason } = cacheUse(flag, { ...env, CI: "true" }, true);
  return write ? null : reason;
}

/** @throws BkcacheError BK5056 */
export function requireWrite(host: Pick<Host, "env">, cache: string | undefined, verb: "save" | "delete"): void {
  const reason = whyNotWrite(cache, host.env);
  if (reason === null) return;
  throw new BkcacheError({
    code: "BK5056",
    message: `this run may not ${verb} snapshots: ${reason}`,
    hint: "--cache read-write says that it may",
  });
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}

/**
 * The variable by which a CI service tells that the run is for a pull or merge request, whose author may not
 * be trusted to write what others read. Null where none does.
 */
function pullRequestSign(env: Env): string | null {
  const signs: readonly (readonly [string, (value: string) => boolean])[] = [
    // GitHub Actions, Gitea, Forgejo
    ["GITHUB_EVENT_NAME", (value) => value.startsWith("pull_request")],
    // GitLab
    ["CI_MERGE_REQUEST_IID", isTrue],
    // Jenkins
    ["CHANGE_ID", isTrue],
    ["BUILDKITE_PULL_REQUEST", isTrue],
    ["CIRCLE_PULL_REQUEST", isTrue],
    ["BITBUCKET_PR_ID", isTrue],
    // Azure Pipelines
    ["SYSTEM_PULLREQUEST_PULLREQUESTID", isTrue],
    ["DRONE_PULL_REQUEST", isTrue],
    ["TRAVIS_PULL_REQUEST", isTrue],
    ["CODEBUILD_WEBHOOK_EVENT", (value) => value.startsWith("PULL_REQUEST") && value !== "PULL_REQUEST_MERGED"],
  ];
  for (const [name, says] of signs) {
    const value = env[name];
    if (value !== undefined && says(value)) return name;
  }
  return null;
}
