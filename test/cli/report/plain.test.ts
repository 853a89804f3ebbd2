import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { withGithubAnnotations } from "../../../src/cli/report/github.ts";
import { createHumanReporter } from "../../../src/cli/report/human.ts";
import { plainJson, plainLine } from "../../../src/cli/report/plain.ts";
import { formatTable } from "../../../src/cli/report/table.ts";

const hostile = [
  "a\n::add-mask::b",
  "\r\n  ::error::pwned",
  "\u001b[2J\u001b]0;title\u0007",
  "##[error]x",
  "\u202egnp.exe",
  "\u2028::error::x",
  "\u009b2J",
  "::stop-commands::x",
];

/** A command as GitHub's runner finds one in a line. */
const command = /^\s*::\w|##\[/mu;
// oxlint-disable-next-line no-control-regex
const raw = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/u;

test.each([
  ["a\nb", "a\\nb"],
  ["\u001b[31m", "\\x1b[31m"],
  ["::error::x", "\\x3a:error::x"],
  ["  ::error::x", "  \\x3a:error::x"],
  ["a::b", "a::b"],
  ["x##[debug]", "x##\\x5bdebug]"],
  ["\u202ex", "\\u202ex"],
  ["größe 文字 \t😀", "größe 文字 \t😀"],
])("%j is shown as %s", (text, shown) => {
  expect(plainLine(text)).toBe(shown);
});

test("cells of a table stay in their line, and are no commands", () => {
  const lines = formatTable(
    [{ head: "MOUNT" }, { head: "KEY" }],
    hostile.map((text) => [text, text]),
    null,
  );
  expect(lines).toHaveLength(hostile.length + 1);
  for (const line of lines) expect(line).not.toMatch(raw);
  for (const line of lines) expect(line).not.toMatch(command);
});

test.each([false, true])("no reporter lets any of it through (GitHub: %s)", (isGithub) => {
  const written = { out: "", err: "" };
  const err = (text: string) => void (written.err += text);
  const human = createHumanReporter(
    { out: (text) => void (written.out += text), err, takesColour: () => false, columns: () => null },
    (text) => text,
  );
  const reporter = isGithub ? withGithubAnnotations(human, err, (text) => text) : human;
  for (const text of hostile) {
    const span = { file: text, line: 1, column: 2, excerpt: text };
    const finding = { code: "BK5030", message: text, hint: text, path: text, span } as const;
    reporter.findings([finding], "error");
    reporter.tell({ level: "warning", ...finding });
    reporter.tell({ level: "info", message: text });
    reporter.lines([text]);
    reporter.json({ [text]: text });
  }
  const log = `${written.out}${written.err}`;
  expect(log).not.toMatch(raw);
  const commands = log.split("\n").filter((line) => command.test(line));
  expect(commands.filter((line) => !/^::(?:error|warning) file=[^:]*title=bkcache BK5030::/.test(line))).toEqual([]);
  if (!isGithub) expect(commands).toEqual([]);
});

test("JSON reads as what was written", () => {
  const readsTheSame = (text: string) => {
    const written = plainJson({ [text]: [text, 1] });
    expect(JSON.parse(written)).toEqual({ [text]: [text, 1] });
    expect(written).not.toMatch(raw);
    expect(written).not.toMatch(command);
  };
  for (const text of hostile) readsTheSame(text);
  assert(property(string({ unit: "binary" }), readsTheSame), { numRuns: 300 });
});
