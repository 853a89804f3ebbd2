import {
  appendFileSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { MountExecOptions, MountExit, MountShell } from "../../src/builder/gateway/shell.ts";
import type { SaveResult } from "../../src/mounts/save.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { openLocalShell } from "../support/local-shell.ts";
import { openPlainStore } from "../support/plain-store.ts";
import { waitFor } from "../support/poll.ts";
import { fillStrangely } from "./strange-tree.ts";
import { describeTree, expectSame, forget, makeMount, makeTree, restore, save } from "./support.ts";

const mount = { id: "gomod", scope: "main", key: null };
const isRoot = process.getuid?.() === 0;

/** What looks at a mount in one pass: where root owns all of it, what tar cannot vouch for is found on the way. */
const onePass: readonly ScriptName[] = isRoot ? ["archive"] : ["archive", "doubt"];

/** The scripts of a save, by what only they do. */
const scripts = {
  archive: (text: string) => text.includes("tar -c -f - .;"),
  doubt: (text: string) => text.includes("$owners"),
  list: (text: string) => text.includes("-prune -o -print0"),
  read: (text: string) => text.includes('tar -c -f - -- "$@"'),
};
type ScriptName = keyof typeof scripts;

interface Spy {
  readonly shell: MountShell;
  /** Of the scripts that ran, in the order in which they began. */
  readonly ran: ScriptName[];
}

/** Does something to the mount when a script has read it; or something instead of a script; by its name. */
function spyOn(
  dir: string,
  after: Partial<Record<"archive" | "read", () => void>> = {},
  instead: Partial<Record<ScriptName, MountShell["exec"]>> = {},
): Spy {
  const local = openLocalShell(dir);
  const ran: ScriptName[] = [];
  const exec: MountShell["exec"] = async (argv, options) => {
    const name = (Object.keys(scripts) as ScriptName[]).find((each) => argv.some(scripts[each]));
    if (name !== undefined) ran.push(name);
    const act = name === "archive" ? after.archive : undefined;
    if (act !== undefined) return actBehindTar(local, argv, { ...options, act });
    const exit = await ((name && instead[name]) ?? local.exec)(argv, options);
    if (name === "read") after.read?.();
    return exit;
  };
  return { shell: { ...local, exec }, ran };
}

/** Runs the script that archives a mount, and does something when tar is through and nothing else was looked at. */
async function actBehindTar(
  { exec }: MountShell,
  argv: readonly string[],
  { act, ...options }: MountExecOptions & { readonly act: () => void },
): Promise<MountExit> {
  const isThrough = join(makeTempDir("through"), "file");
  const wait = `: > ${isThrough}; while [ -e ${isThrough} ]; do busybox sleep 0.01; done;`;
  const running = exec(
    argv.map((word) => word.replace("tar -c -f - .;", (tar) => `${tar} ${wait}`)),
    options,
  );
  await waitFor(async () => existsSync(isThrough), { what: "tar is through" });
  act();
  rmSync(isThrough);
  return running;
}

function makeFilled(): string {
  const dir = makeMount();
  makeTree(dir);
  return dir;
}

function snapshotOf(result: SaveResult) {
  if (result.kind !== "saved") throw new Error(`"${result.kind}"`);
  const { entries, blobs, root } = result.saved.snapshot;
  return { entries, root, digests: blobs.map(({ digest, length }) => [digest, length]) };
}

describe("a first save", () => {
  test("finds in one pass what a listing finds", async () => {
    const dir = makeFilled();
    fillStrangely(dir);
    const whole = spyOn(dir);
    const listed = spyOn(dir);
    const atOnce = await save(openPlainStore(), dir, { shell: whole.shell });
    forget(dir);
    const inTurn = await save(openPlainStore(), dir, { shell: listed.shell, mount: { ...mount, maxSize: 1e12 } });
    expect([whole.ran, listed.ran]).toEqual([
      ["archive", "doubt"],
      ["list", "read"],
    ]);
    expect(snapshotOf(atOnce)).toEqual(snapshotOf(inTurn));
    expect(atOnce.findings).toEqual([]);
  });

  test("says of a socket, which tar passes by, that it is not part of it", async () => {
    const dir = makeFilled();
    const server = createServer().listen(join(dir, "socket"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const { shell, ran } = spyOn(dir);
      const findings = [{ code: "BK5037", message: "1 devices, sockets or pipes are not part of the snapshot" }];
      expect(await save(openPlainStore(), dir, { shell })).toMatchObject({ kind: "saved", findings });
      expect(ran).toEqual(onePass);
    } finally {
      server.close();
    }
  });

  test("says how far it is, though not of how much", async () => {
    const progress: { readonly bytes: number; readonly totalBytes: number }[] = [];
    await save(openPlainStore(), makeFilled(), { onProgress: (step) => progress.push(step) });
    expect(Math.max(...progress.map(({ bytes }) => bytes))).toBeGreaterThan(1000);
    expect(new Set(progress.map(({ totalBytes }) => totalBytes))).toEqual(new Set([0]));
  });

  test("is followed by one that lists", async () => {
    const store = openPlainStore();
    const dir = makeFilled();
    await save(store, dir);
    const { shell, ran } = spyOn(dir);
    await save(store, dir, { shell });
    expect(ran[0]).toBe("list");
  });

  test("of a mount without anything in it saves nothing", async () => {
    const store = openPlainStore();
    expect(await save(store, makeMount())).toEqual({ kind: "unchanged", snapshot: null, findings: [] });
    expect(store.objects.size).toBe(0);
  });
});

describe("what changes after it was read", () => {
  const change = (dir: string) => appendFileSync(join(dir, "d1/f1"), "more");

  test("is what it was, where it is gone", async () => {
    const store = openPlainStore();
    const dir = makeFilled();
    const before = describeTree(dir).filter((line) => line.includes("/f"));
    const { shell } = spyOn(dir, { archive: () => rmSync(join(dir, "d1/f1")) });
    expect(await save(store, dir, { shell })).toMatchObject({ kind: "saved", findings: [] });
    const copy = makeMount();
    await restore(store, copy);
    expect(describeTree(copy).filter((line) => line.includes("/f"))).toEqual(before);
  });

  test("is read again", async () => {
    const store = openPlainStore();
    const dir = makeFilled();
    const { shell, ran } = spyOn(dir, { archive: () => change(dir) });
    expect(await save(store, dir, { shell })).toMatchObject({ kind: "saved", findings: [] });
    expect(ran).toEqual([...onePass, "read"]);
    await expectSame(store, dir);
  });

  test.each<readonly [string, (dir: string) => void]>([
    ["never stands still", change],
    [
      "became a folder",
      (dir) => (rmSync(join(dir, "d1/f1"), { recursive: true, force: true }), mkdirSync(join(dir, "d1/f1"))),
    ],
  ])("is left out where it %s, and said", async (_, again) => {
    const store = openPlainStore();
    const dir = makeFilled();
    const { shell, ran } = spyOn(dir, { archive: () => again(dir), read: () => again(dir) });
    expect(await save(store, dir, { shell })).toMatchObject({ kind: "saved", findings: [{ code: "BK5034" }] });
    expect(ran).not.toContain("list");
    const copy = makeMount();
    await restore(store, copy);
    expect(readdirSync(join(copy, "d1"))).not.toContain("f1");
    expect(readdirSync(join(copy, "d2"))).toHaveLength(6);
  });
});

describe("a mount that is not for one pass is listed after all", () => {
  /** Saves it, compares what comes back, and returns the scripts that ran. */
  const saveSoundly = async (dir: string, { shell, ran }: Spy): Promise<readonly ScriptName[]> => {
    const store = openPlainStore();
    expect(await save(store, dir, { shell })).toMatchObject({ kind: "saved", findings: [] });
    await expectSame(store, dir);
    return ran;
  };

  test("with a changed file of several names", async () => {
    const dir = makeFilled();
    linkSync(join(dir, "d1/f1"), join(dir, "d2/name"));
    const spy = spyOn(dir, { archive: () => appendFileSync(join(dir, "d1/f1"), "more") });
    expect(await saveSoundly(dir, spy)).toContain("list");
  });

  test.each<readonly [string, (dir: string) => void]>([
    ["a file", (dir) => writeFileSync(join(dir, "d1"), "a file")],
    ["a link", (dir) => symlinkSync("d2", join(dir, "d1"))],
  ])("with a folder that became %s", async (_, put) => {
    const dir = makeFilled();
    let isDone = false;
    const replace = () => {
      if (isDone) return;
      isDone = true;
      rmSync(join(dir, "d1"), { recursive: true });
      put(dir);
    };
    expect(await saveSoundly(dir, spyOn(dir, { archive: replace }))).toContain("list");
  });

  test.runIf(isRoot)("with more owners than a command line should have", async () => {
    const dir = makeFilled();
    for (let uid = 1; uid <= 120; uid++) {
      writeFileSync(join(dir, `of${uid}`), "");
      chownSync(join(dir, `of${uid}`), uid, 0);
    }
    expect(await saveSoundly(dir, spyOn(dir))).toContain("list");
  });

  test.each<readonly [string, ScriptName, (exec: MountShell["exec"]) => MountShell["exec"]]>([
    ["that cannot be asked for owners", "doubt", (exec) => () => exec(["sh", "-c", "exit 1"])],
    ["whose archive is cut off", "archive", (exec) => (argv, options) => cutOff(exec, argv, options)],
    ["whose archive is none", "archive", (exec) => (_, options) => exec(["sh", "-c", "echo no"], options)],
    [
      "of which tar says that it failed",
      "archive",
      (exec) =>
        async (...args) => ({ ...(await exec(...args)), exitCode: 1 }),
    ],
  ])("%s", async (_, name, broken) => {
    const dir = makeFilled();
    if (isRoot && name === "doubt") chownSync(join(dir, "d1/f1"), 1, 1);
    const spy = spyOn(dir, {}, { [name]: broken(openLocalShell(dir).exec) });
    expect(await saveSoundly(dir, spy)).toContain("list");
  });

  const cutOff: (
    exec: MountShell["exec"],
    ...args: Parameters<MountShell["exec"]>
  ) => ReturnType<MountShell["exec"]> = (exec, argv, options = {}) => {
    let left = 5000;
    return exec(argv, {
      ...options,
      onOutput(piece) {
        const kept = piece.subarray(0, Math.max(0, left));
        left -= piece.length;
        return kept.length === 0 ? undefined : options.onOutput?.(kept);
      },
    });
  };
});

test("an abort while it is read ends it, and nothing goes on behind it", async () => {
  const store = openPlainStore();
  const dir = makeFilled();
  const aborter = new AbortController();
  const { shell, ran } = spyOn(dir, { archive: () => aborter.abort() });
  await expect(save(store, dir, { shell, signal: aborter.signal })).rejects.toMatchObject({ name: "AbortError" });
  const count = ran.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(ran).toHaveLength(count);
  expect([...store.objects.keys()].filter((key) => key.startsWith("v1/m/"))).toEqual([]);
});
