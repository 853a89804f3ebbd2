import { expect, test } from "vitest";
import { isAtLeast, isLine, parseBuildkitVersion, parseVersion } from "../../src/builder/versions.ts";

test.each([
  ["v0.34.2", "0.34.2"],
  ["0.34.2", "0.34.2"],
  ["v0.34.2-12-gabc1234", "0.34.2"],
  ["v0.30.0-rc1", "0.30.0"],
  ["v0.30", "0.30.0"],
  ["v0.11.7-0.20230525183624-798ad6b0ce9f", "0.11.7"],
  ["github.com/docker/buildx v0.38.2 ", "0.38.2"],
  ["github.com/docker/buildx v0.20.1-desktop.2 2ab3d4c5", "0.20.1"],
  ["github.com/docker/buildx 0.20.1-0ubuntu1 ", "0.20.1"],
  ["28.2.2", "28.2.2"],
  ["0.0.0+unknown", null],
  ["v0.0.0+unknown", null],
  ["dev", null],
  ["", null],
  [null, null],
])("parseVersion %j", (text, expected) => {
  const version = parseVersion(text);
  expect(version === null ? null : `${version.major}.${version.minor}.${version.patch}`).toBe(expected);
});

test("numbers of Docker Engine are none of BuildKit's", () => {
  expect(parseBuildkitVersion("28.2.2")).toBeNull();
  expect(parseBuildkitVersion("v0.34.2")).toEqual({ major: 0, minor: 34, patch: 2 });
});

test.each([
  ["v0.30.0", "0.30", true],
  ["v0.29.9", "0.30", false],
  ["v0.32.1", "0.32.2", false],
  ["v1.0.0", "0.30", true],
  ["v0.9.0", "0.30", false],
  ["custom", "0.30", true],
])("%s is at least %s: %s", (version, minimum, expected) => {
  expect(isAtLeast(parseVersion(version), minimum)).toBe(expected);
});

test("isLine", () => {
  expect(isLine(parseVersion("v0.31.2"), 0, 31)).toBe(true);
  expect(isLine(parseVersion("v0.32.0"), 0, 31)).toBe(false);
  expect(isLine(null, 0, 31)).toBe(false);
});
