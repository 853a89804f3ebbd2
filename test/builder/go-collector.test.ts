import { expect, test } from "vitest";
import { collectNever, collectRarely, type Readings } from "../../src/builder/go-collector.ts";

test("Go's collector of buildx is set where nobody can take that for a value of his own", () => {
  const readings: Readings = { hasFiles: false, input: 'variable "TAG" {}', args: ["api"] };
  expect(collectRarely(readings)).toEqual({ GOGC: "400" });
  expect(collectNever(readings)).toEqual({ GOGC: "off", GOMEMLIMIT: "512MiB" });
});

test.each<[string, Partial<Readings>]>([
  ["a file that may have a variable of that name", { hasFiles: true }],
  ["a variable of that name", { input: 'variable "GOGC" { default = "100" }' }],
  ["a build argument that comes from the environment", { args: ["--build-arg", "GOGC"] }],
  ["a secret that does", { args: ["--secret", "id=x,env=GOGC"] }],
])("it is left alone beside %s", (_, readings) => {
  const all: Readings = { hasFiles: false, args: [], ...readings };
  expect([collectRarely(all), collectNever(all)]).toEqual([{}, {}]);
});
