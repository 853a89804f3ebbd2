import { describe, expect, test } from "vitest";
import type { Plan } from "../../src/bake/model.ts";
import { resolveScopes, sharedScopes } from "../../src/cache/scopes.ts";

const cacheWith = (scope: string) => ({ cache: { scope } });
const plan = { targets: { api: cacheWith("main"), worker: cacheWith("worker") } } as unknown as Pick<Plan, "targets">;

describe("resolveScopes", () => {
  test.each<readonly [string, object, Record<string, string>, readonly (readonly [string, string])[], string]>([
    ["the target's own", {}, {}, [["main", "it is the target's own"]], "main"],
    [
      "what the flag names comes first",
      { readScope: "fix" },
      {},
      [
        ["fix", "--read-scope names it"],
        ["main", "it is the target's own"],
      ],
      "main",
    ],
    [
      "what is written is read",
      { writeScope: "fix" },
      {},
      [
        ["fix", "--write-scope names it, and writes it"],
        ["main", "it is the target's own"],
      ],
      "fix",
    ],
    [
      "the flag beats the variable",
      { readScope: "fix" },
      { BKCACHE_READ_SCOPE: "next", BKCACHE_WRITE_SCOPE: "next" },
      [
        ["fix", "--read-scope names it"],
        ["main", "it is the target's own"],
      ],
      "next",
    ],
    ["an empty variable is none", {}, { BKCACHE_READ_SCOPE: "" }, [["main", "it is the target's own"]], "main"],
    ["each once", {}, { BKCACHE_READ_SCOPE: "main" }, [["main", "BKCACHE_READ_SCOPE names it"]], "main"],
  ])("%s", (_, flags, env, read, write) => {
    const { api } = resolveScopes(plan, flags, env);
    expect(api?.read.map(({ scope, why }) => [scope, why])).toEqual(read);
    expect(api?.write).toBe(write);
  });

  test("each target has its own default, and what several share is in that of the first", () => {
    const scopes = resolveScopes(plan, { readScope: "fix" }, {});
    expect(scopes["worker"]).toMatchObject({ write: "worker" });
    expect(sharedScopes(scopes, ["worker", "api"])).toEqual({ read: ["fix", "worker"], write: "worker" });
    expect(() => sharedScopes(scopes, ["other"])).toThrow(/other/);
  });
});
