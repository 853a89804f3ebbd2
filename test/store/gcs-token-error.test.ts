import { generateKeyPairSync } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { makeWorkspace } from "../support/workspace.ts";

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const account = { type: "service_account", client_email: "a@p.iam.gserviceaccount.com", private_key: privateKey };
const federation = {
  type: "external_account",
  audience: "//iam.googleapis.com/x",
  subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
  token_url: "https://127.0.0.1:1/",
};

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each<readonly [string, object, string]>([
  ["without a key", { ...account, private_key: undefined }, "the key or the account is missing in them"],
  ["a key whose newlines were lost", { ...account, private_key: privateKey.replaceAll("\n", "\\n") }, "cannot be read"],
  [
    "a federation without its token",
    { ...federation, credential_source: { file: "/nowhere/token" } },
    "the token file that they name is not there",
  ],
])("a file that cannot be used says why: %s", async (_, content, reason) => {
  const home = makeWorkspace({ "key.json": JSON.stringify(content) });
  // The SDK reads the environment of the process.
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", home.path("key.json"));
  const env = { GOOGLE_APPLICATION_CREDENTIALS: home.path("key.json") };
  const store = await openStore(
    { name: "store", type: "gcs", bucket: "b" },
    { env, signal: AbortSignal.timeout(10_000) },
  );
  await expect(store.stat("x")).rejects.toMatchObject({
    code: "BK5023",
    message: expect.stringContaining(reason) as string,
  });
  store.close();
});
