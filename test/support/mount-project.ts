import { existsSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { MountReport } from "../../src/outcome/mounts.ts";
import type { Report } from "../../src/outcome/report.ts";
import type { Buildkit } from "./buildkit.ts";
import { makeDockerConfig } from "./docker-config.ts";
import { cleanEnv } from "./env.ts";
import { waitFor } from "./poll.ts";
import { runBkcache, type RunOptions, type RunResult } from "./run-bkcache.ts";
import type { Workspace } from "./workspace.ts";

/** A shell script as a step, with the tools of busybox on PATH. */
export function runStep(flags: string, script: string): string {
  return `RUN ${flags} ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]\n`;
}

/** Beginning of a Dockerfile whose steps have busybox; `src` is what changes from build to build. */
export const baseStage = `FROM scratch AS base
ENV PATH=/bin
COPY --link --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY --link src /src
`;

/** A step that says what it finds in its mount at /data, and adds a file with the name and content of src/a.txt. */
export function addToMount(flags: string, label = "data"): string {
  const script = `cd /data && echo "found ${label}: "$(ls) && cp /src/a.txt "$(cat /src/a.txt)"`;
  return runStep(`--mount=type=cache,target=/data${flags === "" ? "" : `,${flags}`}`, script);
}

export function mountEnvironment(
  builder: Pick<Buildkit, "address">,
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  return cleanEnv({
    ...makeDockerConfig().env,
    BKCACHE_HELPER: "/bin/busybox",
    BUILDKIT_HOST: builder.address,
    ...extra,
  });
}

export interface MountRun extends RunResult {
  readonly report: Report;
  readonly mounts: readonly MountReport[];
  /** What the steps of `addToMount` found, by their labels. */
  readonly found: Readonly<Record<string, string>>;
}

const schema = JSON.parse(readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8")) as object;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { "date-time": true } }).compile(
  schema,
);

/** Runs bkcache with a report, which has to be one. */
export async function runWithMounts(
  workspace: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: Pick<RunOptions, "onStart"> = {},
): Promise<MountRun> {
  const file = workspace.path(`report-${crypto.randomUUID()}.json`);
  const words = [...args, "--progress", "plain", "--report", file];
  const result = await runBkcache(words, { cwd: workspace.dir, env, ...options });
  if (!existsSync(file)) throw new Error(`no report, exit code ${result.exitCode}:\n${result.stderr}`);
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  const found = [...result.stderr.matchAll(/^#\d+ [\d.]+ found (\w+): ?(.*)$/gm)];
  return {
    ...result,
    report,
    mounts: report.mounts ?? [],
    found: Object.fromEntries(found.map(([, label = "", names = ""]) => [label, names])),
  };
}

/** Removes all that a builder has, cache mounts included, as if it were a new one. */
export async function emptyBuilder(builder: Buildkit): Promise<void> {
  await waitFor(
    async () => {
      await builder.buildctl("prune", "--all");
      return (await mountRecords(builder)).length === 0;
    },
    { what: "the builder has no mount" },
  );
}

/** Ids of the cache mounts that a builder holds with their namespace, once for every record; not bkcache's own. */
export async function mountRecords(builder: Buildkit): Promise<readonly string[]> {
  const usage = await builder.buildctl("du", "--verbose");
  return usage
    .split(/\n\n+/)
    .flatMap((block) => {
      const [, target] = /^Description:\s+cached mount (\S+) from /m.exec(block) ?? [];
      // The command stands between the two, with all its lines.
      const id = [...block.matchAll(/ with id "([^"]*)"$/gm)].at(-1)?.[1];
      const own = ["bkcache/notes", "bkcache/turn", "bkcache/builds"];
      return target === undefined || own.includes(id ?? target) ? [] : [id ?? target];
    })
    .sort();
}
