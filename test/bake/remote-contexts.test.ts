import { describe, expect, test } from "vitest";
import { withRemoteContexts } from "../../src/bake/remote-contexts.ts";

describe("named contexts of a remote definition", () => {
  const place = (url: string, context: string) => withRemoteContexts({ t: { contexts: { x: context } } }, url)["t"];
  test.each([
    ["git://host/r.git", "bbx", "git://host/r.git#:bbx"],
    ["git://host/r.git#main", "bbx", "git://host/r.git#main:bbx"],
    ["git://host/r.git#main", "./a/../b/", "git://host/r.git#main:b"],
    ["git://host/r.git#main:sub", "b", "git://host/r.git#main:sub/b"],
    ["git://host/r.git#main:sub", "../b", "git://host/r.git#main:b"],
    ["git://host/r.git#main", ".", "git://host/r.git#main"],
    ["git://host/r.git#main", "../../etc", "git://host/r.git#main:etc"],
    ["git://host/r.git#main:sub", ".", "git://host/r.git#main:sub"],
    ["https://host/r.git", "b", "https://host/r.git#:b"],
    ["https://host/r.git?ref=main&subdir=a", "b", "https://host/r.git?ref=main&subdir=a%2Fb"],
    ["git@host:o/r.git#v1", "b", "git@host:o/r.git#v1:b"],
    ["github.com/o/r", "b", "github.com/o/r#:b"],
  ])("of %s: %s is %s", (url, context, expected) => {
    expect(place(url, context)).toEqual({ contexts: { x: expected } });
  });

  test.each([
    "cwd://b",
    "target:b",
    "docker-image://b",
    "oci-layout://b",
    "https://host/b.tar",
    "git://host/o.git#main",
  ])("%s is where it says", (context) => {
    expect(place("git://host/r.git#main", context)).toEqual({ contexts: { x: context } });
  });

  test("a folder of an archive is refused", () => {
    expect(() => place("https://host/r.tar.gz", "b")).toThrow(/"?x of t is the folder b of https:\/\/host\/r\.tar\.gz/);
    expect(place("https://host/r.tar.gz", "cwd://b")).toEqual({ contexts: { x: "cwd://b" } });
  });
});
