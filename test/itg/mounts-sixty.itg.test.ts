import { expect } from "vitest";
import { makeTempDir } from "../support/cleanup.ts";
import {
  baseStage,
  emptyBuilder,
  mountEnvironment,
  mountRecords,
  runStep,
  runWithMounts,
} from "../support/mount-project.ts";
import { test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* More mounts than a connection could once carry: all of them are saved, and come back. */

const step = (mount: string, label: string) =>
  runStep(
    `--mount=type=cache,target=/cache,${mount}`,
    `cd /cache && echo "found ${label}: "$(ls) && touch "$(cat /src/a.txt)"`,
  );

const test = serverTest.extend("makeProject", ({ builder }) => (dockerfile: string, config: object) => {
  const workspace = makeWorkspace({
    "bkcache.config.json": JSON.stringify({
      project: "shop",
      backends: { disk: { type: "local", path: makeTempDir("store") } },
      cache: { read: ["disk"], write: ["disk"] },
      ...config,
    }),
    Dockerfile: baseStage + dockerfile,
    "src/a.txt": "one",
  });
  const run = () => runWithMounts(workspace, ["bake"], mountEnvironment(builder, { BKCACHE: "read-write" }));
  return { workspace, run };
});

const outcomesOf = ({ mounts }: Awaited<ReturnType<typeof runWithMounts>>, direction: "restore" | "save") => [
  ...new Set(mounts.map((mount) => mount[direction]?.outcome)),
];

test("twelve mounts of one Dockerfile", async ({ makeProject, builder, busybox }) => {
  const names = Array.from({ length: 12 }, (_, index) => `m${index}`);
  const { workspace, run } = makeProject(names.map((name) => step(`id=shop-${name}`, name)).join(""), {
    targets: { app: { contexts: { busybox } } },
  });
  const first = await run();
  expect([first.exitCode, first.mounts.length, outcomesOf(first, "save")]).toEqual([0, 12, ["saved"]]);
  await emptyBuilder(builder);
  workspace.write("src/a.txt", "two");
  const second = await run();
  expect(second.found).toEqual(Object.fromEntries(names.map((name) => [name, "one"])));
  expect([outcomesOf(second, "restore"), outcomesOf(second, "save")]).toEqual([["restored"], ["saved"]]);
  expect(second.stderr).not.toContain("BK4021");
});

test(
  "sixty mounts of sixty targets on one builder",
  { timeout: 600_000 },
  async ({ makeProject, builder, busybox }) => {
    const names = Array.from({ length: 60 }, (_, index) => `t${index}`);
    const { workspace, run } = makeProject(`ARG NAME\n${step("id=shop-${NAME}", "${NAME}")}`, {
      targets: Object.fromEntries(names.map((name) => [name, { contexts: { busybox }, args: { NAME: name } }])),
    });
    const first = await run();
    expect([first.exitCode, first.mounts.length, outcomesOf(first, "save")]).toEqual([0, 60, ["saved"]]);
    await emptyBuilder(builder);
    workspace.write("src/a.txt", "two");
    const second = await run();
    expect([second.exitCode, outcomesOf(second, "restore"), outcomesOf(second, "save")]).toEqual([
      0,
      ["restored"],
      ["saved"],
    ]);
    expect(await mountRecords(builder)).toHaveLength(60);
    expect(second.stderr).not.toContain("BK4021");
  },
);
