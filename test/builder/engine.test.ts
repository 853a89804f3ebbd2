import { array, assert, constantFrom, nat, property, tuple, uint8Array } from "fast-check";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { createOutputReader, startInContainer } from "../../src/builder/engine.ts";
import { makeTempDir } from "../support/cleanup.ts";

test("output is read the same however it is cut", () => {
  const piece = tuple(constantFrom(1, 2), uint8Array({ maxLength: 40 }));
  assert(
    property(array(piece), array(nat(20)), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces.flatMap(([fd, data]) => [headOf(fd, data.length), data]));
      const got = { 1: [] as Buffer[], 2: [] as Buffer[] };
      const read = createOutputReader((fd, data) => void got[fd as 1 | 2].push(Buffer.from(data)));
      let at = 0;
      for (const cut of cuts) {
        read(bytes.subarray(at, at + cut));
        at += cut;
      }
      read(bytes.subarray(at));
      for (const fd of [1, 2] as const) {
        const sent = pieces.filter(([to]) => to === fd).map(([, data]) => data);
        expect(Buffer.concat(got[fd])).toEqual(Buffer.concat(sent));
      }
    }),
  );
});

function headOf(fd: number, length: number): Buffer {
  const head = Buffer.from([fd, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(length, 4);
  return head;
}

describe("a program in a container", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** An engine that makes the process and answers its start as given. */
  async function engine(made: { readonly status: number; readonly body: string }, onStart: (own: Server) => void) {
    const asked: { readonly path: string | undefined; readonly body: unknown }[] = [];
    const own = createServer((request, response) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        asked.push({ path: request.url, body: JSON.parse(text) });
        if (request.url?.startsWith("/exec/") === true) response.writeHead(409).end("container is paused");
        else response.writeHead(made.status).end(made.body);
      });
    });
    server = own;
    onStart(own);
    const socket = join(makeTempDir("engine"), "s");
    await new Promise<void>((resolve) => void own.listen(socket, resolve));
    return { asked, container: { engine: socket, name: "ci 0" } };
  }
  const made = { status: 201, body: `{"Id":"a1"}` };

  test("has one connection for its streams", async () => {
    const { asked, container } = await engine(made, (own) =>
      own.on("upgrade", (request, connection) => {
        connection.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nfirst");
        connection.on("data", (data: Buffer) => connection.write(`${request.url} ${data.toString()}`));
        connection.on("end", () => connection.end());
      }),
    );
    const connection = await startInContainer(container, ["sh", "-c", "cat"]);
    let said = "";
    connection?.setEncoding("utf8").on("data", (data: string) => (said += data));
    connection?.end("word");
    await new Promise((resolve) => connection?.once("close", resolve));
    expect(said).toContain("first");
    expect(said).toContain("word");
    expect(asked).toEqual([
      {
        path: "/containers/ci%200/exec",
        body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: ["sh", "-c", "cat"] },
      },
    ]);
  });

  test.each([
    ["no such container", { status: 404, body: `{"message":"No such container: ci 0"}` }],
    ["no answer of an engine", { status: 200, body: "<html>" }],
    ["no connection", made],
  ])("is none where there is %s", async (_, answer) => {
    const { container } = await engine(answer, () => {});
    expect(await startInContainer(container, ["sh"])).toBeNull();
  });

  test("is none where nobody listens, and where the engine hangs up", async () => {
    const container = { engine: join(makeTempDir("engine"), "s"), name: "ci0" };
    expect(await startInContainer(container, ["sh"])).toBeNull();
    const hanging = await engine(made, (own) => own.on("upgrade", (_request, connection) => connection.destroy()));
    expect(await startInContainer(hanging.container, ["sh"])).toBeNull();
  });
});
