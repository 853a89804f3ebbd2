import { expect, test } from "vitest";
import { writerOf } from "../../src/carry/writer.ts";
import { readCi } from "../../src/ci/ci.ts";

const level = { name: "pr", reads: ["main"], read: true, write: true, why: "" };

test.each([
  [{}, null, {}],
  [
    { GITLAB_CI: "true", CI_COMMIT_BRANCH: "main", CI_COMMIT_SHA: "abc" },
    null,
    { commit: "abc", build: "branch main" },
  ],
  [{ GITLAB_CI: "true", CI_MERGE_REQUEST_IID: "7" }, level, { build: "request 7", level: "pr" }],
  [{ GITLAB_CI: "true", CI_COMMIT_TAG: "v1" }, { ...level, name: null }, { build: "a tag" }],
] as const)("%o at the level %o writes as %o", (env, of, expected) => {
  const { version, ...rest } = writerOf(readCi(env), of);
  expect(version).toMatch(/^\d/);
  expect(rest).toEqual(expected);
});
