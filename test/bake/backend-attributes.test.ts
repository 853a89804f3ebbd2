import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cacheEntry } from "../../src/bake/cache-entry.ts";
import { mapRecord } from "../../src/config/records.ts";
import { resolveBackend } from "../../src/config/resolve/backends.ts";
import type { Backend } from "../../src/config/schema.gen.ts";
import { read, workspace } from "../config/support.ts";

interface Node {
  readonly type?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties: Readonly<Record<string, Node>>;
}

const { $defs } = JSON.parse(readFileSync(new URL("../../schemas/bkcache.schema.json", import.meta.url), "utf8")) as {
  readonly $defs: Readonly<Record<string, Node>>;
};
const { oneOf } = $defs["Backend"] as unknown as { readonly oneOf: readonly { readonly $ref: string }[] };

/** Keys of the config that are no attribute of an entry. */
const elsewhere: Readonly<Record<string, string>> = {
  profile: "store/profiles has what it stands for",
  auth: "decides who speaks to the store",
  relay: "decides who speaks to the store",
  tier: "the relay's own",
  insecure: "the store lets plain http be; the one of registry is an attribute",
};

const backends = oneOf.map(({ $ref }) => {
  const { type, ...keys } = ($defs[$ref.slice("#/$defs/".length)] as Node).properties;
  return [String(type?.examples?.[0]), keys] as const;
});

/** Both entries of a backend of the type with these keys. */
function entries(type: string, keys: Readonly<Record<string, unknown>>) {
  const base = { local: { path: "." }, registry: { ref: "r/c" }, inline: { ref: "r/i" } }[type];
  // BuildKit takes the style of an address only beside an endpoint.
  const endpoint = "usePathStyle" in keys ? { endpointUrl: "https://e.example" } : {};
  const backend = resolveBackend({ type, ...base, ...endpoint, ...keys } as Backend);
  const options = { name: "N", runtime: { home: "/home/ada" } };
  return {
    from: cacheEntry(backend, { ...options, direction: "from" }),
    to: cacheEntry(backend, { ...options, direction: "to" }),
  };
}

test.for(backends)("%s: what the config takes comes to BuildKit", ([type, keys]) => {
  const lost = Object.entries(keys).filter(([key, { examples = [] }]) => {
    // A flag comes through where either of its values changes an entry.
    const values = examples.some((value) => typeof value === "boolean") ? [true, false] : ["own-value"];
    const without = JSON.stringify(entries(type, { [key]: undefined }));
    return values.every((value) => JSON.stringify(entries(type, { [key]: value })) === without);
  });
  expect(lost.map(([key]) => key).filter((key) => !Object.hasOwn(elsewhere, key))).toEqual([]);
});

test.for(backends)("%s: what is written is what the rules for entries know", async ([type, keys]) => {
  const { from, to } = entries(
    type,
    mapRecord(keys, ({ examples = [] }) => examples[0]),
  );
  const config = { targets: { app: { ...(from && { cacheFrom: [from] }), cacheTo: [to] } } };
  const { errors, warnings } = await read(workspace({ "bkcache.config.json": JSON.stringify(config) }));
  expect([...errors, ...warnings].map(({ code, message }) => `${code} ${message}`)).toEqual([]);
});

const switches = backends.flatMap(([type, keys]) =>
  Object.entries(keys)
    .filter(([key, { type: form }]) => form === "boolean" && (key !== "insecure" || type === "registry"))
    .map(([key]) => [type, key] as const),
);

test.for(switches)("%s: %s is true or false in entries that users write themselves", async ([type, key]) => {
  const without = entries(type, { [key]: undefined }).to;
  const written = [true, false].map((value) => entries(type, { [key]: value }).to);
  const spoilt = written.flatMap((entry) => {
    const fields = Object.entries(entry ?? {});
    const changed = fields.filter(([name, value]) => value !== without?.[name]);
    return changed.map(([name]) => Object.fromEntries([...fields, [name, "maybe"]]));
  });
  const config = { targets: { app: { cacheTo: spoilt } } };
  const { errors } = await read(workspace({ "bkcache.config.json": JSON.stringify(config) }));
  expect(errors.map(({ code }) => code)).toEqual(spoilt.map(() => "BK2048"));
  expect(spoilt).not.toEqual([]);
});
