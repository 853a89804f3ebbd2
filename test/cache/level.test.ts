import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/bake/model.ts";
import { createPlan } from "../../src/bake/plan.ts";
import { chooseLevel, planInForce } from "../../src/cache/level.ts";
import { readOrigin } from "../../src/cache/origin.ts";
import { resolveCacheUse, whyNotWrite } from "../../src/cache/use.ts";
import { readCi } from "../../src/ci/ci.ts";
import { resolveConfig } from "../../src/config/resolve.ts";
import type { Config } from "../../src/config/schema.gen.ts";
import { makeTempDir } from "../support/cleanup.ts";

type Env = Readonly<Record<string, string>>;
type Trust = NonNullable<Config["trust"]>;

const usual: Trust = {
  main: { when: ["default-branch", "merge-queue"] },
  next: { when: ["branch:release/*", "branch:hotfix"], reads: ["main"] },
  dev: { when: "branch:**", reads: ["next", "main"] },
  pr: { when: "change-request", reads: ["main"] },
  fork: { when: "fork", reads: ["main"], cache: "read" },
  release: { when: "tag", cache: "off" },
  laptop: { when: "local", reads: ["main"] },
};

const planOf = (trust: Trust): Plan =>
  createPlan(
    resolveConfig(
      {
        trust,
        backends: { disk: { type: "local", path: "/cache" }, remote: { type: "s3", bucket: "b", region: "r" } },
        cache: { read: ["remote"], write: ["remote"] },
        targets: { api: {} },
      },
      { dirName: "shop", fileName: "bkcache.config.yaml" },
    ),
  );

function levelOf(env: Env, trust = usual, dir = makeTempDir("level")) {
  const ci = readCi(env);
  return chooseLevel(planOf(trust).trust ?? {}, ci, readOrigin(ci, dir, null));
}

const actions = { GITHUB_ACTIONS: "true", GITHUB_REF_TYPE: "branch" };
const gitlab = { GITLAB_CI: "true", CI_DEFAULT_BRANCH: "main" };

/** GitHub's event, as the runner hands it on. */
function event(content: object): Env {
  const file = join(makeTempDir("event"), "event.json");
  writeFileSync(file, JSON.stringify(content));
  return { ...actions, GITHUB_EVENT_PATH: file, GITHUB_EVENT_NAME: "pull_request", GITHUB_HEAD_REF: "main" };
}
const ofRepository = (source: string | null) =>
  event({
    number: 7,
    repository: { full_name: "acme/shop", default_branch: "main" },
    pull_request: { head: { repo: source === null ? null : { full_name: source } } },
  });

describe("the level in force", () => {
  test.each<readonly [string, Env, string | null]>([
    ["the default branch", { ...actions, GITHUB_REF_NAME: "main" }, "main"],
    ["the default branch of GitLab", { ...gitlab, CI_COMMIT_BRANCH: "main" }, "main"],
    ["a branch with a pattern", { ...gitlab, CI_COMMIT_BRANCH: "release/1.2" }, "next"],
    ["a branch by its name", { ...gitlab, CI_COMMIT_BRANCH: "hotfix" }, "next"],
    ["one whose pattern ends before a slash", { ...gitlab, CI_COMMIT_BRANCH: "release/1/2" }, "dev"],
    ["any other branch", { ...gitlab, CI_COMMIT_BRANCH: "feature.x" }, "dev"],
    ["a merge queue", { ...actions, GITHUB_EVENT_NAME: "merge_group", GITHUB_REF_NAME: "x" }, "main"],
    ["a tag", { GITHUB_ACTIONS: "true", GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "main" }, "release"],
    ["a request of the same repository, from a branch called main", ofRepository("acme/shop"), "pr"],
    ["a request of a fork", ofRepository("eve/shop"), "fork"],
    ["a request of a fork that is gone", ofRepository(null), "fork"],
    ["a request of which nothing says the repository", { CI: "1", CHANGE_ID: "7" }, "fork"],
    ["a request in a container that was told nothing else", { CI_MERGE_REQUEST_IID: "7" }, "fork"],
    ["what others can start", { ...actions, GITHUB_EVENT_NAME: "workflow_run", GITHUB_REF_NAME: "main" }, null],
    ["no CI", {}, "laptop"],
    ["CI that says no branch", { CI: "true" }, null],
  ])("%s", (_, env, level) => expect(levelOf(env).name).toBe(level));

  test("a fork is a change request where no level is for forks", () => {
    const { fork: _, ...rest } = usual;
    expect(levelOf(ofRepository("eve/shop"), rest)).toMatchObject({ name: "pr", write: true });
  });

  test("a laptop on the default branch is local", () => {
    const dir = makeTempDir("level");
    mkdirSync(join(dir, ".git"));
    writeFileSync(join(dir, ".git/HEAD"), "ref: refs/heads/main\n");
    expect(levelOf({}, usual, dir).name).toBe("laptop");
    const { laptop: _, ...rest } = usual;
    expect(levelOf({}, rest, dir)).toEqual({
      name: null,
      reads: ["main"],
      read: true,
      write: false,
      why: "no level of trust is for this build: this is not CI",
    });
  });

  test("of no level nothing is read where none is the default branch's", () => {
    expect(levelOf({ CI: "1", CHANGE_ID: "7" }, { a: { when: "tag" } })).toMatchObject({ name: null, read: false });
  });

  test("two patterns that say equally much are none", () => {
    const trust: Trust = { a: { when: "branch:x*" }, b: { when: "branch:*x" } };
    expect(levelOf({ ...gitlab, CI_COMMIT_BRANCH: "xx" }, trust)).toMatchObject({
      name: null,
      write: false,
      why: "a and b are levels of trust for it alike: xx is the branch, as GitLab says",
    });
    expect(levelOf({ ...gitlab, CI_COMMIT_BRANCH: "xy" }, trust).name).toBe("a");
  });

  test("a pattern is no regular expression", () => {
    const trust: Trust = { a: { when: "branch:v1.(x)" } };
    expect(levelOf({ ...gitlab, CI_COMMIT_BRANCH: "v1.(x)" }, trust).name).toBe("a");
    expect(levelOf({ ...gitlab, CI_COMMIT_BRANCH: "v1-x" }, trust).name).toBeNull();
  });
});

