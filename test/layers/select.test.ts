import { describe, expect, test } from "vitest";
import type { Presence } from "../../src/layers/probe.ts";
import { chooseSource } from "../../src/layers/select.ts";

type Place = readonly [backend: string, scope: string];
const candidates = (...places: readonly Place[]) => places.map(([backend, scope]) => ({ backend, scope }));

describe("choice", () => {
  const all = candidates(["disk", "feature"], ["remote", "feature"], ["disk", "main"], ["remote", "main"]);
  const choose = (present: Readonly<Record<string, Presence>>, leftOut: readonly string[] = [], among = all) => {
    const { source, reason } = chooseSource(
      among,
      ({ backend, scope }) => present[`${scope}@${backend}`] ?? "absent",
      new Set(leftOut),
    );
    return [source && `${source.scope}@${source.backend}`, reason];
  };

  test.each<readonly [string, readonly unknown[], readonly unknown[]]>([
    [
      "the first of all",
      choose({ "feature@disk": "present", "main@disk": "present" }),
      ["feature@disk", 'scope "feature" is in disk'],
    ],
    [
      "the nearer scope in the farther backend",
      choose({ "feature@remote": "present", "main@disk": "present" }),
      ["feature@remote", 'scope "feature" is in remote; not in disk'],
    ],
    [
      "the default scope",
      choose({ "main@remote": "present" }),
      ["main@remote", 'scope "main" is in remote; nothing for scope "feature"; not in disk'],
    ],
    ["nothing", choose({}), [null, 'nothing cached yet for scope "feature" or "main" in disk, remote']],
    [
      "a backend that is left out",
      choose({ "feature@disk": "present" }, ["disk"]),
      [null, 'nothing cached yet for scope "feature" or "main" in remote'],
    ],
    [
      "all left out",
      choose({ "feature@disk": "present" }, ["disk", "remote"]),
      [null, "left out of this run: disk, remote"],
    ],
    ["none declared", choose({}, [], []), [null, "no backend to read from"]],
    [
      "one that cannot be looked into, when it is reached",
      choose({ "feature@remote": "unknown", "main@disk": "present" }),
      ["feature@remote", "remote cannot be looked into and is taken as it comes; not in disk"],
    ],
  ])("%s", (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});
