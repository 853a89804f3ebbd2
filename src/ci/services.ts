import { differ, isAny, isOneOf, isTagRef, isYes, join, type Service } from "./service.ts";

/**
 * The services, the more particular before those whose variables others set as well. Each with the page that documents
 * the variables.
 */
export const services: readonly Service[] = [
  {
    // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    // https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows
    // Gitea and Forgejo set the same: https://forgejo.org/docs/latest/user/actions/reference/
    name: "GitHub Actions",
    signs: { GITHUB_ACTIONS: isYes, GITEA_ACTIONS: isYes, FORGEJO_ACTIONS: isYes },
    requests: { GITHUB_EVENT_NAME: (value) => value.startsWith("pull_request") },
    number: ["GITHUB_REF"],
    tags: { GITHUB_REF_TYPE: isOneOf("tag") },
    queues: { GITHUB_EVENT_NAME: isOneOf("merge_group") },
    strangers: {
      GITHUB_EVENT_NAME: isOneOf("workflow_run", "issue_comment", "issues", "discussion", "discussion_comment"),
    },
    branch: ["GITHUB_HEAD_REF", "GITHUB_REF_NAME"],
    base: ["GITHUB_BASE_REF"],
    main: [],
    event: "GITHUB_EVENT_PATH",
    commit: ["GITHUB_SHA"],
    address: (read) =>
      join(read("GITHUB_SERVER_URL"), read("GITHUB_REPOSITORY"), "actions/runs", read("GITHUB_RUN_ID")),
  },
  {
    // https://docs.gitlab.com/ci/variables/predefined_variables/
    name: "GitLab",
    signs: { GITLAB_CI: isYes },
    requests: { CI_MERGE_REQUEST_IID: isYes, CI_EXTERNAL_PULL_REQUEST_IID: isYes },
    number: ["CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"],
    tags: { CI_COMMIT_TAG: isAny },
    queues: { CI_MERGE_REQUEST_EVENT_TYPE: isOneOf("merge_train") },
    isFork: differ("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", "CI_MERGE_REQUEST_PROJECT_PATH"),
    branch: ["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"],
    base: ["CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"],
    main: ["CI_DEFAULT_BRANCH"],
    commit: ["CI_COMMIT_SHA"],
    address: (read) => read("CI_JOB_URL"),
  },
  {
    // https://woodpecker-ci.org/docs/usage/environment
    name: "Woodpecker",
    signs: { CI: isOneOf("woodpecker"), CI_PIPELINE_EVENT: isAny },
    requests: { CI_PIPELINE_EVENT: (value) => value.startsWith("pull_request"), CI_COMMIT_PULL_REQUEST: isYes },
    number: ["CI_COMMIT_PULL_REQUEST"],
    tags: { CI_COMMIT_TAG: isAny },
    branch: ["CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_BRANCH"],
    base: ["CI_COMMIT_TARGET_BRANCH"],
    main: ["CI_REPO_DEFAULT_BRANCH"],
    commit: ["CI_COMMIT_SHA"],
    address: (read) => read("CI_PIPELINE_URL"),
  },
  {
    // https://buildkite.com/docs/pipelines/configure/environment-variables
    name: "Buildkite",
    signs: { BUILDKITE: isYes },
    requests: { BUILDKITE_PULL_REQUEST: isYes },
    number: ["BUILDKITE_PULL_REQUEST"],
    tags: { BUILDKITE_TAG: isAny },
    queues: { BUILDKITE_MERGE_QUEUE_BASE_BRANCH: isAny },
    isFork: differ("BUILDKITE_PULL_REQUEST_REPO", "BUILDKITE_REPO"),
    branch: ["BUILDKITE_BRANCH"],
    base: ["BUILDKITE_MERGE_QUEUE_BASE_BRANCH", "BUILDKITE_PULL_REQUEST_BASE_BRANCH"],
    main: ["BUILDKITE_PIPELINE_DEFAULT_BRANCH"],
    commit: ["BUILDKITE_COMMIT"],
    address: (read) => read("BUILDKITE_BUILD_URL"),
  },
  {
    // https://circleci.com/docs/reference/variables/#built-in-environment-variables
    name: "CircleCI",
    signs: { CIRCLECI: isYes },
    requests: { CIRCLE_PULL_REQUEST: isYes, CIRCLE_PR_NUMBER: isYes },
    number: ["CIRCLE_PR_NUMBER", "CIRCLE_PULL_REQUEST"],
    tags: { CIRCLE_TAG: isAny },
    isFork: (read) => read("CIRCLE_PR_USERNAME") !== "",
    branch: ["CIRCLE_BRANCH"],
    base: [],
    main: [],
    commit: ["CIRCLE_SHA1"],
    address: (read) => read("CIRCLE_BUILD_URL"),
  },
  {
    // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
    name: "Bitbucket Pipelines",
    signs: { BITBUCKET_BUILD_NUMBER: isAny },
    requests: { BITBUCKET_PR_ID: isYes },
    number: ["BITBUCKET_PR_ID"],
    tags: { BITBUCKET_TAG: isAny },
    branch: ["BITBUCKET_BRANCH"],
    base: ["BITBUCKET_PR_DESTINATION_BRANCH"],
    main: [],
    commit: ["BITBUCKET_COMMIT"],
    address: (read) => join(read("BITBUCKET_GIT_HTTP_ORIGIN"), "pipelines/results", read("BITBUCKET_BUILD_NUMBER")),
  },
  {
    // https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
    name: "Azure Pipelines",
    signs: { TF_BUILD: isYes },
    requests: { SYSTEM_PULLREQUEST_PULLREQUESTID: isYes, BUILD_REASON: isOneOf("PullRequest") },
    number: ["SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"],
    tags: { BUILD_SOURCEBRANCH: isTagRef },
    isFork: (read) => {
      const said = read("SYSTEM_PULLREQUEST_ISFORK");
      return said === "" ? null : isYes(said);
    },
    branch: ["SYSTEM_PULLREQUEST_SOURCEBRANCH", "BUILD_SOURCEBRANCH"],
    base: ["SYSTEM_PULLREQUEST_TARGETBRANCH"],
    main: [],
    commit: ["BUILD_SOURCEVERSION"],
    address: (read) => {
      const place = join(
        read("SYSTEM_COLLECTIONURI").replace(/\/+$/, ""),
        encodeURIComponent(read("SYSTEM_TEAMPROJECT")),
      );
      const id = read("BUILD_BUILDID");
      return place === "" || id === "" ? "" : `${place}/_build/results?buildId=${id}`;
    },
  },
  {
    // https://docs.drone.io/pipeline/environment/reference/
    name: "Drone",
    signs: { DRONE: isYes },
    requests: { DRONE_PULL_REQUEST: isYes, DRONE_BUILD_EVENT: isOneOf("pull_request") },
    number: ["DRONE_PULL_REQUEST"],
    tags: { DRONE_TAG: isAny },
    branch: ["DRONE_SOURCE_BRANCH", "DRONE_BRANCH"],
    base: ["DRONE_TARGET_BRANCH"],
    main: ["DRONE_REPO_BRANCH"],
    commit: ["DRONE_COMMIT_SHA"],
    address: (read) => read("DRONE_BUILD_LINK"),
  },
  {
    // https://docs.travis-ci.com/user/environment-variables/#default-environment-variables
    name: "Travis CI",
    signs: { TRAVIS: isYes },
    requests: { TRAVIS_PULL_REQUEST: isYes },
    number: ["TRAVIS_PULL_REQUEST"],
    tags: { TRAVIS_TAG: isAny },
    isFork: differ("TRAVIS_PULL_REQUEST_SLUG", "TRAVIS_REPO_SLUG"),
    branch: ["TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"],
    base: ["TRAVIS_BRANCH"],
    main: [],
    commit: ["TRAVIS_COMMIT"],
    address: (read) => read("TRAVIS_BUILD_WEB_URL"),
  },
  {
    // https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    // A merged request is what the base branch is now; a build of one that a person starts has its number as the version.
    name: "AWS CodeBuild",
    signs: { CODEBUILD_BUILD_ID: isAny },
    requests: {
      CODEBUILD_WEBHOOK_EVENT: (value) => value.startsWith("PULL_REQUEST") && value !== "PULL_REQUEST_MERGED",
      CODEBUILD_WEBHOOK_TRIGGER: (value) => value.startsWith("pr/"),
      CODEBUILD_SOURCE_VERSION: (value) => value.startsWith("pr/"),
    },
    number: ["CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION"],
    tags: { CODEBUILD_WEBHOOK_HEAD_REF: isTagRef, CODEBUILD_WEBHOOK_TRIGGER: (value) => value.startsWith("tag/") },
    branch: ["CODEBUILD_WEBHOOK_HEAD_REF"],
    base: ["CODEBUILD_WEBHOOK_BASE_REF"],
    main: [],
    commit: ["CODEBUILD_RESOLVED_SOURCE_VERSION"],
    address: (read) => read("CODEBUILD_PUBLIC_BUILD_URL"),
  },
  {
    // https://www.appveyor.com/docs/environment-variables/
    name: "AppVeyor",
    signs: { APPVEYOR: isYes },
    requests: { APPVEYOR_PULL_REQUEST_NUMBER: isYes },
    number: ["APPVEYOR_PULL_REQUEST_NUMBER"],
    tags: { APPVEYOR_REPO_TAG: isYes },
    isFork: differ("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "APPVEYOR_REPO_NAME"),
    branch: ["APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH", "APPVEYOR_REPO_BRANCH"],
    base: ["APPVEYOR_REPO_BRANCH"],
    main: [],
    commit: ["APPVEYOR_PULL_REQUEST_HEAD_COMMIT", "APPVEYOR_REPO_COMMIT"],
    address: (read) =>
      join(
        read("APPVEYOR_URL"),
        "project",
        read("APPVEYOR_ACCOUNT_NAME"),
        read("APPVEYOR_PROJECT_SLUG"),
        "builds",
        read("APPVEYOR_BUILD_ID"),
      ),
  },
  {
    // https://cirrus-ci.org/guide/writing-tasks/#environment-variables
    name: "Cirrus CI",
    signs: { CIRRUS_CI: isYes },
    requests: { CIRRUS_PR: isYes },
    number: ["CIRRUS_PR"],
    tags: { CIRRUS_TAG: isAny },
    branch: ["CIRRUS_BRANCH"],
    base: ["CIRRUS_BASE_BRANCH"],
    main: ["CIRRUS_DEFAULT_BRANCH"],
    commit: ["CIRRUS_CHANGE_IN_REPO"],
    address: (read) => join("https://cirrus-ci.com/build", read("CIRRUS_BUILD_ID")),
  },
  {
    // https://docs.semaphore.io/reference/env-vars
    name: "Semaphore",
    signs: { SEMAPHORE: isYes },
    requests: { SEMAPHORE_GIT_PR_NUMBER: isYes, SEMAPHORE_GIT_REF_TYPE: isOneOf("pull-request") },
    number: ["SEMAPHORE_GIT_PR_NUMBER"],
    tags: { SEMAPHORE_GIT_REF_TYPE: isOneOf("tag") },
    branch: ["SEMAPHORE_GIT_PR_BRANCH", "SEMAPHORE_GIT_WORKING_BRANCH", "SEMAPHORE_GIT_BRANCH"],
    base: ["SEMAPHORE_GIT_BRANCH"],
    main: [],
    commit: ["SEMAPHORE_GIT_SHA"],
    address: (read) => join(read("SEMAPHORE_ORGANIZATION_URL"), "workflows", read("SEMAPHORE_WORKFLOW_ID")),
  },
  {
    // https://docs.codemagic.io/yaml-basic-configuration/environment-variables/
    name: "Codemagic",
    signs: { CM_BUILD_ID: isAny },
    requests: { CM_PULL_REQUEST: isYes },
    number: ["CM_PULL_REQUEST_NUMBER"],
    tags: { CM_TAG: isAny },
    branch: ["CM_BRANCH"],
    base: ["CM_PULL_REQUEST_DEST"],
    main: [],
    commit: ["CM_COMMIT"],
    address: (read) => join("https://codemagic.io/app", read("CM_PROJECT_ID"), "build", read("CM_BUILD_ID")),
  },
  {
    // https://docs.bitrise.io/en/bitrise-ci/references/available-environment-variables.html
    name: "Bitrise",
    signs: { BITRISE_IO: isYes, BITRISE_BUILD_SLUG: isAny },
    requests: { BITRISE_PULL_REQUEST: isYes },
    number: ["BITRISE_PULL_REQUEST"],
    tags: { BITRISE_GIT_TAG: isAny },
    branch: ["BITRISE_GIT_BRANCH"],
    base: ["BITRISEIO_GIT_BRANCH_DEST"],
    main: [],
    commit: ["GIT_CLONE_COMMIT_HASH", "BITRISE_GIT_COMMIT"],
    address: (read) => read("BITRISE_BUILD_URL"),
  },
  {
    // https://docs.prow.k8s.io/docs/jobs/#job-environment-variables
    name: "Prow",
    signs: { PROW_JOB_ID: isAny },
    requests: { JOB_TYPE: isOneOf("presubmit", "batch"), PULL_NUMBER: isYes },
    number: ["PULL_NUMBER"],
    tags: {},
    branch: ["PULL_HEAD_REF", "PULL_BASE_REF"],
    base: ["PULL_BASE_REF"],
    main: [],
    commit: ["PULL_PULL_SHA", "PULL_BASE_SHA"],
    address: () => "",
  },
  {
    // https://codefresh.io/docs/docs/pipelines/variables/#system-variables
    name: "Codefresh",
    signs: { CF_BUILD_ID: isAny },
    requests: { CF_PULL_REQUEST_NUMBER: isYes, CF_PULL_REQUEST_ID: isYes },
    number: ["CF_PULL_REQUEST_NUMBER"],
    tags: { CF_RELEASE_TAG: isAny },
    branch: ["CF_BRANCH"],
    base: ["CF_PULL_REQUEST_TARGET"],
    main: [],
    commit: ["CF_REVISION"],
    address: (read) => read("CF_BUILD_URL"),
  },
  {
    // https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html
    // A request is told in parameters of the server alone, which a build gets where its configuration passes them on.
    name: "TeamCity",
    signs: { TEAMCITY_VERSION: isAny },
    requests: {},
    number: [],
    tags: {},
    branch: [],
    base: [],
    main: [],
    commit: ["BUILD_VCS_NUMBER"],
    address: (read) => read("BUILD_URL"),
  },
  {
    // https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables
    // https://plugins.jenkins.io/ghprb/ and https://plugins.jenkins.io/gitlab-plugin/ name theirs otherwise.
    name: "Jenkins",
    signs: { JENKINS_URL: isAny },
    requests: { CHANGE_ID: isYes, ghprbPullId: isYes, gitlabMergeRequestIid: isYes },
    number: ["CHANGE_ID", "ghprbPullId", "gitlabMergeRequestIid"],
    tags: { TAG_NAME: isAny },
    branch: ["CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH"],
    base: ["CHANGE_TARGET", "ghprbTargetBranch", "gitlabTargetBranch"],
    main: [],
    isMain: { BRANCH_IS_PRIMARY: isYes },
    commit: ["GIT_COMMIT"],
    address: (read) => read("BUILD_URL"),
  },
];
