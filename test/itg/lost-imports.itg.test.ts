import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { findBuildx } from "../../src/builder/buildx.ts";
import { createHost } from "../../src/host/node-host.ts";
import { readHistory } from "../../src/outcome/history.ts";
import { readSteps } from "../../src/outcome/steps.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeBusyboxContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { bucket, test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

const shell = (script: string) => `RUN ["/bin/busybox", "sh", "-c", ${JSON.stringify(script)}]`;
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

interface Project {
  readonly files: Readonly<Record<string, string>>;
  readonly targets: Readonly<Record<string, object>>;
}

const contexts = { busybox: "busybox" };

/** Siblings that share a COPY of the context and a RUN, each with two steps of its own. */
function siblings(options: { readonly copy: string; readonly prefix?: string; readonly count?: number }): Project {
  const { copy, prefix = "t", count = 5 } = options;
  const dockerfile = `FROM scratch AS base
COPY --link --from=busybox /bin/busybox /bin/busybox
WORKDIR /${prefix}
${copy} ${prefix}.txt ./
${shell("cat *.txt > /all")}
${names(prefix, count)
  .map((name) => `FROM base AS ${name}\n${shell(`echo ${name} >> /all`)}\n${shell(`echo ${name} > /own`)}\n`)
  .join("")}`;
  return {
    files: { [`Dockerfile.${prefix}`]: dockerfile, [`${prefix}.txt`]: crypto.randomUUID() },
    targets: Object.fromEntries(
      names(prefix, count).map((target) => [target, { dockerfile: `Dockerfile.${prefix}`, target, contexts }]),
    ),
  };
}

/** A target that is built from another, which copies files of the context. */
function linked({ copy, levels }: { readonly copy: string; readonly levels: number }): Project {
  const chain = names("l", levels);
  const files: Record<string, string> = { "l.txt": crypto.randomUUID() };
  const targets: Record<string, object> = {};
  for (const [index, name] of chain.entries()) {
    const parent = chain[index - 1];
    const first = `FROM scratch\nCOPY --link --from=busybox /bin/busybox /bin/busybox\nWORKDIR /l\n`;
    files[`Dockerfile.${name}`] =
      `${parent === undefined ? first : "FROM parent\n"}${copy} l.txt ./${name}.txt\n${shell(`echo ${name} > /1`)}\n${shell(`echo ${name} > /2`)}\n`;
    targets[name] = {
      dockerfile: `Dockerfile.${name}`,
      contexts: { ...contexts, ...(parent === undefined ? {} : { parent: `target:${parent}` }) },
    };
  }
  return { files, targets };
}

function both(...projects: readonly Project[]): Project {
  return {
    files: Object.assign({}, ...projects.map(({ files }) => files)) as Project["files"],
    targets: Object.assign({}, ...projects.map(({ targets }) => targets)) as Project["targets"],
  };
}

const test = serverTest.extend("open", ({ s3, newBuilder }) => (project: Project) => {
  const workspace = makeWorkspace({
    ...project.files,
    "bkcache.config.json": JSON.stringify({
      project: `p${crypto.randomUUID().slice(0, 8)}`,
      backends: {
        remote: {
          type: "s3",
          bucket,
          prefix: "layers",
          region: s3.region,
          endpointUrl: s3.endpoint,
          usePathStyle: true,
          insecure: true,
        },
      },
      cache: { read: ["remote"], write: ["remote"] },
      targets: project.targets,
    }),
  });
  makeBusyboxContext(workspace.path("busybox"));
  const envOf = (builder: Buildkit) =>
    cleanEnv({ ...makeDockerConfig().env, ...s3.env, BUILDKIT_HOST: builder.address, BKCACHE: "read" });
  const bake = async (builder: Buildkit, args: readonly string[] = [], more: Record<string, string> = {}) => {
    const file = join(makeTempDir("report"), "report.json");
    const env = { ...envOf(builder), ...more };
    const result = await runBkcache(["bake", ...args, "--report", file], { cwd: workspace.dir, env });
    expect(result.exitCode, result.stderr).toBe(0);
    const report = JSON.parse(readFileSync(file, "utf8")) as {
      targets: Record<string, { steps: { total: number; ran: { name: string }[] } | null }>;
    };
    const ran = Object.values(report.targets).flatMap(({ steps }) => (steps?.ran ?? []).map(({ name }) => name));
    return { ...result, report, ran: [...new Set(ran)] };
  };
  /** What buildx does by itself with the committed file, one cache-from each. */
  const plain = async (builder: Buildkit, args: readonly string[] = []) => {
    const env = { ...envOf(builder), BKCACHE_READ_SCOPE: "main" };
    await runBkcache(["generate"], { cwd: workspace.dir, env });
    const host = createHost({ cwd: workspace.dir, env, signal: new AbortController().signal, tell: () => {} });
    const buildx = await findBuildx(host);
    const name = `plain-${crypto.randomUUID().slice(0, 8)}`;
    await buildx.exec(["create", "--name", name, "--driver", "remote", builder.address]);
    const metadataFile = join(makeTempDir("metadata"), "metadata.json");
    const startedAt = Date.now();
    const flags = ["--builder", name, "--progress", "plain", "--metadata-file", metadataFile];
    const { exitCode, stderr } = await buildx.exec(["bake", ...flags, ...args]);
    expect(exitCode, stderr).toBe(0);
    const targets = Object.keys(project.targets);
    const history = await readHistory(host, {
      buildx,
      builder: name,
      targets,
      metadataFiles: [metadataFile],
      startedAt,
    });
    const ran = targets.flatMap((target) => {
      const progress = history.targets[target]?.progress;
      return progress === undefined || progress === null ? [] : readSteps(progress).steps.ran.map((step) => step.name);
    });
    return [...new Set(ran)];
  };
  return { workspace, bake, plain, newBuilder };
});

