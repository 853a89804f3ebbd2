import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import type { Gateway } from "../../src/builder/gateway/gateway.ts";
import type { BuilderSession } from "../../src/builder/session.ts";
import type { CarryRequest } from "../../src/carry/carrier.ts";
import { openResources, type Resources } from "../../src/build/resources.ts";
import { fakeRun } from "./fake-run.ts";

interface Stand {
  readonly fails?: "session" | "evaluated" | "carrier";
  /** Of the builder and of the store. */
  readonly closing?: "fails";
  readonly hasMounts?: boolean;
  readonly gateway?: Pick<Gateway, "listMountRecords">;
}

const backend = { type: "local", name: "disk", path: "/store" } as const;

function open({ fails, closing, hasMounts = true, gateway }: Stand = {}) {
  const { host, request, session, carrier, events, told } = fakeRun(fails === "evaluated" ? { fails } : {});
  const asked: CarryRequest[] = [];
  const use = { ...request.cache.use, layers: { read: true, write: true }, mounts: { read: true, write: true } };
  const mountBackend = hasMounts ? { texts: {}, fill: () => ({ own: backend, others: [] }) } : null;
  const failing = <T extends { close(): Promise<void> }>(opened: T): T => {
    const close = () => opened.close().then(() => Promise.reject(new Error("cannot close")));
    return closing === "fails" ? { ...opened, close } : opened;
  };
  const readyGateway = async () => (gateway ?? null) as Gateway | null;
  const resources = openResources(
    host,
    { ...request, cache: { ...request.cache, use, mountBackend } },
    {
      async openBuilderSession(): Promise<BuilderSession> {
        events.push("open builder");
        if (fails === "session") throw new Error("session");
        return failing({ ...session, readyGateway });
      },
      async openCarrier(_host, carryRequest) {
        events.push("open store");
        asked.push(carryRequest);
        if (fails === "carrier") throw new Error("carrier");
        return failing(carrier);
      },
    },
  );
  return { resources, events, asked, told };
}

test("the builder is looked for at once, and asked for its mounts before anybody knows what is built", async () => {
  const records = [{ id: "r" }] as unknown as Awaited<ReturnType<Gateway["listMountRecords"]>>;
  const { resources, events, asked } = open({ gateway: { listMountRecords: async () => records } });
  expect(events).toEqual(["open builder"]);
  await resources.carrier;
  expect(asked).toMatchObject([
    { backends: { own: backend, others: [] }, targets: ["api"], use: { mounts: { read: true } }, strict: false },
  ]);
  expect(await asked[0]?.records).toBe(records);
  await resources.close();
});

test("the store is closed before the builder, though closing fails", async () => {
  for (const stand of [{}, { closing: "fails" }] as const) {
    const { resources, events } = open(stand);
    await resources.carrier;
    await resources.close();
    expect(events).toEqual(["open builder", "open store", "close store", "close builder"]);
  }
});

test("what is still being opened is waited for, and closed", async () => {
  const { resources, events } = open();
  await resources.close();
  expect(events).toEqual(["open builder", "open store", "close store", "close builder"]);
});

test.each([
  { fails: "session", left: ["open builder"] },
  { fails: "evaluated", left: ["open builder", "close builder"] },
  { fails: "carrier", left: ["open builder", "open store", "close builder"] },
] as const)("where $fails failed, the rest is closed", async ({ fails, left }) => {
  const { resources, events } = open({ fails });
  await expect(resources.carrier).rejects.toThrow(fails);
  const file = await fileOf(resources);
  await resources.close();
  expect(events).toEqual(left);
  expect(existsSync(dirname(file))).toBe(false);
});

test("without a backend for mounts there is no store, and the builder is asked nothing", async () => {
  const listMountRecords = () => Promise.reject(new Error("asked"));
  const { resources, events } = open({ hasMounts: false, gateway: { listMountRecords } });
  expect(await resources.carrier).toBeNull();
  await resources.close();
  expect(events).toEqual(["open builder", "close builder"]);
});

test("what buildx leaves beside its metadata is removed", async () => {
  const { resources } = open();
  const file = await fileOf(resources);
  const other = await fileOf(resources);
  expect(other).not.toBe(file);
  writeFileSync(file, "{}");
  mkdirSync(join(dirname(file), "left"));
  await resources.close();
  expect([file, other].map((each) => existsSync(dirname(each)))).toEqual([false, false]);
});

test("a temporary folder that takes nothing is said, and ends no run", async () => {
  const { resources, told } = open();
  vi.stubEnv("TMPDIR", "/nowhere/at/all");
  try {
    expect(await resources.metadataFile()).toBeNull();
    expect(told).toMatchObject([
      { level: "warning", message: expect.stringContaining("/nowhere/at/all takes no files") },
    ]);
    await resources.close();
  } finally {
    vi.unstubAllEnvs();
  }
});

async function fileOf(resources: Resources): Promise<string> {
  const file = await resources.metadataFile();
  if (file === null) throw new Error("no metadata file");
  return file;
}
