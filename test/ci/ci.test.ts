import { describe, expect, test } from "vitest";
import { readCi } from "../../src/ci/ci.ts";
import { services } from "../../src/ci/services.ts";

type Env = Readonly<Record<string, string>>;

/** Of each service what it says of a request, beside its sign. */
const requests: readonly (readonly [string, Env, Env])[] = [
  ["GitHub Actions", { GITHUB_ACTIONS: "true" }, { GITHUB_EVENT_NAME: "pull_request" }],
  ["GitHub Actions", { GITHUB_ACTIONS: "true" }, { GITHUB_EVENT_NAME: "pull_request_target" }],
  ["GitHub Actions", { GITEA_ACTIONS: "true" }, { GITHUB_EVENT_NAME: "pull_request" }],
  ["GitHub Actions", { FORGEJO_ACTIONS: "true" }, { GITHUB_EVENT_NAME: "pull_request_comment" }],
  ["GitLab", { GITLAB_CI: "true" }, { CI_MERGE_REQUEST_IID: "7" }],
  ["GitLab", { GITLAB_CI: "true" }, { CI_EXTERNAL_PULL_REQUEST_IID: "7" }],
  ["Woodpecker", { CI: "woodpecker" }, { CI_PIPELINE_EVENT: "pull_request" }],
  ["Woodpecker", { CI_PIPELINE_EVENT: "push" }, { CI_PIPELINE_EVENT: "pull_request_closed" }],
  ["Buildkite", { BUILDKITE: "true" }, { BUILDKITE_PULL_REQUEST: "7" }],
  ["CircleCI", { CIRCLECI: "true" }, { CIRCLE_PULL_REQUEST: "https://github.com/a/b/pull/7" }],
  ["CircleCI", { CIRCLECI: "true" }, { CIRCLE_PR_NUMBER: "7" }],
  ["Bitbucket Pipelines", { BITBUCKET_BUILD_NUMBER: "1" }, { BITBUCKET_PR_ID: "7" }],
  ["Azure Pipelines", { TF_BUILD: "True" }, { SYSTEM_PULLREQUEST_PULLREQUESTID: "7" }],
  ["Azure Pipelines", { TF_BUILD: "True" }, { BUILD_REASON: "PullRequest" }],
  ["Drone", { DRONE: "true" }, { DRONE_PULL_REQUEST: "7" }],
  ["Travis CI", { TRAVIS: "true" }, { TRAVIS_PULL_REQUEST: "7" }],
  ["AWS CodeBuild", { CODEBUILD_BUILD_ID: "p:1" }, { CODEBUILD_WEBHOOK_EVENT: "PULL_REQUEST_CREATED" }],
  ["AWS CodeBuild", { CODEBUILD_BUILD_ID: "p:1" }, { CODEBUILD_SOURCE_VERSION: "pr/7" }],
  ["AppVeyor", { APPVEYOR: "True" }, { APPVEYOR_PULL_REQUEST_NUMBER: "7" }],
  ["Cirrus CI", { CIRRUS_CI: "true" }, { CIRRUS_PR: "7" }],
  ["Semaphore", { SEMAPHORE: "true" }, { SEMAPHORE_GIT_PR_NUMBER: "7" }],
  ["Codemagic", { CM_BUILD_ID: "b" }, { CM_PULL_REQUEST: "true" }],
  ["Bitrise", { BITRISE_IO: "true" }, { BITRISE_PULL_REQUEST: "7" }],
  ["Prow", { PROW_JOB_ID: "j" }, { PULL_NUMBER: "7" }],
  ["Prow", { PROW_JOB_ID: "j" }, { JOB_TYPE: "batch" }],
  ["Codefresh", { CF_BUILD_ID: "b" }, { CF_PULL_REQUEST_NUMBER: "7" }],
  ["Jenkins", { JENKINS_URL: "https://ci.test/" }, { CHANGE_ID: "7" }],
  ["Jenkins", { JENKINS_URL: "https://ci.test/" }, { ghprbPullId: "7" }],
];

