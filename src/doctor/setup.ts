import type { BakeDefinition } from "../bake/printed.ts";
import type { Plan } from "../bake/model.ts";
import { type Buildx, findBuildx } from "../builder/buildx.ts";
import { type BuilderSession, openBuilderSession } from "../builder/session.ts";
import { planInForce } from "../cache/level.ts";
import { type CacheUse, resolveCacheUse } from "../cache/use.ts";
import { defineWhole, type MountSource, openMountSource } from "../carry/source.ts";
import type { Level } from "../config/schema.gen.ts";
import type { Host } from "../host/host.ts";
import { within } from "../host/within.ts";
import { findBackends, type KnownBackend } from "./backends.ts";
import { type Bound, openPart, type Part } from "./part.ts";

export interface SetupRequest {
  readonly config: string | undefined;
  readonly builder: string | undefined;
  /** Value of --cache. */
  readonly cache: string | undefined;
}

/** Everything that is to be built. */
export interface Whole {
  /** With the places of the level of trust in force. */
  readonly plan: Plan;
  /** As the config says it. */
  readonly declared: Plan;
  readonly definition: BakeDefinition;
  /** How a run here uses the cache. */
  readonly use: CacheUse;
}

/** What the checks look at: found once, as a bake finds it. */
export interface Setup {
  readonly request: SetupRequest;
  /** Null without a config and without BUILDKIT_REMOTE_CACHE. */
  readonly source: Part<MountSource>;
  readonly buildx: Part<Buildx>;
  readonly session: Part<BuilderSession>;
  readonly whole: Part<Whole>;
  /** Those that objects can be looked at of. */
  readonly backends: Part<readonly KnownBackend[]>;
  /** `rules` of the config. */
  rules(): Promise<Readonly<Record<string, Level>>>;
  /** Ends what is open, whatever state it is in. */
  close(): Promise<void>;
}

/** Time in ms for connections to be closed in good order. */
const closing = 2_000;

/** Begins to find all of it. */
export function openSetup(host: Host, request: SetupRequest): Setup {
  const source = openPart(host, bounds.source, (own) => openMountSource(own, request));
  const buildx = openPart(host, bounds.buildx, findBuildx);
  const session = openPart(host, bounds.session, async (own) => {
    const [program, opened] = await Promise.all([buildx.value, source.value]);
    if (program === null) return null;
    // A config that is wrong may have named another builder.
    const isWrong = opened === null && !(await source.findings).some(({ code }) => code === "BK2001");
    if (isWrong) return null;
    const dir = opened?.dir ?? host.cwd;
    return openBuilderSession(own, program, { flag: request.builder, definition: opened?.builder, dir });
  });
  const useOf = ({ dir, project }: MountSource, plan: Plan): CacheUse =>
    resolveCacheUse({ plan, flags: { cache: request.cache }, env: host.env, dir, hasConfig: project !== null });
  const whole = openPart(host, bounds.whole, async (own) => {
    const [opened, program] = await Promise.all([source.value, buildx.value]);
    if (opened === null || program === null) return null;
    const { plan: declared, definition } = await defineWhole(own, program, opened);
    const use = useOf(opened, declared);
    return { plan: planInForce(declared, use.level), declared, definition, use };
  });
  const backends = openPart(host, bounds.backends, async (own) => {
    const [opened, known] = await Promise.all([source.value, whole.value]);
    if (opened === null) return null;
    const plan = known?.plan ?? opened.plan;
    return findBackends(own, { dir: opened.dir, plan, use: known?.use ?? useOf(opened, opened.project?.plan ?? plan) });
  });
  return {
    request,
    source,
    buildx,
    session,
    whole,
    backends,
    rules: async () => (await source.value)?.project?.valid.config.rules ?? {},
    async close() {
      const closed = session.value.then((opened) => opened?.close()).catch(() => {});
      await within(closed, closing, undefined);
    },
  };
}

const bounds: Readonly<Record<"source" | "buildx" | "session" | "whole" | "backends", Bound>> = {
  source: { ms: 10_000, late: { code: "BK2002", message: "the config is not loaded within 10 s" } },
  buildx: { ms: 10_000, late: { code: "BK4001", message: "buildx does not say its version within 10 s" } },
  // One that is made or started first takes its time.
  session: {
    ms: 25_000,
    late: {
      code: "BK4003",
      message: "the builder does not answer within 25 s",
      hint: "`docker buildx inspect --bootstrap` shows what it waits for",
    },
  },
  whole: { ms: 10_000, late: { code: "BK4020", message: "bake does not say within 10 s what is to be built" } },
  backends: { ms: 10_000, late: { code: "BK2002", message: "the backends are not known within 10 s" } },
};
