import type { Writer } from "../mounts/snapshot.ts";
import manifest from "../../package.json" with { type: "json" };

/** Variables in which CI services name the commit, and the address of the run. */
const commitVariables = [
  "GITHUB_SHA",
  "CI_COMMIT_SHA",
  "BUILDKITE_COMMIT",
  "CIRCLE_SHA1",
  "GIT_COMMIT",
  "BITBUCKET_COMMIT",
  "BUILD_SOURCEVERSION",
  "DRONE_COMMIT_SHA",
  "TRAVIS_COMMIT",
  "CODEBUILD_RESOLVED_SOURCE_VERSION",
];
const runVariables = ["CI_JOB_URL", "BUILDKITE_BUILD_URL", "CIRCLE_BUILD_URL", "BUILD_URL", "DRONE_BUILD_LINK"];

/** Who writes the snapshots of this run, as its environment tells. */
export function writerOf(env: Readonly<Record<string, string | undefined>>): Writer {
  const first = (names: readonly string[]) => names.map((name) => env[name]).find(Boolean);
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  const run = server && repository && id ? `${server}/${repository}/actions/runs/${id}` : first(runVariables);
  const commit = first(commitVariables);
  return { version: manifest.version, ...(commit !== undefined && { commit }), ...(run !== undefined && { run }) };
}
