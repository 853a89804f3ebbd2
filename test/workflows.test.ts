import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly "runs-on"?: string;
  readonly "timeout-minutes"?: number;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly uses?: string;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly concurrency: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

/** `strict`: a key that stands twice is an error. */
const readYaml = (file: string) => parse(readFileSync(file, "utf8"), { strict: true, uniqueKeys: true }) as unknown;
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const files = globSync(".github/workflows/*.yml");

test("there are workflows that verify and release", () => {
  expect(files.sort()).toEqual([".github/workflows/release.yml", ".github/workflows/verify.yml"]);
});

describe.for(files)("%s", (file) => {
  const workflow = readYaml(file) as Workflow;
  const jobs = Object.entries(workflow.jobs);
  const steps = jobs.flatMap(([, job]) => job.steps ?? []);

  test("may only read unless a job asks for more, and runs once at a time", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(workflow.concurrency.group).toBeTruthy();
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    const writes = jobs.flatMap(([name, { permissions = {} }]) =>
      Object.entries(permissions).flatMap(([right, level]) => (level === "write" ? [`${name}: ${right}`] : [])),
    );
    expect(writes).toEqual(
      file.endsWith("release.yml")
        ? ["publish: id-token", "attest: attestations", "attest: id-token", "image: packages", "announce: contents"]
        : [],
    );
  });

  test("has jobs that end, on a system with a version, after jobs that exist", () => {
    for (const [name, job] of jobs) {
      if (job.uses === undefined) {
        expect(job["timeout-minutes"], name).toBeGreaterThan(0);
        expect(job["runs-on"], name).toMatch(/-\d/);
      }
      for (const need of [job.needs ?? []].flat()) expect(Object.keys(workflow.jobs)).toContain(need);
    }
  });

  test("names each action with its major version, and workflows that exist", () => {
    const uses = [...jobs.map(([, job]) => job.uses), ...steps.map((step) => step.uses)].filter(
      (use) => use !== undefined,
    );
    expect(uses.length).toBeGreaterThan(0);
    for (const use of uses) {
      if (use.startsWith("./")) expect(existsSync(use), use).toBe(true);
      else expect(use).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
    }
  });

  test("runs npm scripts and files that exist, and takes no text of others into a shell", () => {
    for (const { run = "" } of steps) {
      for (const [, name = ""] of run.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(Object.keys(scripts)).toContain(name);
      for (const [path] of run.matchAll(/(?<=\s)\.ci\/\S+/g)) expect(statSync(path).mode & 0o111, path).toBe(0o111);
      expect(run).not.toContain("${{");
    }
  });
});

test("verify runs what CI runs, and a release is verified before it is published", () => {
  const verify = readYaml(".github/workflows/verify.yml") as Workflow;
  expect(Object.keys(verify.on)).toEqual(["push", "pull_request", "workflow_call"]);
  expect(verify.jobs["verify"]?.steps?.at(-1)?.run).toMatch(/ \.ci\/run$/);
  const { jobs } = readYaml(".github/workflows/release.yml") as Workflow;
  expect(jobs["verify"]?.uses).toBe("./.github/workflows/verify.yml");
  expect(jobs["publish"]?.needs).toEqual(["verify", "pack"]);
});

test("issue forms hold fields that GitHub knows, each with a name of its own", () => {
  const forms = globSync(".github/ISSUE_TEMPLATE/*.yml").filter((file) => !file.endsWith("config.yml"));
  expect(forms).toHaveLength(2);
  for (const file of forms) {
    const { name, description, body } = readYaml(file) as {
      readonly name: string;
      readonly description: string;
      readonly body: readonly {
        readonly type: string;
        readonly id: string;
        readonly attributes: { readonly label: string };
      }[];
    };
    expect([name, description].every(Boolean), file).toBe(true);
    for (const { type, attributes } of body) {
      expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type);
      expect(attributes.label).toBeTruthy();
    }
    expect(new Set(body.map(({ id }) => id)).size).toBe(body.length);
    expect(new Set(body.map(({ attributes }) => attributes.label)).size).toBe(body.length);
  }
});
