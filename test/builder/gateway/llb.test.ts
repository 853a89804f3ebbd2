import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { helperRoot, mountBase, mountKey } from "../../../src/builder/gateway/llb.ts";
import { Op } from "../../../src/builder/gateway/messages.ts";
import type { MountIdentity } from "../../../src/builder/gateway/shell.ts";

const identity = (extra: Partial<MountIdentity> = {}): MountIdentity => ({
  id: "x",
  namespace: "",
  ...extra,
});
const ops = (definition: ReturnType<typeof mountBase>) =>
  (definition?.def ?? []).map((bytes) => ({ bytes, op: Op.decode(Buffer.from(bytes)) }));

describe("what a mount begins with", () => {
  test("nothing, where neither owner nor mode is given", () => {
    expect(mountBase(identity())).toBeNull();
  });

  test.each<[Partial<MountIdentity>, { uid: number; gid: number; mode: number }]>([
    [{ uid: 0 }, { uid: 0, gid: 0, mode: 0o755 }],
    [{ gid: 7 }, { uid: 0, gid: 7, mode: 0o755 }],
    [{ mode: 0o700 }, { uid: 0, gid: 0, mode: 0o700 }],
    [
      { uid: 5, gid: 6, mode: 0o1777 },
      { uid: 5, gid: 6, mode: 0o777 },
    ],
  ])("%o", (extra, { uid, gid, mode }) => {
    const [made, result] = ops(mountBase(identity(extra)));
    expect(made?.op.file?.actions).toEqual([
      {
        input: -1,
        secondaryInput: -1,
        output: 0,
        mkfile: undefined,
        mkdir: {
          path: "/cache",
          mode,
          owner: { user: { byID: uid }, group: { byID: gid } },
          timestamp: -1,
        },
      },
    ]);
    const digest = `sha256:${createHash("sha256")
      .update(made?.bytes ?? "")
      .digest("hex")}`;
    expect(result?.op).toMatchObject({ inputs: [{ digest, index: 0 }], file: undefined });
  });
});

test("the helper's root holds the helper, and a folder for what goes with a container", () => {
  const [made] = ops(helperRoot(Buffer.from("program")));
  expect(made?.op.file?.actions.map(({ mkdir, mkfile }) => mkdir?.path ?? mkfile?.path)).toEqual([
    "/bin",
    "/bin/busybox",
    "/s",
  ]);
  expect(made?.op.file?.actions[1]?.mkfile).toMatchObject({
    data: Buffer.from("program"),
    mode: 0o755,
  });
});

test.each([
  ["", "/root/.npm", "//root/.npm"],
  ["", "shop-npm", "/shop-npm"],
  ["team", "shop-npm", "team/shop-npm"],
])("key of %j and %j", (namespace, id, key) => {
  expect(mountKey({ namespace, id })).toBe(key);
});
