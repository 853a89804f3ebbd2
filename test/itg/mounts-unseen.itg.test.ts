import { expect } from "vitest";
import type { MountIdentity } from "../../src/builder/gateway/shell.ts";
import { compareNames } from "../../src/config/names.ts";
import { notePath } from "../../src/mounts/note-script.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { inMount, makeGatewayBuilder, runIn } from "../support/gateway-builder.ts";
import { emptyBuilder, mountEnvironment, runWithMounts } from "../support/mount-project.ts";
import { test as serverTest } from "../support/servers.ts";
import { makeWorkspace } from "../support/workspace.ts";

/* Nothing of bkcache's is visible to a step: not in its mount, and so not in what it copies out of it. */

const base = `FROM scratch AS base
ENV PATH=/bin
COPY --link --from=busybox /bin/busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
`;

const test = serverTest.extend("makeProject", ({ builder, busybox }) => (dockerfile: string) => {
  const workspace = makeWorkspace({
    "bkcache.config.json": JSON.stringify({
      project: "shop",
      backends: { disk: { type: "local", path: makeTempDir("store") } },
      cache: { read: [], write: [], mounts: "disk" },
      targets: { app: { contexts: { busybox } } },
    }),
    Dockerfile: base + dockerfile,
  });
  return async (source: string) => {
    workspace.write("src/a.txt", source);
    const result = await runWithMounts(workspace, ["bake"], mountEnvironment(builder, { BKCACHE: "read-write" }));
    expect(result.exitCode, result.stderr).toBe(0);
    return result;
  };
});

test("a step that is not root may change all that its mount holds", async ({ makeProject, builder }) => {
  const run = makeProject(`RUN mkdir -p /home/w/.cache && chown 1000:1000 /home/w/.cache
USER 1000:1000
COPY src /src
RUN --mount=type=cache,target=/home/w/.cache,uid=1000,gid=1000 cp /src/a.txt /home/w/.cache/$(cat /src/a.txt) && chmod -R u+w /home/w/.cache && echo "found data: "$(ls -A /home/w/.cache)
`);
  expect((await run("one")).found).toEqual({ data: "one" });
  expect((await run("two")).found).toEqual({ data: "one two" });
  await emptyBuilder(builder);
  const third = await run("three");
  expect(third.found).toEqual({ data: "one three two" });
  expect(third.mounts).toMatchObject([
    { restore: { outcome: "restored", files: 2 }, save: { outcome: "saved", files: 3 } },
  ]);
});

test("what a stage copies out of a mount is the same in each build, and later stages hit", async ({
  makeProject,
  builder,
}) => {
  const run = makeProject(`FROM base AS build
COPY src /src
RUN --mount=type=cache,target=/app/vendor,id=vend mkdir -p /app/vendor/lib && echo lib > /app/vendor/lib/one && mkdir /out && cp -a /app/vendor/. /out/
FROM base
COPY --from=build /out /app/vendor
RUN echo "found image: "$(find /app/vendor -name '.bk*'; ls -A /app/vendor)
`);
  const isLastRun = ({ report }: Awaited<ReturnType<typeof run>>) =>
    report.targets["app"]?.steps?.ran.some(({ name }) => name.includes("found image"));
  const first = await run("one");
  expect([first.found, isLastRun(first)]).toEqual([{ image: "lib" }, true]);
  for (const source of ["two", "three"]) expect(isLastRun(await run(source))).toBe(false);
  await emptyBuilder(builder);
  expect((await run("four")).found).toEqual({ image: "lib" });
});

test("a stamp that an older version has left in a mount is taken over and removed", async ({
  makeProject,
  builder,
}) => {
  const run = makeProject(`COPY src /src
RUN --mount=type=cache,target=/data,id=data echo "found data: "$(ls -A /data); cp /src/a.txt /data/$(cat /src/a.txt)
`);
  await run("one");
  const { run: runStep } = await makeGatewayBuilder(builder);
  const stamp = JSON.stringify({ v: 1, mount: "shop", scope: "main", key: "k", sha256: "0" });
  await runStep("id=data,target=/data", `cd /data && printf '%s' '${stamp}' > .bkcache`);
  // While a mount is young it is opened before the build, else after it.
  await run("two");
  expect((await run("three")).found).toEqual({ data: "one two" });
});

test("what is noted of a mount is not taken for one that was made anew, nor for another one", async ({ builder }) => {
  const { open } = await makeGatewayBuilder(builder);
  const gateway = await open();
  const script = `${notePath}busybox grep -c " $PWD " /proc/self/mountinfo; echo "$note"`;
  const noteOf = async (mount: MountIdentity) => {
    const { stdout } = await inMount(gateway, mount, (shell) => runIn(shell, ["sh", "-c", script]));
    const [count, note = ""] = stdout.trim().split("\n");
    expect([count, note]).toEqual(["1", expect.stringMatching(/^\/n\/[0-9a-f]{32}$/)]);
    return note;
  };
  try {
    const plain = { id: "a", namespace: "" };
    const owned = { ...plain, uid: 1000 };
    const first = [await noteOf(plain), await noteOf(owned), await noteOf({ ...plain, id: "b" })];
    expect(new Set(first).size).toBe(3);
    expect([await noteOf(plain), await noteOf(owned)]).toEqual(first.slice(0, 2));
    // Its own mount is no mount of a build.
    const records = await gateway.listMountRecords();
    expect(records.map(({ mountId }) => mountId ?? "").toSorted(compareNames)).toEqual(["a", "a", "b"]);
    await gateway.removeRecords(records.map(({ recordId }) => recordId));
    expect(await gateway.listMountRecords()).toEqual([]);
    expect(first).not.toContain(await noteOf(plain));
    expect(first).not.toContain(await noteOf(owned));
  } finally {
    await gateway.close();
  }
});