const projects = {
  "5 siblings, plain COPY": siblings({ copy: "COPY" }),
  "5 siblings, COPY --link": siblings({ copy: "COPY --link" }),
  "two families of 3, plain COPY": both(
    siblings({ copy: "COPY", prefix: "a", count: 3 }),
    siblings({ copy: "COPY", prefix: "b", count: 3 }),
  ),
  "linked, plain COPY": linked({ copy: "COPY", levels: 2 }),
  "linked, COPY --link": linked({ copy: "COPY --link", levels: 2 }),
  "three levels, plain COPY": linked({ copy: "COPY", levels: 3 }),
  "three levels, COPY --link": linked({ copy: "COPY --link", levels: 3 }),
};

/** The calls of buildx bake that bkcache has made, by what stands after its own flags. */
const callsOf = (stderr: string) =>
  [...stderr.matchAll(/ran \S+ (?:buildx )?(bake .*?) \(at /g)].map(([, call = ""]) => call.replace(/^.*? -f - ?/, ""));
const debug = { BKCACHE_DEBUG: "1" };

describe("targets that share a plain COPY, on an empty builder", () => {
  test("are built one after the other, and nothing is lost; a builder that has them is left alone", async ({
    open,
    newBuilder,
  }) => {
    const { bake } = open(siblings({ copy: "COPY" }));
    const warm = await newBuilder();
    const first = await bake(warm, [], { ...debug, BKCACHE: "read-write" });
    expect(first.ran.length).toBeGreaterThan(10);
    expect(callsOf(first.stderr).join("\n")).not.toContain("--jobs");

    const second = await bake(await newBuilder(), [], debug);
    expect(second.ran).toEqual([]);
    expect(callsOf(second.stderr)).toEqual([expect.stringContaining("--jobs parallel=1")]);
    const again = await bake(warm, [], debug);
    expect(again.ran).toEqual([]);
    expect(callsOf(again.stderr).join("\n")).not.toContain("--jobs");

    const own = await bake(await newBuilder(), ["-j", "4"], debug);
    expect(callsOf(own.stderr)).toEqual([expect.not.stringContaining("parallel=1")]);
  });

  test("two families and the rest go side by side, with one report and one metadata file", async ({
    open,
    newBuilder,
  }) => {
    const project = both(
      siblings({ copy: "COPY", prefix: "a", count: 3 }),
      siblings({ copy: "COPY", prefix: "b", count: 3 }),
      siblings({ copy: "COPY --link", prefix: "c", count: 2 }),
    );
    const { bake, workspace } = open(project);
    await bake(await newBuilder(), [], { BKCACHE: "read-write" });
    const second = await bake(await newBuilder(), ["--metadata-file", "metadata.json"], debug);
    expect(second.ran).toEqual([]);
    expect(callsOf(second.stderr).toSorted()).toEqual(
      ["c0 c1", "--jobs parallel=1 a0 a1 a2", "--jobs parallel=1 b0 b1 b2"].toSorted(),
    );
    const targets = Object.keys(project.targets);
    expect(Object.keys(second.report.targets).toSorted()).toEqual(targets);
    const metadata = JSON.parse(workspace.read("metadata.json"));
    for (const target of targets) expect(metadata).toHaveProperty([target, "buildx.build.ref"]);
    // Each call's progress in one piece.
    for (const target of targets) expect(second.stderr).toContain(`[${target} `);

    const some = await bake(await newBuilder(), ["a0", "b1", "b2"], debug);
    expect(some.ran).toEqual([]);
    expect(callsOf(some.stderr).toSorted()).toEqual(["a0", "--jobs parallel=1 b1 b2"].toSorted());
  });

  test("linked ones are said, with both ways out; --link is one of them", async ({ open, newBuilder }) => {
    const { bake } = open(linked({ copy: "COPY", levels: 2 }));
    const warm = await newBuilder();
    const first = await bake(warm, [], { BKCACHE: "read-write" });
    expect(first.stderr).not.toContain("BK4018");
    const second = await bake(await newBuilder(), [], debug);
    expect(second.stderr).toMatch(/warning BK4018: .*: l1 \(on l0\)\n.*BuildKit 0\.35.*COPY --link/);
    expect(callsOf(second.stderr).join()).not.toContain("--jobs");
    expect((await bake(warm)).stderr).not.toContain("BK4018");

    const ways = open(linked({ copy: "COPY --link", levels: 2 }));
    await ways.bake(await newBuilder(), [], { BKCACHE: "read-write" });
    const linkedByLayer = await ways.bake(await newBuilder());
    expect(linkedByLayer.ran).toEqual([]);
    expect(linkedByLayer.stderr).not.toContain("BK4018");
  });
});

/** The table of docs/bake.md takes minutes, and is printed when asked for. */
const forTable = <T>(cases: readonly T[]): readonly T[] =>
  process.env["BKCACHE_LOSS_TABLE"] === undefined ? [] : cases;

test.for(forTable(["[B, A]"]))(
  "table: two caches with a common COPY, the newer one first: %s",
  { timeout: 600_000 },
  async (_, { s3, open, newBuilder }) => {
    const { bake, plain, workspace } = open({
      files: {
        Dockerfile: `FROM scratch\nCOPY --link --from=busybox /bin/busybox /bin/busybox\nWORKDIR /a\nCOPY common ./\n${shell("cat common > /1")}\nCOPY later ./\n${shell("cat later > /2")}\n${shell("cat later > /3")}\n`,
        common: crypto.randomUUID(),
        later: "A",
      },
      targets: { t: { contexts } },
    });
    const { project } = JSON.parse(workspace.read("bkcache.config.json")) as { project: string };
    await bake(await newBuilder(), ["--write-scope", "A"], { BKCACHE: "read-write" });
    workspace.write("later", "B");
    const { ran } = await bake(await newBuilder(), ["--write-scope", "B"], { BKCACHE: "read-write" });
    const entry = (scope: string) =>
      `type=s3,bucket=${bucket},prefix=layers/,region=${s3.region},endpoint_url=${s3.endpoint},use_path_style=true,name=${project}.t.${scope}`;
    const sets = ["B", "A"].flatMap((scope) => ["--set", `t.cache-from=${entry(scope)}`]);
    const counts: Record<string, number[]> = { plain: [], bkcache: [] };
    for (let run = 0; run < 5; run += 1) {
      counts["plain"]?.push((await plain(await newBuilder(), sets)).length);
      const args = ["--read-scope", "B", "--write-scope", "A"];
      counts["bkcache"]?.push((await bake(await newBuilder(), args)).ran.length);
    }
    process.stderr.write(`| [B, A] | ${ran.length} | ${counts["plain"]} | ${counts["bkcache"]}\n`);
  },
);

test.for(forTable(Object.entries(projects)))(
  "table: %s, on an empty builder",
  { timeout: 600_000 },
  async ([name, project], { open, newBuilder }) => {
    const { bake, plain } = open(project);
    const { ran } = await bake(await newBuilder(), [], { BKCACHE: "read-write" });
    const counts: Record<string, number[]> = { plain: [], bkcache: [] };
    const times: Record<string, number[]> = { plain: [], bkcache: [] };
    for (let run = 0; run < 3; run += 1) {
      const [one, other] = [await newBuilder(), await newBuilder()];
      let began = Date.now();
      counts["plain"]?.push((await plain(one)).length);
      times["plain"]?.push(Date.now() - began);
      began = Date.now();
      counts["bkcache"]?.push((await bake(other)).ran.length);
      times["bkcache"]?.push(Date.now() - began);
    }
    process.stderr.write(
      `| ${name} | ${ran.length} | ${counts["plain"]} | ${counts["bkcache"]} | ${times["plain"]} | ${times["bkcache"]}\n`,
    );
  },
);