describe("readCi", () => {
  test.each(requests)("%s: %o with %o is a request", (service, sign, request) => {
    const plain = readCi(sign);
    expect(plain).toMatchObject({ service, sign: Object.keys(sign)[0], isRequest: false, distrust: null });
    const found = readCi({ ...sign, ...request });
    expect(found).toMatchObject({ service, isRequest: true });
    expect(found.distrust).toBe(`${Object.keys(request)[0]} says that this is a pull request`);
  });

  test.each<readonly [Env, boolean | null]>([
    [
      { CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "a/b", CI_MERGE_REQUEST_PROJECT_PATH: "a/b" },
      false,
    ],
    [
      { CI_MERGE_REQUEST_IID: "7", CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "x/b", CI_MERGE_REQUEST_PROJECT_PATH: "a/b" },
      true,
    ],
    [{ CI_MERGE_REQUEST_IID: "7" }, null],
    [{ CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "x/b", CI_MERGE_REQUEST_PROJECT_PATH: "a/b" }, null],
  ])("GitLab: %o is a request of a fork: %j", (env, isFork) => {
    expect(readCi({ GITLAB_CI: "true", ...env }).isFork).toBe(isFork);
  });

  test.each<readonly [Env, boolean | null]>([
    [
      {
        BUILDKITE: "true",
        BUILDKITE_PULL_REQUEST: "7",
        BUILDKITE_REPO: "git@github.com:Acme/Shop.git",
        BUILDKITE_PULL_REQUEST_REPO: "git://github.com/acme/shop.git",
      },
      false,
    ],
    [
      {
        BUILDKITE: "true",
        BUILDKITE_PULL_REQUEST: "7",
        BUILDKITE_REPO: "git@github.com:acme/shop.git",
        BUILDKITE_PULL_REQUEST_REPO: "https://github.com/eve/shop",
      },
      true,
    ],
    [{ CIRCLECI: "true", CIRCLE_PULL_REQUEST: "https://github.com/a/b/pull/7" }, false],
    [{ CIRCLECI: "true", CIRCLE_PULL_REQUEST: "https://github.com/a/b/pull/7", CIRCLE_PR_USERNAME: "eve" }, true],
    [{ TF_BUILD: "True", BUILD_REASON: "PullRequest", SYSTEM_PULLREQUEST_ISFORK: "True" }, true],
    [{ TF_BUILD: "True", BUILD_REASON: "PullRequest", SYSTEM_PULLREQUEST_ISFORK: "False" }, false],
    [{ TF_BUILD: "True", BUILD_REASON: "PullRequest" }, null],
    [{ TRAVIS: "true", TRAVIS_PULL_REQUEST: "7", TRAVIS_PULL_REQUEST_SLUG: "eve/b", TRAVIS_REPO_SLUG: "a/b" }, true],
    [
      {
        APPVEYOR: "True",
        APPVEYOR_PULL_REQUEST_NUMBER: "7",
        APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME: "a/b",
        APPVEYOR_REPO_NAME: "a/b",
      },
      false,
    ],
    [{ JENKINS_URL: "https://ci.test/", CHANGE_ID: "7" }, null],
  ])("%o is a request of a fork: %j", (env, isFork) => expect(readCi(env).isFork).toBe(isFork));

  test("every service is covered above but the one that tells of no request", () => {
    const covered = new Set(requests.map(([name]) => name));
    expect(services.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual(["TeamCity"]);
    expect(readCi({ TEAMCITY_VERSION: "2026.1" })).toMatchObject({ service: "TeamCity", sign: "TEAMCITY_VERSION" });
  });

  test.each(["workflow_run", "issue_comment", "issues", "discussion_comment"])(
    "GitHub's event %s is no request, and not to be trusted",
    (event) => {
      const found = readCi({ GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: event });
      expect(found).toMatchObject({
        isRequest: false,
        distrust: `GITHUB_EVENT_NAME is ${event}, which others can start`,
      });
    },
  );

  test.each(["push", "schedule", "workflow_dispatch", "merge_group"])("GitHub's event %s is to be trusted", (event) => {
    expect(readCi({ GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: event }).distrust).toBeNull();
  });

  test.each([
    { BUILDKITE: "true", BUILDKITE_PULL_REQUEST: "false" },
    { TRAVIS: "true", TRAVIS_PULL_REQUEST: "false" },
    { CM_BUILD_ID: "b", CM_PULL_REQUEST: "false" },
    { CODEBUILD_BUILD_ID: "b", CODEBUILD_WEBHOOK_EVENT: "PULL_REQUEST_MERGED" },
    { DRONE: "true", DRONE_PULL_REQUEST: "" },
  ])("%o is no request", (env) => {
    expect(readCi(env)).toMatchObject({ isRequest: false, distrust: null });
  });

  test("a variable of a request counts without its service: a container may have been given nothing else", () => {
    expect(readCi({ CHANGE_ID: "7" })).toMatchObject({ service: null, sign: null, isRequest: true });
  });

  test("CI says for all others whether this is CI", () => {
    expect(readCi({ CI: "true" })).toMatchObject({ service: null, sign: "CI" });
    expect(readCi({})).toMatchObject({ service: null, sign: null });
    expect(readCi({ CI: "false", GITHUB_ACTIONS: "true" }).sign).toBeNull();
    expect(readCi({ CI: "", JENKINS_URL: "https://ci.test/" }).sign).toBe("JENKINS_URL");
  });

  test.each<readonly [string, Env, { branch: string | null; baseBranch: string | null; defaultBranch: string | null }]>(
    [
      [
        "a push on GitHub",
        { GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "main", GITHUB_REF_TYPE: "branch" },
        { branch: "main", baseBranch: null, defaultBranch: null },
      ],
      [
        "a tag on GitHub",
        { GITHUB_ACTIONS: "true", GITHUB_REF_NAME: "v1", GITHUB_REF_TYPE: "tag" },
        { branch: null, baseBranch: null, defaultBranch: null },
      ],
      [
        "a pull request on GitHub",
        {
          GITHUB_ACTIONS: "true",
          GITHUB_EVENT_NAME: "pull_request",
          GITHUB_REF_NAME: "7/merge",
          GITHUB_HEAD_REF: "fix",
          GITHUB_BASE_REF: "main",
        },
        { branch: "fix", baseBranch: "main", defaultBranch: null },
      ],
      [
        "a merge request on GitLab",
        {
          GITLAB_CI: "true",
          CI_MERGE_REQUEST_IID: "7",
          CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "fix",
          CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "next",
          CI_DEFAULT_BRANCH: "main",
        },
        { branch: "fix", baseBranch: "next", defaultBranch: "main" },
      ],
      [
        "a push on Travis, whose variable for the base says the same branch",
        { TRAVIS: "true", TRAVIS_BRANCH: "main", TRAVIS_PULL_REQUEST: "false" },
        { branch: "main", baseBranch: null, defaultBranch: null },
      ],
      [
        "a pull request on Azure, which says whole references",
        {
          TF_BUILD: "True",
          BUILD_REASON: "PullRequest",
          BUILD_SOURCEBRANCH: "refs/pull/7/merge",
          SYSTEM_PULLREQUEST_SOURCEBRANCH: "refs/heads/a/fix",
          SYSTEM_PULLREQUEST_TARGETBRANCH: "refs/heads/main",
        },
        { branch: "a/fix", baseBranch: "main", defaultBranch: null },
      ],
    ],
  )("the branches of %s", (_, env, expected) => {
    expect(readCi(env)).toMatchObject(expected);
  });

  test.each<readonly [Env, string | null, string | null]>([
    [
      {
        GITHUB_ACTIONS: "true",
        GITHUB_SHA: "abc",
        GITHUB_SERVER_URL: "https://github.com",
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_RUN_ID: "7",
      },
      "abc",
      "https://github.com/acme/shop/actions/runs/7",
    ],
    [{ GITHUB_ACTIONS: "true", GITHUB_SHA: "abc" }, "abc", null],
    [{ CI_JOB_URL: "https://git.test/-/jobs/7", CI_COMMIT_SHA: "abc" }, "abc", "https://git.test/-/jobs/7"],
    [{ JENKINS_URL: "x", BUILD_URL: "https://me:secret@ci.test/job/7/" }, null, "https://ci.test/job/7/"],
    [{ JENKINS_URL: "x", BUILD_URL: "https://ci.test/job/7/?token=secret#x" }, null, "https://ci.test/job/7/"],
    [{ JENKINS_URL: "x", BUILD_URL: "https://me:se@cret@ci.test/job/7/" }, null, "https://ci.test/job/7/"],
    [
      { BITBUCKET_BUILD_NUMBER: "7", BITBUCKET_GIT_HTTP_ORIGIN: "https://x:secret@bitbucket.org/acme/shop" },
      null,
      "https://bitbucket.org/acme/shop/pipelines/results/7",
    ],
    [
      {
        TF_BUILD: "True",
        SYSTEM_COLLECTIONURI: "https://me@dev.azure.com/acme/",
        SYSTEM_TEAMPROJECT: "The shop",
        BUILD_BUILDID: "7",
      },
      null,
      "https://dev.azure.com/acme/The%20shop/_build/results?buildId=7",
    ],
  ])("commit and page of %o", (env, commit, address) => {
    expect(readCi(env)).toMatchObject({ commit, address });
  });

  test("GitHub's cache-mode, and nothing for a word that it has not", () => {
    for (const mode of ["read", "write", "write-only", "none"]) {
      expect(readCi({ ACTIONS_CACHE_MODE: mode }).cacheMode).toBe(mode);
    }
    expect(readCi({ ACTIONS_CACHE_MODE: "all" }).cacheMode).toBeNull();
    expect(readCi({}).cacheMode).toBeNull();
  });
});
