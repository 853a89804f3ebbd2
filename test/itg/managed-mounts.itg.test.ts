import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { Report } from "../../src/outcome/report.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { makeGoContext, makeNodeContext } from "../support/contexts.ts";
import { makeDockerConfig } from "../support/docker-config.ts";
import { cleanEnv } from "../support/env.ts";
import { runBkcache } from "../support/run-bkcache.ts";
import { test } from "../support/servers.ts";
import { makeWorkspace, type Workspace } from "../support/workspace.ts";

/*
 * `bkcache generate` writes the flags, a real builder runs them: after a change of the sources the second build finds
 * what the first left in the mount. The same project without its markers is what it is compared with.
 */

/** The runtime of Go is compiled twice, which takes minutes on a busy machine. */
const timeout = 600_000;

/** Builds the only target and returns what its step printed into /out, and the time of that step in ms. */
async function bake(workspace: Workspace, builder: Buildkit) {
  const file = workspace.path("report.json");
  const env = cleanEnv({ ...makeDockerConfig().env, BUILDKIT_HOST: builder.address });
  const { exitCode, stderr } = await runBkcache(["bake", "--report", file], { cwd: workspace.dir, env });
  expect(exitCode, stderr).toBe(0);
  const report = JSON.parse(readFileSync(file, "utf8")) as Report;
  const ran = report.targets["app"]?.steps?.ran.find(({ name }) => name.includes("/out/printed"));
  if (ran === undefined) throw new Error(`the step did not run: ${JSON.stringify(report.targets)}`);
  return { printed: workspace.read("out/printed").trim(), ms: ran.ms };
}

async function generate(workspace: Workspace): Promise<void> {
  const { exitCode, stderr } = await runBkcache(["generate"], { cwd: workspace.dir, env: cleanEnv() });
  expect(exitCode, stderr).toBe(0);
}

interface Project {
  readonly files: Readonly<Record<string, string>>;
  /** Changes a source, so that the step has to run again. */
  readonly change: (workspace: Workspace) => void;
  /** A count that grows while builds run. */
  readonly counter?: () => number;
}

