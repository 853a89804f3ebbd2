import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import type { BkcacheError } from "../../src/diagnostics/error.ts";
import { openStore } from "../../src/store/open.ts";
import type { StoreBackend } from "../../src/store/place.ts";
import { bytes, describeObjectStore, sha256 } from "../contract/object-store.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { cleanEnv } from "../support/env.ts";
import { type GcsGate, startGcsGate } from "../support/gcs-auth.ts";
import type { GcsServer } from "../support/gcs-server.ts";
import { bucket, test } from "../support/servers.ts";

const { signal } = new AbortController();

describe("Google Cloud Storage with application default credentials", () => {
  let gcs: GcsServer;
  let gate: GcsGate;

  // The contract's suite takes no fixtures.
  test.beforeAll(async ({ gcs: server }) => {
    gcs = server;
    gate = await startGcsGate(gcs.endpoint);
  });
  // The SDK reads the environment of its process.
  const use = (keyFile: string) => {
    process.env["GOOGLE_APPLICATION_CREDENTIALS"] = keyFile;
    return cleanEnv({ GOOGLE_APPLICATION_CREDENTIALS: keyFile });
  };
  test.afterEach(() => void delete process.env["GOOGLE_APPLICATION_CREDENTIALS"]);
  test.afterAll(() => gate?.stop());

  const backend = (more: Partial<StoreBackend> = {}): StoreBackend => ({
    name: "google",
    type: "gcs",
    bucket,
    prefix: "shop/",
    endpointUrl: gate.endpoint,
    insecure: true,
    ...more,
  });
  const open = (keyFile = gate.keyFile, more: Partial<StoreBackend> = {}) =>
    openStore(backend(more), { env: use(keyFile), signal });

  describeObjectStore("GCS", async () => {
    return {
      open: (more = {}) => openStore(backend({ prefix: "contract/" }), { env: use(gate.keyFile), signal, ...more }),
      age: () => sleep(1_100),
      unfinished: async () =>
        (await gcs.objects(bucket)).flatMap(({ key }) => (key.includes(".unfinished/") ? [key] : [])),
    };
  });

  test("every request carries a token that the key file's signature bought; one token serves all", async () => {
    const before = { ...gate.counts };
    const store = await open();
    expect(store.place).toBe("gcs://cache/shop/");
    const body = bytes(1_000_000);
    expect(await store.put("p/k", body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("stored");
    expect(await store.put("p/k", body, { onlyIfAbsent: true, sha256: sha256(body) })).toBe("exists");
    expect((await store.get("p/k"))?.equals(body)).toBe(true);
    await store.delete(["p/k"]);
    expect(gate.counts).toEqual({
      let: before.let + 4,
      refused: before.refused,
      tokens: before.tokens + 1,
    });
    expect(gcs.log()).not.toContain(gate.secrets.at(-1));
    store.close();
  });

  describe("failures are one error that names the backend and shows no secret", () => {
    const fail = async (keyFile: string, more: Partial<StoreBackend> = {}): Promise<BkcacheError> => {
      try {
        const store = await open(keyFile, more);
        await store.get("p/k");
      } catch (error) {
        const shown = inspect(error, { depth: Infinity, showHidden: true });
        for (const secret of gate.secrets) expect(shown).not.toContain(secret);
        expect(shown).not.toMatch(/PRIVATE KEY|Bearer|assertion=/);
        return error as BkcacheError;
      }
      throw new Error("it did not fail");
    };
    const write = (content: string): string => {
      const path = join(makeTempDir("key"), "key.json");
      writeFileSync(path, content);
      return path;
    };
    const edit = (change: object): string =>
      write(
        JSON.stringify({
          ...(JSON.parse(readFileSync(gate.keyFile, "utf8")) as object),
          ...change,
        }),
      );

    test("a key that is not the account's", async () => {
      const before = gate.counts.let;
      expect(await fail(gate.makeForeignKeyFile())).toMatchObject({
        code: "BK5006",
        message: 'backend "google": Google refuses the application default credentials (invalid_grant)',
      });
      expect(gate.counts.let).toBe(before);
    });

    test("a key that is none", async () => {
      expect(await fail(edit({ private_key: "nonsense" }))).toMatchObject({ code: "BK5023" });
    });

    test.each([
      ["missing", "/nowhere/key.json"],
      ["no JSON", ""],
    ])("a key file that is %s", async (_, path) => {
      expect(await fail(path === "" ? write("no JSON") : path)).toMatchObject({
        code: "BK5023",
        message: expect.stringMatching(/^backend "google": GOOGLE_APPLICATION_CREDENTIALS names /) as string,
      });
    });

    test("a token that was revoked", async () => {
      const store = await open();
      expect(await store.get("nothing")).toBeNull();
      gate.revoke();
      await expect(store.get("nothing")).rejects.toMatchObject({ code: "BK5006" });
    });

    test("a bucket that is not there", async () => {
      expect(await fail(gate.keyFile, { bucket: "nowhere" })).toMatchObject({
        code: "BK5004",
        message: expect.stringContaining('no bucket "nowhere"') as string,
      });
    });

    test("an endpoint that nothing listens at", async () => {
      expect(await fail(gate.keyFile, { endpointUrl: "http://127.0.0.1:1" })).toMatchObject({
        code: "BK5007",
      });
      expect(await fail(edit({ token_uri: "http://127.0.0.1:1/token" }))).toMatchObject({
        code: "BK5007",
        message: expect.stringContaining("token endpoint") as string,
      });
    });

    test("plain http without consent, to the store or for tokens", async () => {
      expect(await fail(gate.keyFile, { insecure: false })).toMatchObject({ code: "BK2043" });
      expect(await fail(gate.keyFile, { insecure: false, endpointUrl: "https://127.0.0.1:1" })).toMatchObject({
        code: "BK2043",
      });
    });
  });
});
