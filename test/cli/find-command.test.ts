import { expect, test } from "vitest";
import type { CommandEntry, LeafEntry } from "../../src/cli/command.ts";
import { findCommand } from "../../src/cli/find-command.ts";

const leaf = (name: string): LeafEntry => ({ name, summary: "", load: () => Promise.reject(new Error("not loaded")) });
const entries: readonly CommandEntry[] = [
  leaf("plan"),
  { name: "mounts", summary: "", subcommands: [leaf("ls"), leaf("plan")] },
];

const command = (path: string, ...args: readonly string[]) => ({ kind: "command", path: path.split(" "), args });
const group = (isHelp: boolean) => ({ kind: "group", entry: entries[1], isHelp });
const unknown = (wanted: string, ...path: readonly string[]) => ({ kind: "unknown", wanted, path });

test.each<[string, object]>([
  ["plan", command("plan")],
  ["plan --json x", command("plan", "--json", "x")],
  ["plan help", command("plan", "help")],
  ["help plan", command("plan", "--help")],
  ["mounts", group(false)],
  ["mounts --help", group(true)],
  ["mounts -h", group(true)],
  ["mounts help", group(true)],
  ["help mounts", group(true)],
  ["mounts ls -q", command("mounts ls", "-q")],
  ["mounts plan a", command("mounts plan", "a")],
  ["mounts help ls", command("mounts ls", "--help")],
  ["help mounts ls", command("mounts ls", "--help")],
  ["mounts ls --help", command("mounts ls", "--help")],
  ["plann", unknown("plann")],
  ["--x", unknown("--x")],
  ["help plann", unknown("plann")],
  ["mounts lss", unknown("lss", "mounts")],
  ["mounts --json", unknown("--json", "mounts")],
  ["help mounts lss", unknown("lss", "mounts")],
])("%s", (line, expected) => {
  expect(findCommand(entries, line.split(" "))).toMatchObject(expected);
});
