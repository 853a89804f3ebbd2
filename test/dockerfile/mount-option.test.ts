import { expect, test } from "vitest";
import { parseMountOption } from "../../src/dockerfile/mount-option.ts";

const values: Readonly<Record<string, string | null>> = { ARCH: "arm64", UID: "1000", UNKNOWN: null };
const scope = { escape: "\\", lookup: (name: string) => values[name] };
const read = (value: string) => parseMountOption(value, scope);

test.each<[string, object]>([
  ["type=cache,target=/a", { type: "cache", target: "/a", isReadOnly: false }],
  ["target=/a", { type: "bind", isReadOnly: true }],
  ["type=bind,dst=/a,src=b,from=deps,rw", { source: "b", from: "deps", target: "/a", isReadOnly: false }],
  ["type=cache,destination=/a,ro=false,RO", { target: "/a", isReadOnly: true }],
  ["type=cache,target=/a,rw=false", { isReadOnly: true }],
  ["TYPE=Cache,target=/a,sharing=LOCKED", { type: "cache", sharing: "locked" }],
  ["type=cache,id=x-${ARCH},target=/a,uid=${UID},gid=0,mode=0755", { id: "x-arm64", uid: 1000, gid: 0, mode: 0o755 }],
  ["type=cache,id=${UNKNOWN:-x},uid=$UNKNOWN,target=/a", { id: null, uid: null, target: "/a" }],
  ["type=cache,id=${NONE:-x},target=/a", { id: "x" }],
  ['type=cache,"target=/a,b"', { target: "/a,b" }],
  ["type=cache,target=/a,target=/b", { target: "/b" }],
  ["type=secret,id=token,required,env=TOKEN,mode=0400", { type: "secret", id: "token" }],
  ["type=tmpfs,target=/a,size=1g", { type: "tmpfs" }],
])("%s", (value, expected) => {
  expect(read(value)).toMatchObject({ fault: null, mount: expected });
});

test("what is not given is undefined", () => {
  expect(read("type=cache,target=/a").mount).toMatchObject({ id: undefined, uid: undefined, sharing: undefined });
});

test.each([
  "type=cach,target=/a",
  "type=cache,targt=/a",
  "type=cache,target",
  "type=cache,sharing=lock",
  "type=cache,mode=0999",
  "type=cache,uid=me",
  "type=cache,ro=maybe",
  "target=/a,sharing=locked",
  'type=cache,"target=/a',
])("BuildKit refuses %s", (value) => {
  expect(read(value).fault).toEqual(expect.any(String));
});
