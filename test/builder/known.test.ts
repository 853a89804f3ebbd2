import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { askKnown } from "../../src/builder/known.ts";
import { createHost } from "../../src/host/node-host.ts";
import { makeTempDir } from "../support/cleanup.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What buildx would have noted of the builder `ci`. */
function noted(text: string) {
  const dir = makeTempDir("known");
  mkdirSync(join(dir, "instances"), { recursive: true });
  writeFileSync(join(dir, "instances", "ci"), text);
  const env = { BUILDX_CONFIG: dir };
  return createHost({ cwd: dir, env, signal: new AbortController().signal, tell: () => {} });
}

const node = (endpoint: string) => ({ Name: "ci0", Endpoint: endpoint, DriverOpts: null });
const remote = (...nodes: object[]) => JSON.stringify({ Name: "ci", Driver: "remote", Nodes: nodes });
const nowhere = `unix://${join(makeTempDir("nowhere"), "sock")}`;

test.each<[string, string, string]>([
  ["nothing of that name", remote(node(nowhere)), "other"],
  ["a name that leads elsewhere", remote(node(nowhere)), "../instances/ci"],
  ["what is half written", remote(node(nowhere)).slice(0, 40), "ci"],
  [
    "another driver",
    JSON.stringify({ Driver: "docker-container", Nodes: [node("unix:///var/run/docker.sock")] }),
    "ci",
  ],
  ["several nodes", remote(node(nowhere), node(nowhere)), "ci"],
  ["no node", remote(), "ci"],
  ["another machine", remote(node("tcp://127.0.0.1:1")), "ci"],
  ["a socket where nobody listens", remote(node(nowhere)), "ci"],
])("%s is left to buildx", async (_, text, name) => {
  expect(await askKnown(noted(text), name)).toBeNull();
});

test("BKCACHE_SHORTCUTS=off leaves all to buildx: no socket is asked", async () => {
  const path = join(makeTempDir("off"), "sock");
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const ask = (shortcuts: string) => {
    const host = noted(remote(node(`unix://${path}`)));
    return askKnown({ ...host, env: { ...host.env, BKCACHE_SHORTCUTS: shortcuts } }, "ci");
  };
  expect(await ask("off")).toBeNull();
  expect(connections).toBe(0);
  await ask("on");
  expect(connections).toBe(1);
});

test("a socket where something else listens is left to buildx", async () => {
  const path = join(makeTempDir("else"), "sock");
  const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await askKnown(noted(remote(node(`unix://${path}`))), "ci")).toBeNull();
});
