import { describe, expect, test } from "vitest";
import type { BakeTarget, Plan } from "../../src/bake/model.ts";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { ResolvedMount } from "../../src/config/resolved.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { findCarriedMounts } from "../../src/carry/find.ts";

const gomod: ResolvedMount = {
  id: "shop-gomod",
  target: "/go/pkg/mod",
  sharing: "shared",
  perArch: false,
  env: {},
  key: ["go.sum"],
  maxSize: "1GB",
  persist: true,
};

interface Given {
  readonly dockerfile: string | null;
  readonly mounts?: Record<string, ResolvedMount>;
  readonly listed?: readonly string[] | null;
  readonly target?: BakeTarget;
}

function find({ dockerfile, mounts = {}, listed = null, target = {} }: Given) {
  const bare = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });
  const planned = { attributes: {}, inherits: [], bases: {}, mounts: listed } as unknown as Plan["targets"][string];
  return findCarriedMounts({
    plan: { ...bare, mounts, targets: { api: planned } },
    targets: ["api"],
    definition: { groups: {}, targets: { api: target } },
    read: () =>
      dockerfile === null
        ? { dockerfile: null, reason: "elsewhere" }
        : { dockerfile: parseDockerfile(dockerfile), path: "/Dockerfile" },
    platform: "linux/amd64",
  });
}

const runs = (...flags: readonly string[]) =>
  `FROM scratch\nARG TARGETARCH\n${flags.map((flag) => `RUN --mount=type=cache,${flag} go build\n`).join("")}`;

describe("without declared mounts", () => {
  test("all that the Dockerfile uses are carried, default ids included", () => {
    const { mounts, findings } = find({ dockerfile: runs("target=/go/pkg/mod/", "id=b,target=/b,uid=1000,mode=0700") });
    expect(findings).toEqual([]);
    expect(mounts).toMatchObject([
      { name: "/go/pkg/mod", identity: { id: "/go/pkg/mod", namespace: "" }, targets: ["api"], maxSize: null },
      { name: "b", identity: { id: "b", uid: 1000, mode: 0o700 } },
    ]);
    expect(mounts.map(({ storeId }) => storeId)).toEqual([
      "shop linux-amd64  /go/pkg/mod",
      "shop linux-amd64  b uid=1000,mode=700",
    ]);
  });

  test.each([
    ["private", "id=x,target=/x,sharing=private"],
    ["seeded", "id=x,target=/x,from=seed"],
    ["an id that the base image decides", "id=x-$GOLANG_VERSION,target=/x"],
    ["an owner that the base image decides", "id=x,target=/x,uid=$APP_UID"],
  ])("%s stays on the builder, and that is said", (_, flag) => {
    const { mounts, findings } = find({ dockerfile: runs(flag).replace("scratch", "golang") });
    expect(mounts).toEqual([]);
    expect(findings).toMatchObject([{ code: "BK5050" }]);
  });

  test("they come in the order in which steps need them, whatever stages are called", () => {
    const run = (id: string) => `RUN --mount=type=cache,id=${id},target=/x go build\n`;
    const dockerfile = `FROM scratch AS z\n${run("c")}${run("b")}FROM scratch AS unused\n${run("no")}FROM scratch\n${run("a")}${run("c")}COPY --from=z /x /x\n`;
    expect(find({ dockerfile }).mounts.map(({ name }) => name)).toEqual(["c", "b", "a"]);
  });

  test("every platform of a target has mounts of its own", () => {
    const { mounts } = find({
      dockerfile: runs("id=c-$TARGETARCH,target=/c"),
      target: { platforms: ["linux/amd64", "linux/arm64"] },
    });
    expect(mounts.map(({ identity, platform }) => [identity.id, platform])).toEqual([
      ["c-amd64", "linux/amd64"],
      ["c-arm64", "linux/arm64"],
    ]);
  });

  test("the namespace of the build is part of the mount", () => {
    const { mounts } = find({
      dockerfile: runs("id=c,target=/c"),
      target: { args: { BUILDKIT_CACHE_MOUNT_NS: "ns" } },
    });
    expect(mounts[0]?.identity).toEqual({ id: "c", namespace: "ns" });
  });
});

describe("with declared mounts", () => {
  const dockerfile = runs("id=shop-gomod,target=/go/pkg/mod", "id=other,target=/o", "target=/d");

  test("those are carried under their names and with their settings, the others as without", () => {
    expect(find({ dockerfile, mounts: { gomod } }).mounts).toMatchObject([
      { name: "gomod", keyFiles: ["go.sum"], maxSize: 1_000_000_000 },
      { name: "other", keyFiles: [], maxSize: null },
      { name: "/d", keyFiles: [], maxSize: null },
    ]);
  });

  test("a declared mount with persist: false switches off that one alone", () => {
    const { mounts, findings } = find({ dockerfile, mounts: { gomod: { ...gomod, persist: false } } });
    expect(mounts.map(({ name }) => name)).toEqual(["other", "/d"]);
    expect(findings).toEqual([]);
  });

  test("a target that lists its mounts has those alone", () => {
    const { mounts } = find({ dockerfile, mounts: { gomod }, listed: ["gomod"] });
    expect(mounts.map(({ name }) => name)).toEqual(["gomod"]);
  });

  test("not those that are not to be persisted, nor any for a target that lists none", () => {
    const dockerfile = runs("id=shop-gomod,target=/go/pkg/mod");
    expect(find({ dockerfile, mounts: { gomod: { ...gomod, persist: false } } }).mounts).toEqual([]);
    expect(find({ dockerfile, mounts: { gomod }, listed: [] }).mounts).toEqual([]);
  });

  test("the config alone tells where the Dockerfile cannot be read", () => {
    const given = { dockerfile: null, mounts: { gomod: { ...gomod, uid: 7, mode: "0750" } } };
    expect(find(given).mounts).toEqual([]);
    expect(find({ ...given, listed: ["gomod"] }).mounts).toMatchObject([
      { name: "gomod", identity: { id: "shop-gomod", uid: 7, mode: 0o750 } },
    ]);
  });
});
