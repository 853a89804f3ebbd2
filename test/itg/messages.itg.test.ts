import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as messages from "../../src/builder/gateway/messages.ts";
import type { Field } from "../../src/builder/gateway/wire.ts";
import { repositoryDir } from "../support/toolchain.ts";

/*
 * The messages that bkcache writes itself, against those of the BuildKit that the toolchain is built from: names, numbers
 * and kinds of all fields, and the paths of the calls.
 */

const toolchain = join(repositoryDir, "test/toolchain");
const protos = [
  "api/services/control/control.proto",
  "api/types/worker.proto",
  "frontend/gateway/pb/gateway.proto",
  "solver/pb/ops.proto",
];

interface ProtoField {
  readonly number: number;
  readonly isList: boolean;
  readonly type: string;
}
type ProtoMessages = ReadonlyMap<string, ReadonlyMap<string, ProtoField>>;

interface Proto {
  /** By their package and name. */
  readonly messages: ProtoMessages;
  /** Request and response of each call, by its path. */
  readonly calls: ReadonlyMap<string, readonly [string, string]>;
}

function readProto(text: string): Proto {
  const found = new Map<string, Map<string, ProtoField>>();
  const calls = new Map<string, readonly [string, string]>();
  const [, packageName = ""] = /^package ([\w.]+);/m.exec(text) ?? [];
  const scopes: string[] = [];
  for (const raw of text.replaceAll(/\/\*.*?\*\//gs, "").split("\n")) {
    const line = raw.replace(/\/\/.*/, "").trim();
    const [, kind = "", name = ""] = /^(message|enum|service|oneof)\s+(\w+)\s*\{/.exec(line) ?? [];
    if (kind !== "") {
      // Fields of a oneof are fields of the message around it.
      scopes.push(
        kind === "message" ? `${packageName}.${name}` : kind === "oneof" ? (scopes.at(-1) ?? "") : `(${kind} ${name})`,
      );
      if (kind === "message") found.set(`${packageName}.${name}`, new Map());
      if (line.endsWith("}")) scopes.pop();
      continue;
    }
    const call = /^rpc (\w+)\((?:stream )?([\w.]+)\)\s+returns\s+\((?:stream )?([\w.]+)\)/.exec(line);
    if (call !== null)
      calls.set(`/${packageName}.${(scopes.at(-1) ?? "").split(" ")[1]?.slice(0, -1)}/${call[1]}`, [
        `${packageName}.${call[2]}`,
        `${packageName}.${call[3]}`,
      ]);
    const field = /^(repeated |optional )?(map<[^>]+>|[\w.]+) (\w+) = (\d+)/.exec(line);
    const owner = scopes.at(-1);
    if (field !== null && owner !== undefined && found.has(owner)) {
      const [, label = "", type = "", fieldName = "", number] = field;
      found
        .get(owner)
        ?.set(fieldName, { number: Number(number), type, isList: label === "repeated " || type.startsWith("map<") });
    }
    if (line.startsWith("}")) scopes.pop();
  }
  return { messages: found, calls };
}

const varints = new Set(["bool", "int32", "int64", "uint32", "uint64"]);
const texts = new Set(["string", "bytes"]);

interface Table {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly fields: Readonly<Record<string, Field<any, any>>>;
}
const isTable = (value: unknown): value is Table => typeof value === "object" && value !== null && "fields" in value;

test("fields and calls are those of BuildKit", () => {
  const dir = execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", "github.com/moby/buildkit"], {
    cwd: toolchain,
    encoding: "utf8",
  }).trim();
  const files = protos.map((path) => readProto(readFileSync(join(dir, path), "utf8")));
  const known = new Map(files.flatMap((file) => Array.from(file.messages)));
  const calls = new Map(files.flatMap((file) => Array.from(file.calls)));
  // Of Google's, which BuildKit takes in from elsewhere.
  const add = (name: string, fields: Readonly<Record<string, readonly [number, string]>>) =>
    known.set(
      name,
      new Map(Object.entries(fields).map(([key, [number, type]]) => [key, { number, type, isList: false }])),
    );
  add("google.protobuf.Timestamp", { seconds: [1, "int64"], nanos: [2, "int32"] });
  add("google.rpc.Status", { code: [1, "int32"], message: [2, "string"] });

  /** The whole name of a type that a message of this package names: its own, one of another package, or an enum. */
  const resolve = (type: string, packageName: string): string | undefined =>
    [`${packageName}.${type}`, type].find((name) => known.has(name)) ??
    [...known.keys()].find((name) => name.endsWith(`.${type}`));

  const faults: string[] = [];
  let compared = 0;
  const compare = (table: Table, type: string, path: string): void => {
    const proto = known.get(type);
    const packageName = type.slice(0, type.lastIndexOf("."));
    if (proto === undefined) {
      faults.push(`${path}: there is no message ${type}`);
      return;
    }
    for (const [name, field] of Object.entries(table.fields)) {
      const there = proto.get(name);
      const place = `${path}.${name}`;
      compared++;
      if (there === undefined) faults.push(`${place}: ${type} has no such field`);
      else if (there.number !== field.number)
        faults.push(`${place}: number ${field.number}, and ${there.number} in BuildKit`);
      else if (there.isList !== field.isList) faults.push(`${place}: list or not`);
      else if (isTable(field.codec)) {
        if (!there.type.startsWith("map<")) compare(field.codec, resolve(there.type, packageName) ?? there.type, place);
      } else {
        const isVarint =
          varints.has(there.type) || (!texts.has(there.type) && resolve(there.type, packageName) === undefined);
        const wire = isVarint ? 0 : 2;
        if (wire !== field.codec.wire) faults.push(`${place}: ${there.type} has wire type ${wire}`);
      }
    }
  };
  for (const service of [messages.Control, messages.LLBBridge]) {
    for (const { path, request, response } of Object.values(service)) {
      const types = calls.get(path);
      if (types === undefined) faults.push(`${path}: there is no such call`);
      else for (const [index, table] of [request, response].entries()) compare(table, types[index] ?? "", path);
    }
  }
  compare(messages.Op, "pb.Op", "Op");
  expect(faults).toEqual([]);
  expect(compared).toBeGreaterThan(100);
});
