import { describe, expect, test } from "vitest";
import type { CacheDirection, Plan, PlanBackend, PlanTarget } from "../../src/bake/model.ts";
import { mapRecord } from "../../src/config/records.ts";
import type { Message } from "../../src/host/host.ts";
import { createHost } from "../../src/host/node-host.ts";
import { draftEntries } from "../../src/cache/entries.ts";
import { resolveCacheUse } from "../../src/cache/use.ts";

const both: CacheDirection = { kind: "policy", backends: ["disk", "remote"] };

function planWith(backends: Record<string, PlanBackend>, cache: Partial<PlanTarget["cache"]> = {}): Plan {
  return {
    version: 1,
    project: "shop",
    config: null,
    variables: { BUCKET: { default: "b" } },
    backends,
    mounts: {},
    targets: {
      api: {
        attributes: {},
        inherits: [],
        bases: {},
        mounts: null,
        cache: {
          from: both,
          to: both,
          scope: "main",
          mode: "max",
          ignoreError: true,
          committed: "off",
          name: ["shop", "api"],
          ...cache,
        },
      },
    },
    groups: {},
    external: [],
    mountBackend: null,
    mountBudget: { restore: "60s", save: "60s" },
    scopes: { defaultBranch: null, read: null, requests: "read" },
    epoch: 0,
  };
}

const disk: PlanBackend = { type: "local", path: "/var/cache" };
const remote: PlanBackend = { type: "s3", bucket: "b", prefix: "p/", region: "eu-central-1" };

async function list(plan: Plan, options: { env?: Record<string, string>; use?: object; flags?: object } = {}) {
  const told: Message[] = [];
  const host = createHost({
    cwd: "/",
    env: options.env ?? {},
    signal: new AbortController().signal,
    tell: (message) => void told.push(message),
  });
  const drafts = draftEntries({
    plan,
    targets: ["api"],
    use: {
      layers: { read: true, write: true, ...options.use },
      isLocalOnly: false,
      scopes: resolveCacheUse({ plan, flags: options.flags ?? {}, env: {}, dir: "/", hasConfig: true }).scopes,
    },
    base: { dir: "/proj", env: { HOME: "/home/me" } },
  });
  const { texts } = drafts;
  const candidates = await drafts.complete(
    host,
    mapRecord(texts, () => "from-bake"),
  );
  return { candidates, told, texts };
}

