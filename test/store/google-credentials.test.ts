import { expect, test } from "vitest";
import { BkcacheError } from "../../src/diagnostics/error.ts";
import { readGoogleFile } from "../../src/store/google-credentials.ts";
import { openStore } from "../../src/store/open.ts";
import { makeWorkspace } from "../support/workspace.ts";

const key = JSON.stringify({ type: "service_account", private_key: "-----BEGIN PRIVATE KEY-----\nhidden" });
const home = makeWorkspace({ "my key.json": key, "broken.json": key.slice(0, -9), "empty.json": "" });

test("a file, with a blank in its name", () => {
  const path = home.path("my key.json");
  expect(readGoogleFile("store", { GOOGLE_APPLICATION_CREDENTIALS: path })).toEqual({
    path,
    type: "service_account",
    tokenUrl: null,
  });
  expect(readGoogleFile("store", { GOOGLE_APPLICATION_CREDENTIALS: "" })).toBeNull();
});

test.each([
  ["the text of a key", key, "holds the text of a key"],
  ["the text on lines of its own", `\n${JSON.stringify(JSON.parse(key), null, 2)}\n`, "holds the text of a key"],
  ["the text in quotes", `'${key}'`, "holds the text of a key"],
  ["the text in base64", Buffer.from(key).toString("base64"), "holds the text of a key"],
  ["a newline at the end", `${home.path("my key.json")}\n`, "holds a newline"],
  ["a folder", home.dir, `names ${home.dir}, which cannot be read`],
  ["an empty file", home.path("empty.json"), "which is no credentials file"],
  ["a broken file", home.path("broken.json"), "which is no credentials file"],
])("%s", async (_, value, reason) => {
  const env = { GOOGLE_APPLICATION_CREDENTIALS: value };
  const opening = openStore({ name: "store", type: "gcs", bucket: "b" }, { env, signal: new AbortController().signal });
  const error: unknown = await opening.catch((caught: unknown) => caught);
  if (!(error instanceof BkcacheError)) throw new Error("no error of bkcache's");
  expect(error).toMatchObject({ code: "BK5023", message: expect.stringContaining(reason) as string });
  expect(JSON.stringify([error.message, error.hint])).not.toMatch(/hidden|PRIVATE|private_key|eyJ/);
});
