import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { expect } from "vitest";
import { openBuilderSession } from "../../src/builder/session.ts";
import { findReach, type Reachable } from "../../src/relay/reach.ts";
import type { Buildkit } from "../support/buildkit.ts";
import { makeGatewayBuilder } from "../support/gateway-builder.ts";
import { test } from "../support/servers.ts";

/* A builder is asked whether it reaches this machine, by way of what it can fetch itself. */

/** What stands for the relay: a server that answers 404, and notes who came for what it expects. */
async function startReachable() {
  const expected = new Map<string, () => void>();
  const servers: Server[] = [];
  const listen = async (host: string): Promise<number> => {
    const server = createServer((request, response) => {
      expected.get(request.url ?? "")?.();
      response.writeHead(404).end();
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  };
  const address = { host: "127.0.0.1", port: await listen("127.0.0.1") };
  const reachable: Reachable = {
    address,
    listen,
    expectProbe() {
      const path = `/${crypto.randomUUID()}`;
      const { promise: asked, resolve } = Promise.withResolvers<void>();
      expected.set(path, resolve);
      return { path, asked, close: () => void expected.delete(path) };
    },
  };
  return { reachable, stop: () => servers.forEach((server) => server.close()) };
}

/** A server that answers nobody but notes who came. */
async function listen() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://127.0.0.1:${port}/probe`, port, stop: () => void server.close() };
}

const within = () => ({ signal: AbortSignal.timeout(10_000) });

const history = (text: string) => text.trim().split("\n").slice(1);

test.for(["unix socket", "mutual TLS"])(
  "a builder of this machine, over %s",
  async (transport, { builder, tlsBuilder, certs }) => {
    const isTls = transport === "mutual TLS";
    const buildkit = isTls ? tlsBuilder : builder;
    const gateway = await (await makeGatewayBuilder(buildkit, isTls ? certs : undefined)).open();
    const here = await listen();
    try {
      expect(await gateway.visit(here.url, within())).toMatch(/404/);
      expect(here.asked).toEqual(["GET /probe"]);
      here.stop();
      expect(await gateway.visit("http://127.0.0.1:1/probe", within())).toMatch(/connection refused/);
      expect(history(await buildkit.buildctl("debug", "histories"))).toEqual([]);
      expect(await buildkit.buildctl("du")).not.toContain("http");
    } finally {
      await gateway.close();
    }
  },
);

test("a builder in another network", async ({ newBuilder }) => {
  const buildkit = await newBuilder({ isApart: true });
  const gateway = await (await makeGatewayBuilder(buildkit)).open();
  const here = await listen();
  try {
    expect(await gateway.visit(here.url, within())).toMatch(/unreachable|refused/);
    expect(here.asked).toEqual([]);
  } finally {
    here.stop();
    await gateway.close();
  }
});

test("an address that swallows what comes ends with the time that it is given", async ({ builder }) => {
  const gateway = await (await makeGatewayBuilder(builder)).open();
  const silent = createTcpServer();
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  try {
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/probe`;
    expect(await gateway.visit(url, { signal: AbortSignal.timeout(500) })).toBe("no answer in time");
    expect(await gateway.listActiveBuilds()).toEqual([]);
  } finally {
    silent.close();
    await gateway.close();
  }
});

test("the relay is reached on loopback, or not at all, and the reason is BuildKit's own", async ({
  builder,
  newBuilder,
}) => {
  const { reachable, stop } = await startReachable();
  const reach = async ({ address }: { readonly address: string }) => {
    const { host, buildx } = await makeGatewayBuilder({ address } as Buildkit);
    const session = await openBuilderSession({ ...host, env: { ...host.env, BUILDKIT_HOST: address } }, buildx, {
      dir: "/",
    });
    try {
      return await findReach(session, reachable);
    } finally {
      await session.close();
    }
  };
  expect(await reach(builder)).toEqual({ way: "loopback", url: `http://127.0.0.1:${reachable.address.port}` });
  expect(await reach(await newBuilder({ isApart: true }))).toEqual({
    way: null,
    reason: expect.stringMatching(/unreachable|refused/) as string,
  });
  stop();
});
