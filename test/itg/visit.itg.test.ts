import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { expect } from "vitest";
import { makeGatewayBuilder } from "../support/gateway-builder.ts";
import { test } from "../support/servers.ts";

/* A builder is asked whether it reaches this machine, by way of what it can fetch itself. */

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
