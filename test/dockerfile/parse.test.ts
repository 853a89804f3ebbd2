import { describe, expect, test } from "vitest";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";

/** Keyword, flags and arguments of each instruction; `text` slices what a range covers. */
function read(text: string) {
  const { instructions } = parseDockerfile(text);
  return instructions.map(({ keyword, flags, args }) =>
    [keyword, flags.map(({ name, value }) => (value === null ? `--${name}` : `--${name}=${value}`)), args].flat(),
  );
}

// Each expectation is what BuildKit's own parser makes of the text.
describe("instructions", () => {
  test.each<[string, string, string[][]]>([
    [
      "a keyword in lower case",
      "from a\nrun x\n",
      [
        ["FROM", "a"],
        ["RUN", "x"],
      ],
    ],
    [
      "continuation in the middle of words",
      "FROM a\nRU\\\nN --mo\\\nunt=b x\\\ny",
      [
        ["FROM", "a"],
        ["RUN", "--mount=b", "xy"],
      ],
    ],
    [
      "comments and blank lines between continuation lines",
      "FROM a\nRUN --mount=a \\\n  # why\n\n  --mount=b \\\n\t# more\n  go\nUSER x\n",
      [
        ["FROM", "a"],
        ["RUN", "--mount=a", "--mount=b", "go"],
        ["USER", "x"],
      ],
    ],
    [
      "blanks behind the escape",
      "FROM a\nRUN x \\ \t\n y\n",
      [
        ["FROM", "a"],
        ["RUN", "x  y"],
      ],
    ],
    [
      "two escapes do not continue",
      "FROM a\nRUN x \\\\\nRUN y\n",
      [
        ["FROM", "a"],
        ["RUN", "x \\\\"],
        ["RUN", "y"],
      ],
    ],
    [
      "an escape at the end of the file",
      "FROM a\nRUN x \\",
      [
        ["FROM", "a"],
        ["RUN", "x"],
      ],
    ],
    [
      "CRLF",
      "FROM a\r\nRUN x \\\r\n y\r\n",
      [
        ["FROM", "a"],
        ["RUN", "x  y"],
      ],
    ],
    [
      "the escape directive",
      "# escape=`\nFROM a\nRUN x `\n y\nCOPY a C:\\\nRUN z",
      [
        ["FROM", "a"],
        ["RUN", "x  y"],
        ["COPY", "a C:\\"],
        ["RUN", "z"],
      ],
    ],
    [
      "a byte order mark",
      "\ufeff# escape=`\r\nFROM a\r\nRUN x `\r\n y",
      [
        ["FROM", "a"],
        ["RUN", "x  y"],
      ],
    ],
    [
      "a directive behind a comment is a comment",
      "# hello\n# escape=`\nFROM a `\nRUN x",
      [
        ["FROM", "a `"],
        ["RUN", "x"],
      ],
    ],
    [
      "quotes in flags",
      "FROM a\nRUN --mount=\"t=a b\" --x='c d'e x",
      [
        ["FROM", "a"],
        ["RUN", "--mount=t=a b", "--x=c de", "x"],
      ],
    ],
    [
      "an escaped blank in a flag",
      "FROM a\nRUN --mount=a\\ b x",
      [
        ["FROM", "a"],
        ["RUN", "--mount=a b", "x"],
      ],
    ],
    [
      "two dashes alone end the flags",
      "FROM a\nRUN -- --mount=a x",
      [
        ["FROM", "a"],
        ["RUN", "--mount=a x"],
      ],
    ],
    [
      "a flag without arguments",
      "FROM a\nRUN --mount=a",
      [
        ["FROM", "a"],
        ["RUN", "--mount=a", ""],
      ],
    ],
    ["nothing", "", []],
    ["comments only", "# a\n\n# b", []],
  ])("%s", (_, text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test("ranges cover what they name", () => {
    const text = "FROM a\n\n  RUN --mount=type=cache,\\\ntarget=/a \\\n  # why\n  --network=none \\\n  go\n";
    const [, run] = parseDockerfile(text).instructions;
    const slice = ({ start, end }: { start: number; end: number }) => text.slice(start, end);
    expect(run?.flags.map(({ range }) => slice(range))).toEqual(["--mount=type=cache,\\\ntarget=/a", "--network=none"]);
    expect(slice(run!.range)).toBe(text.slice(text.indexOf("RUN"), -1));
    expect(text.slice(run!.flagsEnd)).toBe("go\n");
    expect({ line: run?.line, endLine: run?.endLine }).toEqual({ line: 3, endLine: 7 });
    expect(run?.inner.map(({ text, line }) => [text, line])).toEqual([["why", 5]]);
  });

  test("the arguments begin where flags and keyword end when there are none", () => {
    const text = "FROM a\nRUN --mount=b  \nRUN  \n";
    const [, flagged, bare] = parseDockerfile(text).instructions;
    expect(text.slice(0, flagged?.flagsEnd)).toBe("FROM a\nRUN --mount=b");
    expect(text.slice(0, bare?.flagsEnd)).toBe("FROM a\nRUN --mount=b  \nRUN");
  });

  test("only comment lines directly above belong to an instruction", () => {
    const { instructions, comments } = parseDockerfile("# syntax=x\n# a\n\n# b\n # c\nFROM a\nRUN x # no\n");
    expect(instructions.map((each) => each.comments.map(({ text }) => text))).toEqual([["b", "c"], []]);
    expect(comments.map(({ text }) => text)).toEqual(["a", "b", "c"]);
  });

  test("ONBUILD holds an instruction with flags of its own", () => {
    const text = "FROM a\nONBUILD RUN --mount=b x <<E\ny\nE\n";
    const [, onbuild] = parseDockerfile(text).instructions;
    expect(onbuild).toMatchObject({ keyword: "ONBUILD", flags: [], args: "RUN --mount=b x <<E", endLine: 4 });
    expect(onbuild?.trigger).toMatchObject({ keyword: "RUN", flags: [{ name: "mount", value: "b" }], args: "x <<E" });
    expect(text.slice(onbuild?.trigger?.range.start)).toMatch(/^RUN/);
  });
});

describe("heredocs", () => {
  test.each<[string, string, string[], string[]]>([
    ["one", "FROM a\nRUN <<EOF\nRUN no\nEOF\nRUN b\n", ["FROM", "RUN", "RUN"], ["EOF"]],
    ["two, in order", "FROM a\nCOPY <<A <<B /x/\nRUN no\nA\nFROM y\nB\nRUN c", ["FROM", "COPY", "RUN"], ["A", "B"]],
    ["tabs before the end of <<-", "FROM a\nRUN <<-E cat\n\tRUN x\n\tE\nRUN y", ["FROM", "RUN", "RUN"], ["E"]],
    ["a quoted name", 'FROM a\nRUN <<"E F" cat\nE F\nRUN y', ["FROM", "RUN", "RUN"], ["E F"]],
    ["behind a blank", "FROM a\nRUN cat << E\nE\nRUN y", ["FROM", "RUN", "RUN"], ["E"]],
    ["not in quotes", 'FROM a\nRUN echo "<<EOF"\nRUN b', ["FROM", "RUN", "RUN"], []],
    ["not where a quote is left open", "FROM a\nRUN cat <<EOF; echo it's\nRUN b", ["FROM", "RUN", "RUN"], []],
    ["no here-string", "FROM a\nRUN cat <<<EOF\nRUN b", ["FROM", "RUN", "RUN"], []],
    ["not in exec form", 'FROM a\nRUN ["x", "<<EOF"]\nRUN y', ["FROM", "RUN", "RUN"], []],
    ["not in ENV", "FROM a\nENV X=<<EOF\nRUN y", ["FROM", "ENV", "RUN"], []],
    ["in ONBUILD", "FROM a\nONBUILD RUN <<E\nRUN x\nE\nRUN y", ["FROM", "ONBUILD", "RUN"], ["E"]],
    ["with CRLF", "FROM a\r\nRUN <<E\r\nRUN x\r\nE\r\nRUN y", ["FROM", "RUN", "RUN"], ["E"]],
    ["without an end", "FROM a\nRUN <<E\nRUN x\n", ["FROM", "RUN"], ["E"]],
  ])("%s", (_, text, keywords, names) => {
    const { instructions } = parseDockerfile(text);
    expect(instructions.map(({ keyword }) => keyword)).toEqual(keywords);
    expect(instructions.flatMap(({ heredocs }) => heredocs.map(({ name }) => name))).toEqual(names);
  });

  test("lines, expansion and comments inside", () => {
    const text = "FROM a\nRUN <<A <<-'B'\n# no comment\nA\n\tb\n\tB\n# bkcache: x\n";
    const { instructions, comments } = parseDockerfile(text);
    const heredocs = instructions[1]?.heredocs ?? [];
    expect(heredocs.map(({ range }) => text.slice(range.start, range.end))).toEqual(["# no comment\n", "\tb\n"]);
    expect(heredocs.map(({ isExpanded, isChomped }) => [isExpanded, isChomped])).toEqual([
      [true, false],
      [false, true],
    ]);
    expect(comments.map((comment) => comment.text)).toEqual(["bkcache: x"]);
  });
});

test("stages, directives and global arguments", () => {
  const { stages, globalArgs, directives, eol, escape } = parseDockerfile(
    '# syntax=docker/dockerfile:1\r\n# Escape = `\r\nARG A=1 B C="x y"\r\nFROM --platform=$BUILDPLATFORM a:${A} AS Build\r\nRUN x\r\nFROM build\r\nCOPY a b\r\n',
  );
  expect({ directives, eol, escape }).toEqual({
    directives: { syntax: "docker/dockerfile:1", escape: "`" },
    eol: "\r\n",
    escape: "`",
  });
  expect(globalArgs).toEqual([
    { name: "A", value: "1" },
    { name: "B", value: null },
    { name: "C", value: '"x y"' },
  ]);
  expect(
    stages.map(({ index, name, from, platform, instructions }) => {
      return { index, name, from, platform, of: instructions.map(({ stage }) => stage) };
    }),
  ).toEqual([
    { index: 0, name: "build", from: "a:${A}", platform: "$BUILDPLATFORM", of: [0, 0] },
    { index: 1, name: null, from: "build", platform: null, of: [1, 1] },
  ]);
});