describe("what a run does", () => {
  const use = (env: Env, cache?: string) =>
    resolveCacheUse({ plan: planOf(usual), flags: { cache }, env, dir: makeTempDir("level"), hasConfig: true });
  const gitlabRequest = (source: string) => ({
    ...gitlab,
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: source,
    CI_MERGE_REQUEST_PROJECT_PATH: "acme/shop",
  });
  const request = gitlabRequest("acme/shop");
  const fork = gitlabRequest("eve/shop");
  const tag = { ...gitlab, CI_COMMIT_TAG: "v1" };

  test.each<readonly [string, Env, string | undefined, boolean, boolean]>([
    ["a request writes to its level", request, undefined, true, true],
    ["a fork reads", fork, undefined, true, false],
    ["no flag gives it more", fork, "read-write", true, false],
    ["a flag takes away", request, "off", false, false],
    ["cache: off is off", tag, undefined, false, false],
    ["and stays so", tag, "read-write", false, false],
    ["what others can start reads", { ...actions, GITHUB_EVENT_NAME: "issue_comment" }, "read-write", true, false],
    ["GitHub's mode takes away", { ...request, ACTIONS_CACHE_MODE: "read" }, undefined, true, false],
  ])("%s", (_, env, cache, read, write) => {
    expect(use(env, cache).layers).toEqual({ read, write });
  });

  test("a laptop writes folders alone, and buckets where it is asked to", () => {
    expect(use({})).toMatchObject({ isLocalOnly: true, layers: { read: true, write: false } });
    expect(use({}, "read-write")).toMatchObject({ isLocalOnly: false, layers: { read: true, write: true } });
  });

  test("a command by hand is bound by it too", () => {
    const { level } = use(fork);
    expect(whyNotWrite({ cache: "read-write", level }, fork)).toBe(
      "--cache says read-write, and its level of trust is fork: CI_MERGE_REQUEST_IID says that this is a pull request from another repository",
    );
    expect(whyNotWrite({ cache: undefined, level: use(request).level }, request)).toBeNull();
  });

  test("its places are those of the level, and of the levels that it reads", () => {
    const { level } = use(request);
    const plan = planInForce(planOf(usual), level);
    expect(plan.backends["remote"]).toMatchObject({ prefix: "trust/pr/" });
    expect(plan.backends["remote@main"]).toMatchObject({ prefix: "trust/main/" });
    expect(planInForce(planOf(usual), use({ ...actions, GITHUB_EVENT_NAME: "issues" }).level).backends).toEqual({
      disk: { type: "local", path: "/cache/trust/main" },
      remote: { type: "s3", bucket: "b", region: "r", prefix: "trust/main/" },
    });
  });

  test("without levels nothing changes", () => {
    const { trust: _, ...plan } = planOf(usual);
    expect(planInForce(plan, null)).toBe(plan);
  });
});
