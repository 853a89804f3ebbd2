import { cleanEnv } from "./env.ts";
import { runBkcache, type RunResult } from "./run-bkcache.ts";
import type { Workspace } from "./workspace.ts";

/** A Dockerfile without a finding. */
export const clean = "FROM node:24\nRUN --mount=type=cache,id=shop-npm,target=/root/.npm npm ci\n";

/** Targets that share a copy of the context, which lint mends. */
export const fixable = `FROM node:24 AS base
WORKDIR /app
COPY package.json ./
FROM base AS api
RUN a
FROM base AS worker
RUN b
`;

/** @param env besides `cleanEnv()` */
export function lint(
  workspace: Workspace,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<RunResult> {
  return runBkcache(["lint", ...args], { cwd: workspace.dir, env: cleanEnv(env) });
}

/** Of `lint --json`. */
export function findingsOf(stdout: string): readonly { readonly file: string }[] {
  return (JSON.parse(stdout) as { readonly findings: readonly { readonly file: string }[] }).findings;
}
