import { describe, expect, test } from "vitest";
import { chooseFolder, type Folder } from "../../src/carry/choose-folder.ts";

function folder(recordId: string, files: number, lastUsedAt: number): Folder {
  const rest = { mountId: "m", namespace: "", isInUse: false, createdAt: 1, usageCount: 3, hasBase: false };
  return {
    settled: null,
    stamp: null,
    files,
    bytes: files * 4096,
    record: { ...rest, recordId, bytes: files * 4096, lastUsedAt },
  };
}

const empty = folder("empty", 0, 9);
const idle = folder("idle", 0, 2);
const full = folder("full", 3, 1);
const other = folder("other", 900, 5);

describe("chooseFolder", () => {
  test.each([
    ["the one with content, though another was used later", [empty, full, idle], [], full],
    ["of empty ones the one that was used last", [idle, empty], [], empty],
    ["the one that is named", [full, other, empty], ["full"], full],
    ["the one that is named, though it is empty", [full, empty], ["empty"], empty],
    ["the only one with content, where another mount's is named", [full, empty], ["elsewhere"], full],
  ])("keeps %s", (_, folders, named, kept) => {
    const choice = chooseFolder(folders, named);
    expect(choice).toEqual({ kind: "chosen", kept, removed: folders.filter((each) => each !== kept) });
  });

  test.each([
    ["several hold something", [full, other, empty], []],
    ["several are named", [full, other], ["full", "other"]],
  ])("leaves it to the user where %s, however different they are", (_, folders, named) => {
    expect(chooseFolder(folders, named)).toEqual({ kind: "undecided" });
  });
});