describe("draftEntries", () => {
  test("reads scope by scope, each in all backends; writes one scope to all", async () => {
    const { candidates, texts } = await list(planWith({ disk, remote }), { flags: { writeScope: "feature/x" } });
    expect(candidates.map(({ direction, scope, backend }) => `${direction} ${scope} ${backend}`)).toEqual([
      "from feature/x disk",
      "from feature/x remote",
      "from main disk",
      "from main remote",
      "to feature/x disk",
      "to feature/x remote",
    ]);
    expect(candidates.at(-1)?.entry).toMatchObject({ type: "s3", name: "shop.api.feature_2Fx", mode: "max" });
    expect(texts).toEqual({});
  });

  test("a direction that is not used has none", async () => {
    const { candidates } = await list(planWith({ disk, remote }), { use: { write: false } });
    expect(new Set(candidates.map(({ direction }) => direction))).toEqual(new Set(["from"]));
  });

  test("region and endpoint come from the environment, which the builder does not share", async () => {
    const { region: _region, ...open } = remote as PlanBackend & { region: string };
    const env = { AWS_REGION: "eu-west-3", AWS_ENDPOINT_URL_S3: "https://minio.example" };
    const { candidates } = await list(planWith({ disk, remote: open }), { env });
    expect(candidates.find(({ backend }) => backend === "remote")?.entry).toMatchObject({
      region: "eu-west-3",
      endpoint_url: "https://minio.example",
      use_path_style: "true",
    });
  });

  test("no region anywhere stops, and names the backend", async () => {
    const { region: _region, ...open } = remote as PlanBackend & { region: string };
    await expect(list(planWith({ disk, remote: open }), { env: { HOME: "/nowhere" } })).rejects.toMatchObject({
      code: "BK2046",
      message: expect.stringContaining('"remote"'),
    });
  });

  test("plain http of the environment stops, or is said", async () => {
    const env = { AWS_ENDPOINT_URL: "http://10.0.0.1:9000" };
    const plan = planWith({ disk, remote });
    await expect(list(plan, { env })).rejects.toMatchObject({ code: "BK2043" });
    const { told } = await list(plan, { env: { ...env, BUILDKIT_INSECURE: "true" } });
    expect(told).toMatchObject([{ level: "warning", code: "BK2043" }]);
  });

  test("an endpoint of the environment is not for gcs", async () => {
    const google: PlanBackend = { type: "gcs", bucket: "b" };
    const env = { AWS_ENDPOINT_URL: "https://minio.example", AWS_REGION: "eu-west-3" };
    const { candidates } = await list(planWith({ disk, remote: google }), { env });
    expect(candidates.find(({ backend }) => backend === "remote")?.entry).toMatchObject({
      endpoint_url: "https://storage.googleapis.com",
      region: "auto",
    });
  });

  test.each<readonly [PlanBackend["path"], string]>([
    [".cache", "/proj/.cache"],
    ["../cache/", "/cache"],
    ["~/cache", "/home/me/cache"],
    ["/var/cache", "/var/cache"],
    [[{ variable: "CACHE" }, "/x"], "/proj/from-bake"],
  ])("the folder %o is %s, wherever the run begins", async (path, folder) => {
    const { candidates } = await list(planWith({ disk: { type: "local", path }, remote }));
    const local = candidates.filter(({ backend }) => backend === "disk").map(({ entry }) => entry);
    const place = `${folder}/shop.api.main`;
    expect(local).toMatchObject([{ src: place }, { dest: place }]);
  });

  test("where manifests are follows from the backend: a relative path counts from the folder of the config", async () => {
    const own: PlanBackend = { type: "local", path: ".cache/" };
    const home: PlanBackend = { type: "local", path: "~/x" };
    const { candidates } = await list(planWith({ disk: own, remote: home }));
    expect(candidates.slice(0, 2)).toMatchObject([
      { entry: { src: "/proj/.cache/shop.api.main" }, manifest: { dir: "/proj/.cache/shop.api.main", tag: "latest" } },
      { entry: { src: "/home/me/x/shop.api.main" }, manifest: { dir: "/home/me/x/shop.api.main" } },
    ]);
    const google = await list(planWith({ disk: { type: "gcs", bucket: "g" }, remote }));
    expect(google.candidates.slice(0, 2).map(({ manifest }) => manifest)).toMatchObject([
      { key: "manifests/shop.api.main", place: { bucket: "g", endpointUrl: "https://storage.googleapis.com" } },
      { key: "p/manifests/shop.api.main", place: { bucket: "b", region: "eu-central-1" } },
    ]);
  });

  test("entries of the user's own pass as they are, CSV included", async () => {
    const own: CacheDirection = { kind: "raw", entries: ["type=gha,scope=x", { type: "registry", ref: "r" }] };
    const { candidates } = await list(planWith({ disk, remote }, { from: own }), { use: { write: false } });
    expect(candidates).toMatchObject([
      { backend: null, entry: "type=gha,scope=x" },
      { backend: null, entry: { type: "registry", ref: "r" } },
    ]);
  });

  test("bake is to evaluate what holds a variable, and nothing else", async () => {
    const open: PlanBackend = { type: "s3", bucket: [{ variable: "BUCKET" }], region: "r" };
    const { candidates, texts } = await list(planWith({ disk, remote: open }));
    expect(Object.values(texts)).toEqual([open["bucket"]]);
    expect(candidates.filter(({ backend }) => backend === "remote").map(({ entry }) => entry)).toMatchObject([
      { bucket: "from-bake" },
      { bucket: "from-bake" },
    ]);
  });
});
