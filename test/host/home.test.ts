import { userInfo } from "node:os";
import { expect, test } from "vitest";
import { absolutePath, homeFolder } from "../../src/host/home.ts";

test("the home folder is HOME, else the password file's", () => {
  expect(homeFolder({ HOME: "/home/me" })).toBe("/home/me");
  expect(homeFolder({})).toBe(userInfo().homedir);
  expect(homeFolder({ HOME: "" })).toBe(userInfo().homedir);
});

test.each([
  ["cache", "/proj/cache"],
  ["./cache/", "/proj/cache"],
  ["../cache", "/cache"],
  ["/var/cache", "/var/cache"],
  ["~/cache", "/home/me/cache"],
  ["~", "/home/me"],
  ["~other/cache", "/proj/~other/cache"],
])("%s is %s", (path, expected) => {
  expect(absolutePath(path, { dir: "/proj", env: { HOME: "/home/me" } })).toBe(expected);
});
