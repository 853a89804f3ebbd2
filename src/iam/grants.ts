import { planOfLevel } from "../bake/levels.ts";
import type { Plan } from "../bake/model.ts";
import { findBuildx } from "../builder/buildx.ts";
import { BkcacheError } from "../diagnostics/error.ts";
import type { Host } from "../host/host.ts";
import { draftBackend } from "../source/backend.ts";
import { evaluateTexts } from "../source/evaluate.ts";
import { resolveEndpointUrl } from "../store/endpoint.ts";
import { profileOf } from "../store/endpoint-profiles.ts";
import type { StoreBackend } from "../store/place.ts";
import type { Kind } from "./kinds.ts";

/** What is allowed below one prefix of a bucket. */
export interface Grant {
  readonly kind: Kind;
  readonly bucket: string;
  /** Put before keys as it stands; empty for all of the bucket. */
  readonly prefix: string;
  readonly writes: boolean;
}

/** What the builds of one level need. */
export interface LevelGrants {
  /** Null where the config has no levels. */
  readonly level: string | null;
  /** Words of `when`; those of any branch where there are no levels. */
  readonly when: readonly string[];
  /** Each place once; none for a level that uses no cache. */
  readonly grants: readonly Grant[];
}

interface GrantRequest {
  readonly plan: Plan;
  /** Absolute folder that relative paths of the plan count from. */
  readonly dir: string;
  /** One level; all where it is undefined. */
  readonly level: string | undefined;
  /** In place of what the backends say. */
  readonly kind: Kind | undefined;
}

/** @throws BkcacheError BK2050 where the config has no bucket. */
export async function findGrants(host: Host, request: GrantRequest): Promise<readonly LevelGrants[]> {
  const { plan, level, kind } = request;
  const { trust } = plan;
  const placesOf = async (places: Plan, writes: boolean) =>
    (await findBuckets(host, { ...request, plan: places })).map((backend): Grant => ({
      kind: kind ?? kindOf(backend, host.env),
      bucket: String(backend["bucket"] ?? ""),
      prefix: String(backend["prefix"] ?? ""),
      writes,
    }));
  if (trust === undefined) return [{ level: null, when: ["branch:**"], grants: distinct(await placesOf(plan, true)) }];
  const names = level === undefined ? Object.keys(trust) : [level];
  return Promise.all(
    names.map(async (name): Promise<LevelGrants> => {
      const { when, reads, cache } = trust[name] as NonNullable<(typeof trust)[string]>;
      const at = (own: string, writes: boolean) => placesOf(planOfLevel(plan, { own, reads: [] }), writes);
      const all = await Promise.all([at(name, cache === "read-write"), ...reads.map((other) => at(other, false))]);
      return { level: name, when, grants: cache === "off" ? [] : distinct(all.flat()) };
    }),
  );
}

async function findBuckets(host: Host, { plan, dir }: GrantRequest): Promise<readonly StoreBackend[]> {
  const names = Object.keys(plan.backends).filter((name) => ["s3", "gcs"].includes(plan.backends[name]?.type ?? ""));
  if (names.length === 0) {
    throw new BkcacheError({
      code: "BK2050",
      message: "no backend of the config is in a bucket",
      hint: "declare one of type s3 or gcs under backends",
    });
  }
  const drafts = names.map((name) => draftBackend(plan, name, { dir, env: host.env }));
  const texts = Object.fromEntries(drafts.flatMap((draft) => Object.entries(draft.texts)));
  const values = await evaluateTexts(host, () => findBuildx(host), { plan, dir, texts });
  return drafts.map((draft) => draft.fill(values));
}

function kindOf(backend: StoreBackend, env: Host["env"]): Kind {
  const { type, profile, endpointUrl } = backend;
  if (type === "gcs") return "gcs";
  const name = typeof profile === "string" ? profile : undefined;
  const own = typeof endpointUrl === "string" ? endpointUrl : profileOf(type, name).endpointUrl;
  const endpoint = resolveEndpointUrl(own, env);
  const isAmazon =
    endpoint === undefined || /^https?:\/\/([^/]*\.)?(amazonaws\.com(\.cn)?|api\.aws)(:\d+)?(\/|$)/i.test(endpoint);
  return isAmazon && (name === undefined || name === "aws") ? "aws" : "minio";
}

/** Places that several backends share once, with the rights of all. */
function distinct(grants: readonly Grant[]): readonly Grant[] {
  const found = new Map<string, Grant>();
  for (const grant of grants) {
    const key = JSON.stringify([grant.kind, grant.bucket, grant.prefix]);
    found.set(key, { ...grant, writes: grant.writes || found.get(key)?.writes === true });
  }
  return [...found.values()];
}
