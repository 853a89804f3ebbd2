import assert from "node:assert/strict";
import { test } from "node:test";
import { listNames } from "@acme/core";

test("names are joined as a person would", () => {
  assert.equal(listNames([]), "");
  assert.equal(listNames(["a"]), "a");
  assert.equal(listNames(["a", "b", "c"]), "a, b and c");
});
