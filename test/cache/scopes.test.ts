import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/bake/model.ts";
import { cacheName } from "../../src/bake/cache-name.ts";
import { createBarePlan } from "../../src/bake/printed.ts";
import { type CacheFlags, resolveCacheUse } from "../../src/cache/use.ts";
import { sharedScopes } from "../../src/cache/scopes.ts";
import { makeTempDir } from "../support/cleanup.ts";

type Env = Readonly<Record<string, string>>;

const bare = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });

interface Run {
  readonly flags?: CacheFlags;
  readonly env?: Env;
  readonly dir?: string;
  readonly scopes?: Partial<Plan["scopes"]>;
  /** Scope that the config names for each target. */
  readonly named?: Readonly<Record<string, string | null>>;
  readonly hasConfig?: boolean;
}

function use({
  flags = {},
  env = {},
  dir = makeTempDir("scopes"),
  scopes,
  named = { api: null },
  hasConfig = true,
}: Run) {
  const to = { kind: "policy", backends: [] };
  const targets = Object.fromEntries(Object.entries(named).map(([name, scope]) => [name, { cache: { scope, to } }]));
  const plan = { ...bare, targets, scopes: { ...bare.scopes, ...scopes } } as unknown as Plan;
  return resolveCacheUse({ plan, flags, env, dir, hasConfig });
}

/** "write: a; read: b, c", of the target api. */
function show(run: Run): string {
  const { mounts, scopes } = use(run);
  const { read = [], write } = scopes["api"] ?? {};
  const written = mounts.write ? write?.scope : "nothing";
  return `write: ${written}; read: ${mounts.read ? read.map(({ scope }) => scope).join(", ") : "nothing"}`;
}