/** First and second build of the project as it is, and one of the same without markers: it has no mount to begin with. */
async function compare({ files, change, counter = () => 0 }: Project, builder: Buildkit) {
  const build = async (workspace: Workspace) => {
    const before = counter();
    const built = await bake(workspace, builder);
    return { ...built, counted: counter() - before };
  };

  const prepare = async (dockerfile: string) => {
    const workspace = makeWorkspace({ ...files, Dockerfile: dockerfile });
    await generate(workspace);
    return workspace;
  };
  const managed = await prepare(files["Dockerfile"] ?? "");
  const first = await build(managed);
  change(managed);
  const second = await build(managed);
  const plain = await prepare((files["Dockerfile"] ?? "").replaceAll(/^# bkcache:.*\n/gm, ""));
  change(plain);
  return { dockerfile: managed.read("Dockerfile"), first, second, plain: await build(plain) };
}

/** Ids of the cache mounts that the builder holds, each once for every record. */
async function mountIds(builder: Buildkit): Promise<readonly string[]> {
  const usage = await builder.buildctl("du", "--verbose");
  return [...usage.matchAll(/with id "\/([^"]*)"/g)].map(([, id = ""]) => id);
}

describe("Go", () => {
  const files = (golang: string, busybox: string) => ({
    "bkcache.config.yaml": `project: shop
mounts: { gobuild: { preset: go-build, perArch: true } }
targets:
  app:
    contexts: { golang: ${golang}, busybox: ${busybox} }
    output: ["type=local,dest=out"]
`,
    "go.mod": "module acme.example/app\n\ngo 1.24\n",
    "main.go": mainGo("first"),
    Dockerfile: `FROM scratch AS build
COPY --link --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
COPY --link --from=golang /usr/local/go /usr/local/go
ENV PATH=/usr/local/go/bin:/bin GOCACHE=/root/.cache/go-build CGO_ENABLED=0 GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-buildvcs=false
RUN mkdir -p /tmp /out
WORKDIR /src
COPY go.mod main.go ./
# How many packages are to be compiled, then the build.
# bkcache: gobuild
RUN go list -deps -f '{{if .Stale}}{{.ImportPath}}{{end}}' . | grep -c . > /out/printed \\
  && go build -o /out/app .

FROM scratch
COPY --from=build /out /
`,
  });

  function mainGo(text: string): string {
    return `package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(${JSON.stringify(text)}) }\n`;
  }

  test(
    "after a change one package is compiled, and the mount's record has the declared id",
    { timeout },
    async ({ builder, busybox }) => {
      const golang = makeGoContext(makeTempDir("go"));
      const { dockerfile, first, second, plain } = await compare(
        {
          files: files(golang, busybox),
          change: (workspace) => workspace.write("main.go", mainGo(`second ${crypto.randomUUID()}`)),
        },
        builder,
      );
      const arch = process.arch === "x64" ? "amd64" : process.arch;
      expect(dockerfile).toContain(
        "ARG TARGETARCH\n# How many packages are to be compiled, then the build.\n# bkcache: gobuild\nRUN --mount=type=cache,id=shop-gobuild-${TARGETARCH},target=/root/.cache/go-build \\\n  go list",
      );
      expect(Number(first.printed)).toBeGreaterThan(20);
      expect(second.printed).toBe("1");
      expect(plain.printed).toBe(first.printed);
      // Compiling what fmt needs, the runtime with it, against compiling one file: far more than twice the work.
      expect(second.ms * 2).toBeLessThan(plain.ms);
      expect(await mountIds(builder)).toEqual([`shop-gobuild-${arch}`]);
    },
  );
});

describe("npm", () => {
  /** Packages of a registry of our own, each a request of its own. */
  const names = Array.from({ length: 12 }, (_, i) => `acme-part-${i}`);
  /** Time in ms that the registry takes for each answer, as one far away would, but for the first build, which nothing times. */
  const delayMs = 1500;

  function makePackages(dir: string): ReadonlyMap<string, Buffer> {
    return new Map(
      names.map((name) => {
        mkdirSync(join(dir, name, "package"), { recursive: true });
        writeFileSync(join(dir, name, "package", "package.json"), JSON.stringify({ name, version: "1.0.0" }));
        return [name, execFileSync("tar", ["-czf", "-", "package"], { cwd: join(dir, name) })];
      }),
    );
  }

  /** Serves the packages, slowly, and counts the requests. */
  async function withRegistry<T>(use: (registry: { url: string; requests: () => number; lock: string }) => Promise<T>) {
    const packages = makePackages(makeTempDir("packages"));
    let requests = 0;
    const server = createServer((request, response) => {
      requests += 1;
      const body = packages.get((request.url ?? "").slice(1).replace(/\.tgz$/, ""));
      void sleep(requests > names.length ? delayMs : 0).then(() =>
        response.writeHead(body === undefined ? 404 : 200).end(body),
      );
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const dependencies = Object.fromEntries(names.map((name) => [name, "1.0.0"]));
    const locked = names.map((name) => {
      const integrity = `sha512-${createHash("sha512")
        .update(packages.get(name) ?? "")
        .digest("base64")}`;
      return [`node_modules/${name}`, { version: "1.0.0", resolved: `${url}/${name}.tgz`, integrity }];
    });
    const lock = JSON.stringify({
      name: "app",
      version: "1.0.0",
      lockfileVersion: 3,
      requires: true,
      packages: { "": { name: "app", version: "1.0.0", dependencies }, ...Object.fromEntries(locked) },
    });
    try {
      return await use({ url, requests: () => requests, lock });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const packageJson = (description: string) =>
    JSON.stringify({
      name: "app",
      version: "1.0.0",
      description,
      dependencies: Object.fromEntries(names.map((name) => [name, "1.0.0"])),
    });

  test("after a change nothing is downloaded again, and the mount's record has the declared id", async ({
    builder,
  }) => {
    const node = makeNodeContext(makeTempDir("node"));
    await withRegistry(async ({ url, requests, lock }) => {
      const { first, second, plain } = await compare(
        {
          files: {
            "bkcache.config.yaml": `project: shop
mounts: { npm: npm }
targets:
  app:
    contexts: { node: ${node} }
    output: ["type=local,dest=out"]
`,
            "package.json": packageJson("first"),
            "package-lock.json": lock,
            ".dockerignore": "out\nreport.json\n",
            Dockerfile: `FROM scratch AS build
COPY --link --from=node / /
ENV PATH=/usr/local/bin:/usr/bin:/bin npm_config_cache=/root/.npm npm_config_registry=${url} npm_config_maxsockets=1
WORKDIR /app
COPY package.json package-lock.json ./
# bkcache: npm
RUN npm ci --no-audit --no-fund --no-update-notifier && node -e 'const fs = require("node:fs"); fs.mkdirSync("/out"); fs.writeFileSync("/out/printed", String(fs.readdirSync("node_modules").filter((name) => name.startsWith("acme")).length))'

FROM scratch
COPY --from=build /out /
`,
          },
          change: (workspace) => workspace.write("package.json", packageJson(`second ${crypto.randomUUID()}`)),
          counter: requests,
        },
        builder,
      );
      expect([first, second, plain].map(({ printed }) => Number(printed))).toEqual(Array(3).fill(names.length));
      expect([first, second, plain].map(({ counted }) => counted)).toEqual([names.length, 0, names.length]);
      // npm itself takes the same time in both; the rest is waiting for the registry.
      expect(second.ms).toBeLessThan(plain.ms);
      expect(await mountIds(builder)).toEqual(["shop-npm"]);
    });
  });
});

test("beside bake files of one's own the Dockerfiles of all their targets are kept in step, those of no group too", async () => {
  const bakeFile =
    'target "app" { context = "app" }\ntarget "tool" { dockerfile = "Tool.Dockerfile" }\ngroup "default" { targets = ["app"] }\n';
  const marked = "FROM scratch\n# bkcache: gomod\nRUN x\n";
  const workspace = makeWorkspace({
    "bkcache.config.yaml": "project: shop\nbake: docker-bake.hcl\nmounts: { gomod: go-mod }\n",
    "docker-bake.hcl": bakeFile,
    "app/Dockerfile": marked,
    "Tool.Dockerfile": marked,
  });
  const run = (...args: readonly string[]) =>
    runBkcache(args, { cwd: workspace.dir, env: cleanEnv(makeDockerConfig().env) });
  const stale = await run("generate", "--check");
  expect(stale.exitCode, stale.stderr).toBe(1);
  expect(stale.stdout.match(/^\+RUN --mount=type=cache,id=shop-gomod,/gm)).toHaveLength(2);
  expect((await run("generate")).exitCode).toBe(0);
  const check = await run("generate", "--check");
  expect(check.exitCode, check.stderr).toBe(0);
  expect(workspace.read("Tool.Dockerfile")).toContain("RUN --mount=type=cache,id=shop-gomod,target=/go/pkg/mod x");
  expect(workspace.read("docker-bake.hcl")).toBe(bakeFile);
});
