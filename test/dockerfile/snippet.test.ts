import { describe, expect, test } from "vitest";
import { presetEnv, type PresetName, presetNames, presets } from "../../src/config/presets.ts";
import type { ResolvedMount } from "../../src/config/resolved.ts";
import type { BkcacheError } from "../../src/diagnostics/error.ts";
import { renderMountFlag } from "../../src/dockerfile/mount-flag.ts";
import { parseDockerfile, readArgs } from "../../src/dockerfile/parse.ts";
import { createSnippet, renderSnippet } from "../../src/dockerfile/snippet.ts";

function mountOf(preset: PresetName, changes: Partial<ResolvedMount> = {}): ResolvedMount {
  const { target, sharing, ...rest } = { ...presets[preset], ...changes };
  const folder = target ?? "/app/.next/cache";
  const env = changes.env ?? presetEnv(presets[preset], folder);
  return {
    preset,
    id: rest.id ?? `shop-${preset}`,
    target: folder,
    sharing,
    perArch: false,
    env,
    key: [],
    persist: true,
  };
}

describe("a snippet", () => {
  test("holds ARG, ENV, setup, notes, marker and flags in the order of a stage", () => {
    const text = renderSnippet(
      createSnippet({
        apt: mountOf("apt", { id: "shop-apt-${TARGETARCH}" }),
        gomod: mountOf("go-mod"),
      }),
    );
    expect(text.split("\n").filter((line) => !line.startsWith("# - "))).toEqual([
      "# Once in each stage that uses the mounts:",
      "ARG TARGETARCH",
      "ENV GOMODCACHE=/go/pkg/mod",
      presets.apt.setup[0],
      "",
      "# apt: downloaded packages",
      "# gomod: downloaded modules",
      "",
      "# bkcache: apt gomod",
      "RUN --mount=type=cache,id=shop-apt-${TARGETARCH},target=/var/cache/apt,sharing=locked \\",
      "    --mount=type=cache,id=shop-go-mod,target=/go/pkg/mod \\",
      "    your-command",
      "",
    ]);
    for (const note of presets.apt.notes) expect(text).toContain(`# - ${note}\n`);
  });

  test("of a mount without variables has nothing before the RUN but comments", () => {
    const text = renderSnippet(createSnippet({ own: { ...mountOf("npm"), env: {} } }));
    expect(parseDockerfile(text).instructions.map(({ keyword }) => keyword)).toEqual(["RUN"]);
  });

  test.each(presetNames)("of %s is a Dockerfile that holds what the preset says", (name) => {
    const mount = mountOf(name, { id: "shop-x-${TARGETARCH}" });
    const dockerfile = parseDockerfile(`FROM scratch\n${renderSnippet(createSnippet({ x: mount }))}`);
    const [stage] = dockerfile.stages;
    const of = (keyword: string) => stage?.instructions.filter((each) => each.keyword === keyword) ?? [];
    expect(of("ARG").flatMap((each) => readArgs(each, dockerfile.escape))).toEqual([
      { name: "TARGETARCH", value: null },
    ]);
    expect(
      of("ENV")
        .flatMap(({ args }) => args.split(/\s+/))
        .sort(),
    ).toEqual(
      Object.entries(mount.env)
        .map(([variable, value]) => `${variable}=${value}`)
        .sort(),
    );
    const run = of("RUN").at(-1);
    expect(of("RUN").length).toBe(1 + presets[name].setup.length);
    expect(run?.flags.map((flag) => `--${flag.name}=${flag.value}`)).toEqual([renderMountFlag(mount)]);
    expect(run?.comments.at(-1)?.text).toBe("bkcache: x");
  });

  test("writes values that ENV would read otherwise so that it does not", () => {
    const { instructions } = parseDockerfile(
      renderSnippet(createSnippet({ x: { ...mountOf("npm"), env: { A: 'b c$d "e" \\', B: "" } } })),
    );
    expect(instructions[0]?.args).toMatch(/^A="b c\\\$d \\"e\\" \\\\" +B=""$/);
  });

  test("refuses two values of one variable, and takes one value twice", () => {
    const gradle = mountOf("gradle");
    const wrapper = mountOf("gradle", { id: "shop-wrapper", target: "/root/.gradle/wrapper" });
    expect(createSnippet({ gradle, wrapper }).env).toEqual({ GRADLE_USER_HOME: "/root/.gradle" });
    const other = mountOf("gradle", { id: "shop-other", target: "/other/caches" });
    expect(() => createSnippet({ gradle, other })).toThrow(expect.objectContaining({ code: "BK2071" }) as BkcacheError);
  });
});