/** A repository that stands on a branch, or on a commit. */
function checkout(head: string, files: Readonly<Record<string, string>> = {}): string {
  const dir = makeTempDir("scopes");
  for (const [path, text] of Object.entries({ HEAD: head, ...files })) {
    const file = join(dir, ".git", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  return dir;
}

const commit = "0123456789012345678901234567890123456789";
const originHead = (name: string) => ({ "refs/remotes/origin/HEAD": `ref: refs/remotes/origin/${name}` });

/** A file with an event in GitHub's form. */
function event(content: unknown): string {
  const file = join(makeTempDir("event"), "event.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const ofMaster = { repository: { default_branch: "master" } };
const github = (name: string, more: Env = {}): Env => ({ GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: name, ...more });
const actions = { GITHUB_ACTIONS: "true" };

/** Each service, on its default branch, another branch, a request and a tag, as its documentation says. */
const matrix: readonly (readonly [string, Env, string])[] = [
  [
    "GitHub Actions, main",
    github("push", { GITHUB_REF_NAME: "main", GITHUB_REF_TYPE: "branch" }),
    "write: main; read: main",
  ],
  ["GitHub Actions, a branch", github("push", { GITHUB_REF_NAME: "fix/a" }), "write: fix/a; read: fix/a, main"],
  [
    "GitHub Actions, the default branch by the event",
    github("push", { GITHUB_REF_NAME: "master", GITHUB_EVENT_PATH: event(ofMaster) }),
    "write: main; read: main",
  ],
  [
    "GitHub Actions, a branch that is called main and is not the default one",
    github("push", { GITHUB_REF_NAME: "main", GITHUB_EVENT_PATH: event(ofMaster) }),
    "write: branch:main; read: branch:main, main",
  ],
  [
    "GitHub Actions, a request to main",
    github("pull_request", { GITHUB_HEAD_REF: "fix", GITHUB_BASE_REF: "main", GITHUB_REF: "refs/pull/7/merge" }),
    "write: nothing; read: main",
  ],
  [
    "GitHub Actions, a request to a branch",
    github("pull_request", { GITHUB_HEAD_REF: "fix", GITHUB_BASE_REF: "v2", GITHUB_REF: "refs/pull/7/merge" }),
    "write: nothing; read: v2, main",
  ],
  [
    "GitHub Actions, a request of a fork from its main",
    github("pull_request_target", { GITHUB_HEAD_REF: "main", GITHUB_BASE_REF: "main", GITHUB_REF_NAME: "main" }),
    "write: nothing; read: main",
  ],
  [
    "GitHub Actions, an event that others can start",
    github("workflow_run", { GITHUB_REF_NAME: "main" }),
    "write: nothing; read: main",
  ],
  [
    "GitHub Actions, a merge queue",
    github("merge_group", { GITHUB_REF_NAME: "gh-readonly-queue/v2/pr-7-0123abc" }),
    "write: v2; read: v2, main",
  ],
  [
    "GitHub Actions, a merge queue of main, by its push",
    github("push", { GITHUB_REF_NAME: "gh-readonly-queue/main/pr-7-0123abc" }),
    "write: main; read: main",
  ],
  [
    "GitHub Actions, a tag",
    github("push", { GITHUB_REF_NAME: "v1", GITHUB_REF_TYPE: "tag" }),
    "write: tag:all; read: main, tag:all",
  ],
  ["Gitea, a branch", { GITEA_ACTIONS: "true", GITHUB_REF_NAME: "fix" }, "write: fix; read: fix, main"],
  [
    "Forgejo, a request",
    { FORGEJO_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request", GITHUB_BASE_REF: "v2" },
    "write: nothing; read: v2, main",
  ],
  [
    "GitLab, the default branch",
    { GITLAB_CI: "true", CI_COMMIT_BRANCH: "trunk", CI_DEFAULT_BRANCH: "trunk" },
    "write: main; read: main",
  ],
  [
    "GitLab, a branch",
    { GITLAB_CI: "true", CI_COMMIT_BRANCH: "fix", CI_DEFAULT_BRANCH: "trunk" },
    "write: fix; read: fix, main",
  ],
  [
    "GitLab, a request",
    {
      GITLAB_CI: "true",
      CI_MERGE_REQUEST_IID: "7",
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "trunk",
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "next",
      CI_DEFAULT_BRANCH: "trunk",
      CI_MERGE_REQUEST_EVENT_TYPE: "merged_result",
    },
    "write: nothing; read: next, main",
  ],
  [
    "GitLab, a merge train",
    {
      GITLAB_CI: "true",
      CI_MERGE_REQUEST_IID: "7",
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "trunk",
      CI_DEFAULT_BRANCH: "trunk",
      CI_MERGE_REQUEST_EVENT_TYPE: "merge_train",
    },
    "write: main; read: main",
  ],
  ["GitLab, a tag", { GITLAB_CI: "true", CI_COMMIT_TAG: "v1" }, "write: tag:all; read: main, tag:all"],
  [
    "Woodpecker, a branch",
    { CI: "woodpecker", CI_PIPELINE_EVENT: "push", CI_COMMIT_BRANCH: "fix", CI_REPO_DEFAULT_BRANCH: "trunk" },
    "write: fix; read: fix, main",
  ],
  [
    "Woodpecker, a request",
    {
      CI: "woodpecker",
      CI_PIPELINE_EVENT: "pull_request",
      CI_COMMIT_BRANCH: "trunk",
      CI_COMMIT_TARGET_BRANCH: "trunk",
      CI_REPO_DEFAULT_BRANCH: "trunk",
    },
    "write: nothing; read: main",
  ],
  [
    "Buildkite, the default branch",
    {
      BUILDKITE: "true",
      BUILDKITE_BRANCH: "trunk",
      BUILDKITE_PIPELINE_DEFAULT_BRANCH: "trunk",
      BUILDKITE_PULL_REQUEST: "false",
    },
    "write: main; read: main",
  ],
  [
    "Buildkite, a request of a fork from its main",
    {
      BUILDKITE: "true",
      BUILDKITE_BRANCH: "main",
      BUILDKITE_PIPELINE_DEFAULT_BRANCH: "main",
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_BASE_BRANCH: "v2",
    },
    "write: nothing; read: v2, main",
  ],
  [
    "Buildkite, a merge queue",
    {
      BUILDKITE: "true",
      BUILDKITE_BRANCH: "gh-readonly-queue/v2/pr-7-abc",
      BUILDKITE_MERGE_QUEUE_BASE_BRANCH: "v2",
      BUILDKITE_PULL_REQUEST: "false",
    },
    "write: v2; read: v2, main",
  ],
  [
    "Buildkite, a tag",
    { BUILDKITE: "true", BUILDKITE_TAG: "v1", BUILDKITE_BRANCH: "v1" },
    "write: tag:all; read: main, tag:all",
  ],
  ["CircleCI, a branch", { CIRCLECI: "true", CIRCLE_BRANCH: "fix" }, "write: fix; read: fix, main"],
  [
    "CircleCI, a request of a fork",
    { CIRCLECI: "true", CIRCLE_BRANCH: "pull/7", CIRCLE_PR_NUMBER: "7" },
    "write: nothing; read: main",
  ],
  ["CircleCI, a tag", { CIRCLECI: "true", CIRCLE_TAG: "v1" }, "write: tag:all; read: main, tag:all"],
  ["Bitbucket, a branch", { BITBUCKET_BUILD_NUMBER: "1", BITBUCKET_BRANCH: "fix" }, "write: fix; read: fix, main"],
  [
    "Bitbucket, a request",
    {
      BITBUCKET_BUILD_NUMBER: "1",
      BITBUCKET_BRANCH: "main",
      BITBUCKET_PR_ID: "7",
      BITBUCKET_PR_DESTINATION_BRANCH: "v2",
    },
    "write: nothing; read: v2, main",
  ],
  [
    "Azure, a branch",
    { TF_BUILD: "True", BUILD_SOURCEBRANCH: "refs/heads/fix/a", BUILD_REASON: "IndividualCI" },
    "write: fix/a; read: fix/a, main",
  ],
  [
    "Azure, a request",
    {
      TF_BUILD: "True",
      BUILD_REASON: "PullRequest",
      BUILD_SOURCEBRANCH: "refs/pull/7/merge",
      SYSTEM_PULLREQUEST_SOURCEBRANCH: "refs/heads/main",
      SYSTEM_PULLREQUEST_TARGETBRANCH: "refs/heads/v2",
      SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
    },
    "write: nothing; read: v2, main",
  ],
  ["Azure, a tag", { TF_BUILD: "True", BUILD_SOURCEBRANCH: "refs/tags/v1" }, "write: tag:all; read: main, tag:all"],
  [
    "Drone, the default branch",
    { DRONE: "true", DRONE_BRANCH: "trunk", DRONE_REPO_BRANCH: "trunk", DRONE_PULL_REQUEST: "" },
    "write: main; read: main",
  ],
  [
    "Drone, a request",
    { DRONE: "true", DRONE_SOURCE_BRANCH: "main", DRONE_TARGET_BRANCH: "v2", DRONE_PULL_REQUEST: "7" },
    "write: nothing; read: v2, main",
  ],
  [
    "Travis, a branch",
    { TRAVIS: "true", TRAVIS_BRANCH: "fix", TRAVIS_PULL_REQUEST: "false", TRAVIS_TAG: "" },
    "write: fix; read: fix, main",
  ],
  [
    "Travis, a request",
    { TRAVIS: "true", TRAVIS_BRANCH: "v2", TRAVIS_PULL_REQUEST: "7", TRAVIS_PULL_REQUEST_BRANCH: "main" },
    "write: nothing; read: v2, main",
  ],
  [
    "Travis, a tag",
    { TRAVIS: "true", TRAVIS_BRANCH: "v1", TRAVIS_TAG: "v1", TRAVIS_PULL_REQUEST: "false" },
    "write: tag:all; read: main, tag:all",
  ],
  [
    "CodeBuild, a branch",
    { CODEBUILD_BUILD_ID: "p:1", CODEBUILD_WEBHOOK_HEAD_REF: "refs/heads/fix", CODEBUILD_WEBHOOK_EVENT: "PUSH" },
    "write: fix; read: fix, main",
  ],
  [
    "CodeBuild, a request",
    {
      CODEBUILD_BUILD_ID: "p:1",
      CODEBUILD_WEBHOOK_HEAD_REF: "refs/heads/main",
      CODEBUILD_WEBHOOK_BASE_REF: "refs/heads/v2",
      CODEBUILD_WEBHOOK_TRIGGER: "pr/7",
    },
    "write: nothing; read: v2, main",
  ],
  [
    "CodeBuild, a tag",
    { CODEBUILD_BUILD_ID: "p:1", CODEBUILD_WEBHOOK_HEAD_REF: "refs/tags/v1", CODEBUILD_WEBHOOK_EVENT: "PUSH" },
    "write: tag:all; read: main, tag:all",
  ],
  ["AppVeyor, a branch", { APPVEYOR: "True", APPVEYOR_REPO_BRANCH: "fix" }, "write: fix; read: fix, main"],
  [
    "AppVeyor, a request of a fork from its main",
    {
      APPVEYOR: "True",
      APPVEYOR_REPO_BRANCH: "v2",
      APPVEYOR_PULL_REQUEST_NUMBER: "7",
      APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH: "main",
    },
    "write: nothing; read: v2, main",
  ],
  [
    "AppVeyor, a tag",
    { APPVEYOR: "True", APPVEYOR_REPO_BRANCH: "main", APPVEYOR_REPO_TAG: "true" },
    "write: tag:all; read: main, tag:all",
  ],
  [
    "Cirrus, the default branch",
    { CIRRUS_CI: "true", CIRRUS_BRANCH: "trunk", CIRRUS_DEFAULT_BRANCH: "trunk" },
    "write: main; read: main",
  ],
  [
    "Cirrus, a request",
    { CIRRUS_CI: "true", CIRRUS_BRANCH: "pull/7", CIRRUS_PR: "7", CIRRUS_BASE_BRANCH: "v2" },
    "write: nothing; read: v2, main",
  ],
  [
    "Semaphore, a branch",
    { SEMAPHORE: "true", SEMAPHORE_GIT_REF_TYPE: "branch", SEMAPHORE_GIT_BRANCH: "fix" },
    "write: fix; read: fix, main",
  ],
  [
    "Semaphore, a request of a fork from its main",
    {
      SEMAPHORE: "true",
      SEMAPHORE_GIT_REF_TYPE: "pull-request",
      SEMAPHORE_GIT_BRANCH: "v2",
      SEMAPHORE_GIT_PR_BRANCH: "main",
      SEMAPHORE_GIT_PR_NUMBER: "7",
    },
    "write: nothing; read: v2, main",
  ],
  ["Semaphore, a tag", { SEMAPHORE: "true", SEMAPHORE_GIT_REF_TYPE: "tag" }, "write: tag:all; read: main, tag:all"],
  [
    "Codemagic, a branch",
    { CM_BUILD_ID: "b", CM_BRANCH: "fix", CM_PULL_REQUEST: "false" },
    "write: fix; read: fix, main",
  ],
  [
    "Codemagic, a request",
    { CM_BUILD_ID: "b", CM_BRANCH: "main", CM_PULL_REQUEST: "true", CM_PULL_REQUEST_DEST: "v2" },
    "write: nothing; read: v2, main",
  ],
  ["Bitrise, a branch", { BITRISE_IO: "true", BITRISE_GIT_BRANCH: "fix" }, "write: fix; read: fix, main"],
  [
    "Bitrise, a request",
    { BITRISE_IO: "true", BITRISE_GIT_BRANCH: "main", BITRISE_PULL_REQUEST: "7", BITRISEIO_GIT_BRANCH_DEST: "v2" },
    "write: nothing; read: v2, main",
  ],
  [
    "Prow, after a merge",
    { PROW_JOB_ID: "j", JOB_TYPE: "postsubmit", PULL_BASE_REF: "master" },
    "write: main; read: main",
  ],
  [
    "Prow, a request",
    { PROW_JOB_ID: "j", JOB_TYPE: "presubmit", PULL_BASE_REF: "v2", PULL_HEAD_REF: "main", PULL_NUMBER: "7" },
    "write: nothing; read: v2, main",
  ],
  ["Codefresh, a branch", { CF_BUILD_ID: "b", CF_BRANCH: "fix" }, "write: fix; read: fix, main"],
  [
    "Codefresh, a request",
    { CF_BUILD_ID: "b", CF_BRANCH: "main", CF_PULL_REQUEST_NUMBER: "7", CF_PULL_REQUEST_TARGET: "v2" },
    "write: nothing; read: v2, main",
  ],
  ["TeamCity, which tells nothing", { TEAMCITY_VERSION: "2026.1" }, "write: main; read: main"],
  [
    "Jenkins, the primary branch",
    { JENKINS_URL: "x", BRANCH_NAME: "trunk", BRANCH_IS_PRIMARY: "true" },
    "write: main; read: main",
  ],
  ["Jenkins, a branch", { JENKINS_URL: "x", BRANCH_NAME: "fix" }, "write: fix; read: fix, main"],
  [
    "Jenkins, a request of a fork from its main",
    { JENKINS_URL: "x", BRANCH_NAME: "PR-7", CHANGE_ID: "7", CHANGE_BRANCH: "main", CHANGE_TARGET: "v2" },
    "write: nothing; read: v2, main",
  ],
  ["Jenkins, a tag", { JENKINS_URL: "x", BRANCH_NAME: "v1", TAG_NAME: "v1" }, "write: tag:all; read: main, tag:all"],
  ["a service that is not known", { CI: "true" }, "write: main; read: main"],
  ["a laptop without git", {}, "write: nothing; read: main"],
];

describe("where a build runs", () => {
  test.each(matrix)("%s", (_, env, expected) => {
    expect(show({ env })).toBe(expected);
  });

  test.each<readonly [string, Run, string]>([
    ["a laptop on a branch", { dir: checkout("ref: refs/heads/fix") }, "write: nothing; read: fix, main"],
    [
      "a laptop on the default branch",
      { dir: checkout("ref: refs/heads/trunk", originHead("trunk")) },
      "write: nothing; read: main",
    ],
    [
      "what a service says goes before what is checked out",
      { dir: checkout("ref: refs/heads/main"), env: { ...actions, GITHUB_REF_NAME: "fix" } },
      "write: fix; read: fix, main",
    ],
    [
      "git says the default branch where the service does not",
      { dir: checkout(commit, originHead("trunk")), env: { ...actions, GITHUB_REF_NAME: "trunk" } },
      "write: main; read: main",
    ],
    [
      "a service that is not known, on a branch",
      { dir: checkout("ref: refs/heads/fix"), env: { CI: "1" } },
      "write: fix; read: fix, main",
    ],
    [
      "a detached checkout in CI writes nothing",
      { dir: checkout(commit), env: { CI: "1" } },
      "write: nothing; read: main",
    ],
    ["nor does one without a config", { dir: checkout(commit), hasConfig: false }, "write: nothing; read: main"],
    [
      "but where the config or a flag names a scope",
      { dir: checkout(commit), env: { CI: "1" }, named: { api: "apis" } },
      "write: apis; read: apis",
    ],
    [
      "so with a flag",
      { dir: checkout(commit), env: { CI: "1" }, flags: { writeScope: "x" } },
      "write: x; read: x, main",
    ],
    [
      "a detached checkout is the branch that it is the tip of",
      { dir: checkout(commit, { "refs/remotes/origin/fix": commit }), env: { JENKINS_URL: "x" } },
      "write: fix; read: fix, main",
    ],
    [
      "the default one of several",
      {
        dir: checkout(commit, {
          ...originHead("trunk"),
          "packed-refs": `${commit} refs/remotes/origin/trunk\n${commit} refs/remotes/origin/fix`,
        }),
        env: { CI: "1" },
      },
      "write: main; read: main",
    ],
    [
      "none of several others",
      {
        dir: checkout(commit, { "packed-refs": `${commit} refs/remotes/origin/a\n${commit} refs/remotes/origin/b` }),
        env: { CI: "1" },
      },
      "write: nothing; read: main",
    ],
    [
      "the config says the default branch",
      { env: { ...actions, GITHUB_REF_NAME: "trunk" }, scopes: { defaultBranch: "trunk" } },
      "write: main; read: main",
    ],
    [
      "and what is read",
      { env: { ...actions, GITHUB_REF_NAME: "fix" }, scopes: { read: ["next", "main"] } },
      "write: fix; read: fix, next, main",
    ],
    ["an event that is none", { env: { ...actions, GITHUB_EVENT_PATH: event("{") } }, "write: main; read: main"],
    ["a folder for an event", { env: { ...actions, GITHUB_EVENT_PATH: "/" } }, "write: main; read: main"],
    [
      "a request without its service",
      { env: { CHANGE_ID: "7", CHANGE_TARGET: "v2" } },
      "write: nothing; read: v2, main",
    ],
  ])("%s", (_, run, expected) => {
    expect(show(run)).toBe(expected);
  });
});

describe("a request", () => {
  const env = {
    ...github("pull_request"),
    GITHUB_BASE_REF: "v2",
    GITHUB_HEAD_REF: "main",
    GITHUB_REF: "refs/pull/7/merge",
  };
  const own = { requests: "own" } as const;

  test.each<readonly [string, Run, string]>([
    [
      "writes a place of its own where the config has one",
      { scopes: own },
      "write: request:7; read: request:7, v2, main",
    ],
    [
      "so it does beside a scope that the config names",
      { scopes: own, named: { api: "apis" } },
      "write: request:7; read: request:7, apis",
    ],
    ["and reads what the config names", { named: { api: "apis" } }, "write: nothing; read: apis"],
    [
      "where it is made to write, too",
      { flags: { cache: "read-write" } },
      "write: request:7; read: request:7, v2, main",
    ],
    [
      "a flag decides otherwise",
      { flags: { cache: "read-write", writeScope: "x" } },
      "write: x; read: x, request:7, v2, main",
    ],
  ])("%s", (_, run, expected) => {
    expect(show({ env, ...run })).toBe(expected);
  });

  test.each<readonly [string, Env, string]>([
    ["an address", { CIRCLECI: "1", CIRCLE_PULL_REQUEST: "https://github.com/a/b/pull/7" }, "request:7"],
    ["a trigger", { CODEBUILD_BUILD_ID: "1", CODEBUILD_WEBHOOK_TRIGGER: "pr/7" }, "request:7"],
    [
      "an event",
      { ...github("pull_request_target"), GITHUB_REF: "refs/heads/main", GITHUB_EVENT_PATH: event({ number: 7 }) },
      "request:7",
    ],
    [
      "else the branch",
      { ...github("pull_request"), GITHUB_HEAD_REF: "main", GITHUB_BASE_REF: "main" },
      "request:main",
    ],
    [
      "a number that is none",
      { TRAVIS: "1", TRAVIS_PULL_REQUEST: "7/../main", TRAVIS_PULL_REQUEST_BRANCH: "b" },
      "request:b",
    ],
    ["nothing", { CM_BUILD_ID: "1", CM_PULL_REQUEST: "true" }, "request:unknown"],
  ])("its place is called by %s", (_, request, expected) => {
    expect(use({ env: request, scopes: own }).scopes["api"]?.write.scope).toBe(expected);
  });

  test("what others can start has no place of the config's, and one of its own where it is made to write", () => {
    const started = { ...github("issue_comment"), GITHUB_REF_NAME: "main" };
    expect(show({ env: started, scopes: own })).toBe("write: nothing; read: main");
    expect(show({ env: started, flags: { cache: "read-write" } })).toBe(
      "write: request:main; read: request:main, main",
    );
  });

  test.each([
    "main",
    "request:7",
    "a/../main",
    "main\n",
    "\u001b[2Jmain",
    "ma\u0000in",
    "MAIN",
    "main.",
    "x".repeat(300),
    "тест",
    "%6Dain",
  ])("of a branch called %j never gets the name of another's cache", (branch) => {
    const scopes = [
      use({ env: { ...github("pull_request"), GITHUB_HEAD_REF: branch }, scopes: own }).scopes["api"]?.write.scope,
      use({ env: { ...github("push"), GITHUB_REF_NAME: branch, GITHUB_EVENT_PATH: event(ofMaster) } }).scopes["api"]
        ?.write.scope,
    ];
    const names = scopes.map((scope) => String(cacheName(["shop", "api"], scope ?? "")));
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
    expect(names).not.toContain(cacheName(["shop", "api"], "main"));
    expect(names).not.toContain(cacheName(["shop", "api"], "request:7"));
    expect(new Set(names).size).toBe(2);
  });
});

describe("flags and variables", () => {
  test.each<readonly [string, CacheFlags, Env, readonly (readonly [string, string])[], string]>([
    ["the target's own", {}, {}, [["main", "it is the target's own"]], "main"],
    [
      "what the flag names comes first",
      { readScope: "fix" },
      {},
      [
        ["fix", "--read-scope names it"],
        ["main", "it is the target's own"],
      ],
      "main",
    ],
    [
      "what is written is read",
      { writeScope: "fix" },
      {},
      [
        ["fix", "--write-scope names it, and writes it"],
        ["main", "it is the target's own"],
      ],
      "fix",
    ],
    [
      "the flag beats the variable",
      { readScope: "fix" },
      { BKCACHE_READ_SCOPE: "next", BKCACHE_WRITE_SCOPE: "next" },
      [
        ["fix", "--read-scope names it"],
        ["main", "it is the target's own"],
      ],
      "next",
    ],
    ["an empty variable is none", {}, { BKCACHE_READ_SCOPE: "" }, [["main", "it is the target's own"]], "main"],
    ["each once", {}, { BKCACHE_READ_SCOPE: "main" }, [["main", "BKCACHE_READ_SCOPE names it"]], "main"],
  ])("%s", (_, flags, env, read, write) => {
    const { api } = use({ flags, env, named: { api: "main", worker: "worker" } }).scopes;
    expect(api?.read.map(({ scope, why }) => [scope, why])).toEqual(read);
    expect(api?.write.scope).toBe(write);
  });

  test("each target has its own default, and what several share is in that of the first", () => {
    const { scopes } = use({ flags: { readScope: "fix" }, named: { api: "main", worker: "worker" } });
    expect(scopes["worker"]).toMatchObject({ write: { scope: "worker" } });
    expect(sharedScopes(scopes, ["worker", "api"])).toEqual({ read: ["fix", "worker"], write: "worker" });
    expect(() => sharedScopes(scopes, ["other"])).toThrow(/other/);
  });
});

test("each scope has its reason", () => {
  const reasons = (run: Run) => use(run).scopes["api"]?.read.map(({ scope, why }) => `${scope}: ${why}`);
  expect(reasons({ env: { GITLAB_CI: "1", CI_COMMIT_BRANCH: "fix", CI_DEFAULT_BRANCH: "trunk" } })).toEqual([
    "fix: fix is the branch, as GitLab says",
    "main: it is the default branch's (trunk, as GitLab says)",
  ]);
  expect(reasons({ dir: checkout("ref: refs/heads/main") })).toEqual([
    "main: main is the branch, as git says, and the default one",
  ]);
  expect(reasons({ env: { CM_BUILD_ID: "b", CM_PULL_REQUEST: "true", CM_PULL_REQUEST_DEST: "v2" } })).toEqual([
    "v2: v2 is the base, as Codemagic says",
    "main: it is the default branch's",
  ]);
  expect(reasons({})).toEqual(["main: it is the default branch's, and nothing says what is built"]);
});
