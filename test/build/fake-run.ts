import { existsSync } from "node:fs";
import { join } from "node:path";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Buildx } from "../../src/builder/buildx.ts";
import type { Builder } from "../../src/builder/inspect.ts";
import type { BuilderSession } from "../../src/builder/session.ts";
import { createRunRelay } from "../../src/cache/run-relay.ts";
import type { Carrier } from "../../src/carry/carrier.ts";
import type { ExecOptions, Host, Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import type { BuildRequest } from "../../src/build/ready.ts";
import type { Resources } from "../../src/build/resources.ts";
import { createDockerfileReader } from "../../src/source/dockerfiles.ts";
import { makeTempDir } from "../support/cleanup.ts";

const noCache: BuildRequest["cache"] = {
  use: {
    layers: { read: false, write: false },
    mounts: { read: false, write: false },
    isLocalOnly: false,
    reason: "of a test",
    scopes: {},
    level: null,
  },
  drafts: { texts: {}, complete: async () => [] },
  mountBackend: null,
  rules: {},
};

export const builder: Builder = {
  name: "b",
  driver: "docker-container",
  error: null,
  nodes: [],
  canExportCache: true,
};

/** Where a run is to fail, each by an error of that name. */
export type Place = "session" | "evaluated" | "carrier" | "command" | "restore" | "run" | "save" | "meanwhile";

export interface Fakes {
  readonly fails?: Place;
  readonly request?: Partial<BuildRequest>;
  /** What buildx ends with. */
  readonly exitCode?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly hasMounts?: boolean;
  /** The temporary folder takes no files. */
  readonly hasNoRoom?: boolean;
  /** What saving the mounts failed with. */
  readonly failures?: Awaited<ReturnType<Carrier["save"]>>;
  readonly signal?: AbortSignal;
}

/** A run of which everything around it is fake, and what happened in it, in order. */
export function fakeRun(fakes: Fakes = {}) {
  const { fails, hasMounts = true, exitCode = 0, env = {}, failures = [] } = fakes;
  const dir = makeTempDir("run");
  const events: string[] = [];
  const told: Message[] = [];
  const calls: { readonly args: readonly string[]; readonly options: ExecOptions }[] = [];
  const at = async (place: Place): Promise<void> => {
    if (fails === place) throw new Error(place);
  };
  const host: Host = createHost({
    cwd: dir,
    env: { BUILDX_CONFIG: dir, ...env },
    signal: fakes.signal ?? new AbortController().signal,
    tell: (message) => void told.push(message),
  });
  const exec: Buildx["exec"] = async (args, options = {}) => {
    events.push(args.slice(0, args[0] === "history" ? 2 : 1).join(" "));
    calls.push({ args, options });
    if (args[0] === "history") return { exitCode: 0, stdout: "", stderr: "" };
    await at("run");
    return { exitCode, stdout: "", stderr: "" };
  };
  const report = join(dir, "report.json");
  const request: BuildRequest = {
    verb: "bake",
    buildx: { command: "/buildx", prefix: [], version: { major: 0, minor: 38, patch: 2 }, exec },
    builder: { flag: "b" },
    plan: createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} }),
    targets: ["api"],
    evaluated: at("evaluated").then(() => ({ definition: { groups: {}, targets: { api: {} } }, values: {} })),
    readDockerfile: createDockerfileReader(dir),
    dir,
    runDir: dir,
    cache: noCache,
    output: { strict: false, report },
    startedAt: 1,
    features: () => [],
    async command() {
      await at("command");
      return { args: ["-f", "-"], targets: ["api"], env: { A: "1" }, input: "run file" };
    },
    async meanwhile() {
      events.push("meanwhile");
      await at("meanwhile");
      return [{ code: "BK3001", message: "stale" }];
    },
    ...fakes.request,
  };
  request.evaluated.catch(() => {});
  const carrier: Carrier = {
    mounts: [],
    async restore() {
      events.push("restore");
      await at("restore");
    },
    async save() {
      events.push(`save ${existsSync(report) ? "after" : "before"} the report`);
      await at("save");
      return failures;
    },
    report: () => (events.push("report"), []),
    close: async () => void events.push("close store"),
  };
  const session: BuilderSession = {
    host,
    builder,
    gateway: () => Promise.reject(new Error("no gateway")),
    readyGateway: async () => null,
    close: async () => void events.push("close builder"),
  };
  const open = (): Resources => {
    const opening = at("session").then(() => session);
    const carrying = at("carrier").then(() => (hasMounts ? carrier : null));
    for (const each of [opening, carrying]) each.catch(() => {});
    return {
      session: opening,
      carrier: carrying,
      relay: createRunRelay(host),
      metadataFile: async () => (fakes.hasNoRoom === true ? null : join(dir, "metadata.json")),
      close: async () => void events.push("close"),
    };
  };
  return { dir, host, request, open, session, carrier, events, told, calls, report };
}
