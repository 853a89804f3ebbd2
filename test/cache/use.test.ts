import { describe, expect, test } from "vitest";
import { createBarePlan } from "../../src/bake/printed.ts";
import type { Plan } from "../../src/bake/model.ts";
import { resolveCacheUse, whyNotWrite } from "../../src/cache/use.ts";
import { onlyRead } from "../../src/build/only-read.ts";

const plan = createBarePlan({ project: "shop", backends: {}, targets: {}, groups: {} });
const resolve = (cache: string | undefined, env: Record<string, string>, hasConfig: boolean) =>
  resolveCacheUse({ plan, flags: { cache }, env, dir: "/", hasConfig });

describe("resolveCacheUse", () => {
  test.each([
    ["a laptop reads", undefined, {}, true, "read"],
    ["CI writes", undefined, { CI: "true" }, true, "read-write"],
    ["CI=false is no CI", undefined, { CI: "false" }, true, "read"],
    ["a pull request on GitHub reads", undefined, { CI: "1", GITHUB_EVENT_NAME: "pull_request" }, true, "read"],
    [
      "so does one that runs in the base",
      undefined,
      { CI: "1", GITHUB_EVENT_NAME: "pull_request_target" },
      true,
      "read",
    ],
    ["a push on GitHub writes", undefined, { CI: "1", GITHUB_EVENT_NAME: "push" }, true, "read-write"],
    ["a merge request on GitLab reads", undefined, { CI: "1", CI_MERGE_REQUEST_IID: "7" }, true, "read"],
    ["Buildkite says false for none", undefined, { CI: "1", BUILDKITE_PULL_REQUEST: "false" }, true, "read-write"],
    ["without a config the variable asks for both", undefined, {}, false, "read-write"],
    ["but not for a pull request", undefined, { CHANGE_ID: "3" }, false, "read"],
    ["BKCACHE beats what CI says", undefined, { CI: "1", BKCACHE: "off" }, true, "off"],
    ["--cache beats BKCACHE", "read-write", { BKCACHE: "off" }, true, "read-write"],
    ["--cache auto beats it too", "auto", { BKCACHE: "off", CI: "1" }, true, "read-write"],
    ["an empty BKCACHE is unset", undefined, { BKCACHE: "" }, true, "read"],
    ["Jenkins is CI without CI", undefined, { JENKINS_URL: "https://ci.test/" }, true, "read-write"],
    ["what others may start reads", undefined, { CI: "1", GITHUB_EVENT_NAME: "workflow_run" }, true, "read"],
    ["cache-mode none is off", undefined, { CI: "1", ACTIONS_CACHE_MODE: "none" }, true, "off"],
    ["cache-mode read", undefined, { CI: "1", ACTIONS_CACHE_MODE: "read" }, true, "read"],
    ["cache-mode read without a config", undefined, { ACTIONS_CACHE_MODE: "read" }, false, "read"],
    ["cache-mode write-only", undefined, { CI: "1", ACTIONS_CACHE_MODE: "write-only" }, true, "write"],
    ["cache-mode write", undefined, { CI: "1", ACTIONS_CACHE_MODE: "write" }, true, "read-write"],
    [
      "cache-mode write trusts no request",
      undefined,
      { CI: "1", ACTIONS_CACHE_MODE: "write", CHANGE_ID: "3" },
      true,
      "read",
    ],
    [
      "cache-mode write-only leaves a request nothing",
      undefined,
      { CI: "1", ACTIONS_CACHE_MODE: "write-only", CHANGE_ID: "3" },
      true,
      "off",
    ],
    ["--cache beats cache-mode", "read-write", { CI: "1", ACTIONS_CACHE_MODE: "none" }, true, "read-write"],
  ] as const)("%s", (_name, flag, env, hasConfig, expected) => {
    const { layers, mounts } = resolve(flag, env, hasConfig);
    const { read, write } = layers;
    expect([read ? "read" : "", write ? "write" : ""].filter(Boolean).join("-") || "off").toBe(expected);
    expect(mounts).toEqual(layers);
  });

  test("entries of the user's own replace a direction of the layers, and leave the mounts", () => {
    const request = { plan, flags: { cache: "read-write" }, env: {}, dir: "/", hasConfig: true };
    const use = resolveCacheUse({ ...request, replaced: { read: true, write: false } });
    expect(use).toMatchObject({ layers: { read: false, write: true }, mounts: { read: true, write: true } });
  });

  describe("outside of CI", () => {
    const disk = { type: "local", path: "/disk" } as const;
    const remote = { type: "s3", bucket: "b", prefix: "" } as const;
    const backends = { disk, remote } as unknown as Plan["backends"];
    const planOf = (written: readonly string[], mountBackend: string | null): Plan => {
      const to = { kind: "policy", backends: written } as const;
      const target = { cache: { from: to, to, scope: "main" } } as unknown as Plan["targets"][string];
      return { ...plan, backends, mountBackend, targets: { app: target } };
    };
    test.each([
      ["a folder is written", ["disk"], "disk", {}, [true, true]],
      ["a bucket is not", ["remote"], "remote", {}, [false, false]],
      ["of both the folder alone", ["disk", "remote"], "remote", {}, [true, false]],
      ["CI writes both", ["disk", "remote"], "remote", { CI: "1" }, [true, true]],
      ["a request writes neither", ["disk"], "disk", { CI: "1", CHANGE_ID: "3" }, [false, false]],
      ["nobody where that is said", ["disk"], "disk", { BKCACHE: "read" }, [false, false]],
    ] as const)("%s", (_, written, mountBackend, env, expected) => {
      const use = resolveCacheUse({ plan: planOf(written, mountBackend), flags: {}, env, dir: "/", hasConfig: true });
      expect([use.layers.write, use.mounts.write]).toEqual(expected);
    });

    test("what a run of no level of trust did not write is said, folders too", () => {
      const made = {
        ...planOf(["disk"], "remote"),
        trust: { main: { when: ["default-branch"], reads: [], cache: "read" } },
      } as Plan;
      const said = (cache?: string) => {
        const use = resolveCacheUse({ plan: made, flags: { cache }, env: {}, dir: "/", hasConfig: true });
        return onlyRead(made, ["app"], { use, hasMounts: false });
      };
      const message =
        "no level of trust is for this build: this is not CI; a level under `trust` writes in a place of its own";
      expect(said()).toBe(`disk and remote were only read, since ${message}`);
      expect(said("read-write")).toBe(`disk and remote were only read, since --cache says read-write, and ${message}`);
      expect(said("read")).toBeNull();
    });

    test("what is only read is said, with the switch", () => {
      const said = (
        written: readonly string[],
        mountBackend: string | null,
        env: Readonly<Record<string, string>>,
        hasMounts = false,
      ) => {
        const made = planOf(written, mountBackend);
        const use = resolveCacheUse({ plan: made, flags: {}, env, dir: "/", hasConfig: true });
        return onlyRead(made, ["app"], { use, hasMounts });
      };
      expect(said(["disk", "remote"], "remote", {})).toBe(
        "remote was only read, since this is not CI; `--cache read-write` writes there too",
      );
      expect(said(["remote"], "remote", {}, true)).toBe(
        "the cache mounts were saved nowhere, and remote was only read, since this is not CI; `--cache read-write` writes there too",
      );
      expect(said(["remote"], "disk", {}, true)).not.toContain("mounts");
      expect(said(["disk"], "disk", {}, true)).toBeNull();
      expect(said(["disk", "remote"], "remote", { CI: "1" })).toBeNull();
      expect(said(["remote"], "remote", { BKCACHE: "read" })).toBeNull();
    });
  });

  test("a word that is no use is BK1002 and names where it stands", () => {
    expect(() => resolve("on", {}, true)).toThrow(expect.objectContaining({ code: "BK1002" }));
    expect(() => resolve(undefined, { BKCACHE: "yes" }, true)).toThrow(/BKCACHE: "yes"/);
  });
});

describe("whyNotWrite", () => {
  test.each([
    ["a laptop may, where it is asked to", undefined, {}, null],
    ["a pull request may not", undefined, { GITHUB_EVENT_NAME: "pull_request" }, "GITHUB_EVENT_NAME"],
    ["it may where the flag says so", "read-write", { GITHUB_EVENT_NAME: "pull_request" }, null],
    ["nobody may where writing is switched off", undefined, { BKCACHE: "read", CI: "true" }, "BKCACHE"],
    ["off is off", "off", {}, "--cache"],
    ["nobody may by a cache-mode that reads", undefined, { ACTIONS_CACHE_MODE: "read" }, "ACTIONS_CACHE_MODE"],
  ])("%s", (_, flag, env, reason) => {
    const why = whyNotWrite({ cache: flag, level: null }, env);
    if (reason === null) expect(why).toBeNull();
    else expect(why).toContain(reason);
  });
});
