import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { expect, test } from "vitest";

/** Which rooms each room may import. docs/architecture.md draws it; a room that is not named here may import nothing. */
const allowed: Readonly<Record<string, string>> = {
  diagnostics: "",
  ci: "",
  host: "diagnostics",
  config: "host diagnostics",
  store: "host diagnostics",
  bake: "config store diagnostics",
  dockerfile: "config diagnostics",
  builder: "config host diagnostics",
  source: "bake dockerfile builder config store host diagnostics",
  layers: "bake store host diagnostics",
  mounts: "builder store host diagnostics",
  inputs: "source mounts bake dockerfile config store host diagnostics",
  relay: "layers builder store host diagnostics",
  cache: "inputs relay source layers bake builder config store host diagnostics ci",
  outcome: "inputs layers mounts builder host diagnostics",
  carry: "cache outcome source mounts bake dockerfile builder config store host diagnostics ci",
  generate: "source bake dockerfile host diagnostics",
  init: "source bake dockerfile builder config host diagnostics ci",
  build: "carry cache inputs outcome source mounts bake dockerfile builder config store host diagnostics ci",
  upkeep: "carry source layers bake builder config store host diagnostics",
  lint: "source bake dockerfile config host diagnostics",
  run: "build upkeep lint carry cache inputs relay outcome generate source layers mounts bake dockerfile builder config store host diagnostics ci",
  doctor: "build lint carry cache generate source layers bake builder config store host diagnostics ci",
  iam: "carry cache source bake builder store host diagnostics ci",
  cli: "iam doctor run build upkeep lint init carry cache inputs outcome generate source mounts bake dockerfile config host diagnostics ci",
  // The two entries: bin.ts and index.ts.
  "": "cli bake config diagnostics",
};

const imports = new Map(
  globSync("src/**/*.{ts,js}").map((file) => {
    const specifiers = readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g);
    return [file, [...specifiers].map(([, path = ""]) => join(dirname(file), path))] as const;
  }),
);
const roomOf = (file: string) => /^src\/(\w+)\//.exec(file)?.[1] ?? "";

test("rooms import only what lies below them", () => {
  const wrong = [...imports].flatMap(([file, targets]) => {
    const rooms = new Set([roomOf(file), ...(allowed[roomOf(file)] ?? "").split(" ")]);
    return targets
      .filter((target) => target.startsWith("src/") && !rooms.has(roomOf(target)))
      .map((target) => `${file} -> ${target}`);
  });
  expect(imports.size).toBeGreaterThan(250);
  expect(wrong).toEqual([]);
});

test("an arrow that nothing takes any more is taken out of the table", () => {
  const taken = new Set(
    [...imports].flatMap(([file, targets]) => targets.map((to) => `${roomOf(file)} -> ${roomOf(to)}`)),
  );
  const arrows = Object.entries(allowed).flatMap(([room, below]) => below.split(" ").map((to) => `${room} -> ${to}`));
  expect(arrows.filter((arrow) => !arrow.endsWith("-> ") && !taken.has(arrow))).toEqual([]);
});

test("no circle, of types alone either", () => {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
    else if (!done.has(file)) for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(circles).toEqual([]);
});
