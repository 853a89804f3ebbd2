import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readKeys } from "../../src/relay/keys.ts";
import { makeTempDir } from "../support/cleanup.ts";

const secret = "0123456789abcdef0123456789abcdef";
const caller = { name: "ci", accessKeyId: "CIKEY00000000001", secretAccessKey: secret };

function write(content: unknown, mode = 0o600): string {
  const dir = makeTempDir("keys");
  writeFileSync(join(dir, "keys.json"), typeof content === "string" ? content : JSON.stringify(content));
  chmodSync(join(dir, "keys.json"), mode);
  return dir;
}

test("a caller may read, and write where that is said", () => {
  const dir = write({
    callers: [
      caller,
      { ...caller, name: "w", accessKeyId: "CIKEY00000000002", access: "read-write", backends: ["remote"] },
    ],
  });
  expect(readKeys("keys.json", dir)).toEqual([
    { name: "ci", keys: { accessKeyId: caller.accessKeyId, secretAccessKey: secret }, mayWrite: false },
    {
      name: "w",
      keys: { accessKeyId: "CIKEY00000000002", secretAccessKey: secret },
      mayWrite: true,
      backends: ["remote"],
    },
  ]);
});

test.each([0o644, 0o604, 0o660, 0o602, 0o666])("a file that others may read or write is refused: %o", (mode) => {
  expect(() => readKeys("keys.json", write({ callers: [caller] }, mode))).toThrow(
    expect.objectContaining({ code: "BK1016", hint: "chmod 600 keys.json" }),
  );
});

test.each([0o600, 0o400, 0o440, 0o640])("as Kubernetes mounts a secret: %o, by way of a link", (mode) => {
  const dir = write({ callers: [caller] }, mode);
  symlinkSync("keys.json", join(dir, "link"));
  expect(readKeys("link", dir)).toHaveLength(1);
});

test.each<[unknown, string]>([
  ["no json", "no list `callers`"],
  [{}, "no list `callers`"],
  [{ callers: [] }, "no list `callers`"],
  [{ callers: ["x"] }, "callers[0] is no object"],
  [{ callers: [{ ...caller, secretKey: secret }] }, '"secretKey"'],
  [{ callers: [{ ...caller, name: "" }] }, "no name"],
  [{ callers: [{ ...caller, accessKeyId: "a/b/c/d/e/f" }] }, "no accessKeyId"],
  [
    { callers: [caller, { ...caller, name: "b", secretAccessKey: "short-secret" }] },
    "callers[1] has no secretAccessKey",
  ],
  [{ callers: [{ ...caller, access: "write" }] }, "access"],
  [{ callers: [{ ...caller, backends: "remote" }] }, "backends"],
  [{ callers: [caller, caller] }, "same name"],
])("%j is refused, and no secret is shown", (content, message) => {
  let failure: unknown;
  try {
    readKeys("keys.json", write(content));
  } catch (error) {
    failure = error;
  }
  expect(failure).toMatchObject({ code: "BK1016", message: expect.stringContaining(message) });
  expect(JSON.stringify(failure)).not.toMatch(/0123456789abcdef|short-secret/);
});

test("a file that is not there", () => {
  expect(() => readKeys("none", makeTempDir("keys"))).toThrow(
    expect.objectContaining({ code: "BK1016", message: "none: it cannot be read (ENOENT)" }),
  );
});
