import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { manageDockerfile } from "../../src/dockerfile/manage.ts";
import { parseDockerfile } from "../../src/dockerfile/parse.ts";
import { lexWords } from "../../src/dockerfile/shell-words.ts";
import { arbitraryDockerfile, declaredMounts } from "../dockerfile/arbitrary-dockerfile.ts";
import { makeTempDir } from "../support/cleanup.ts";
import { repositoryDir } from "../support/toolchain.ts";

/*
 * Our parser beside BuildKit's, which is built from the sources that the toolchain pins.
 */

interface Parsed {
  readonly error?: string;
  readonly escape: string;
  readonly instructions: readonly {
    readonly keyword: string;
    readonly flags: readonly string[];
    readonly original: string;
    readonly endLine: number;
    readonly heredocs: readonly string[];
  }[];
}

let program: string;
let lexer: string;
beforeAll(() => {
  const dir = makeTempDir("parser");
  program = join(dir, "parse-dockerfiles");
  lexer = join(dir, "lex-words");
  const cwd = join(repositoryDir, "test/toolchain");
  execFileSync("go", ["build", "-o", dir, "./parse-dockerfiles", "./lex-words"], { cwd });
}, 300_000);

/** Runs a program of one line of JSON for each value. */
function answersOf(file: string, values: readonly unknown[]): readonly unknown[] {
  const input = values.map((value) => JSON.stringify(value)).join("\n");
  const output = execFileSync(file, { input, encoding: "utf8", maxBuffer: 2 ** 28 });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

function parseByBuildkit(texts: readonly string[]): readonly Parsed[] {
  return answersOf(program, texts) as readonly Parsed[];
}

function parseByUs(text: string) {
  const { escape, instructions } = parseDockerfile(text);
  return {
    escape,
    instructions: instructions.map(({ keyword, flags, endLine, heredocs }) => ({
      keyword,
      flags: flags.map(({ name, value }) => (value === null ? `--${name}` : `--${name}=${value}`)),
      endLine,
      heredocs: heredocs.flatMap(({ name, range }) => [name, text.slice(range.start, range.end)]),
    })),
  };
}

/** What any of it may mean depends on what stands beside it. */
const pieces =
  'RUN |run |FROM a|COPY |ONBUILD |ENV |--mount=type=cache,target=/a|--mount="a b"|--x=\'q|--| |  |\t|\\|`|\\\\|\n|\n|\r\n|\\\n|\\ \n|`\n|# c\n|#\n| # bkcache: x\n|\n\n|<<EOF|<<-EOF|<< EOF|2<<\'E O F\'|<<"EOF"|EOF\n|\tEOF\n|E O F\n|["a", "<<EOF"]|go build|"|\'|$X|${X:-<<EOF}|${|x|# escape=`\n|# syntax=docker/dockerfile:1\n|<<A <<B|A\n|B\n|echo <<<EOF|a=b'.split(
    "|",
  );
const soup = fc
  .tuple(fc.constantFrom("", "", "# escape=`\n", "\ufeff"), fc.array(fc.constantFrom(...pieces), { maxLength: 14 }))
  .map(([head, parts]) => `${head}FROM a\n${parts.join("")}`);

test.each([
  ["Dockerfiles of every shape", arbitraryDockerfile],
  ["pieces in any order", soup],
])("%s are the same to both", (_, arbitrary) => {
  const texts = fc.sample(arbitrary, 5000);
  const parsed = parseByBuildkit(texts);
  let compared = 0;
  for (const [index, text] of texts.entries()) {
    const theirs = parsed[index];
    // What BuildKit refuses is read as far as it goes.
    if (theirs === undefined || theirs.error !== undefined) continue;
    compared += 1;
    expect(parseByUs(text), JSON.stringify(text)).toEqual({
      escape: theirs.escape,
      instructions: theirs.instructions
        // An escape character alone makes an instruction without a name, which a build then refuses.
        .filter(({ keyword }) => keyword !== "")
        .map(({ keyword, flags, endLine, heredocs }) => ({ keyword, flags, endLine, heredocs })),
    });
  }
  expect(compared).toBeGreaterThan(4000);
});

test("BuildKit reads an edited Dockerfile as before, but for managed flags", () => {
  const options = { file: "Dockerfile", project: "shop", mounts: declaredMounts };
  const edits = fc
    .sample(arbitraryDockerfile, 3000)
    .map((text) => ({ text, edited: manageDockerfile(text, options).text }));
  const before = parseByBuildkit(edits.map(({ text }) => text));
  const after = parseByBuildkit(edits.map(({ edited }) => edited));
  const rest = (parsed: Parsed | undefined) =>
    parsed?.instructions
      .filter(({ original }) => !/^\s*arg TARGETARCH$/i.test(original))
      .map(({ keyword, flags, heredocs }) => [
        keyword,
        flags.filter((flag) => !/id=(?:shop-|team\/own)/.test(flag)),
        heredocs,
      ]);
  let changed = 0;
  for (const [index, { text, edited }] of edits.entries()) {
    if (edited !== text) changed += 1;
    expect(after[index]?.error, edited).toBe(before[index]?.error);
    expect(rest(after[index]), edited).toEqual(rest(before[index]));
  }
  expect(changed).toBeGreaterThan(100);
});

/** Of lex-words; the text is null where BuildKit refuses it. */
interface Lexed {
  readonly text: string | null;
  readonly words: readonly string[];
}

const wordPieces =
  '$V|${V|${B|${E|$E|}|}|}|:-|-|:+|+|:?|?|#|##|%|%%|/|//|/|.|*|?|\\*|\\?|\\\\|\\/|\\}|\\|`|\'|"|\'.\'|"*"|"\\*"|3|12|4|a|é|😀| |\t|\n|<<|<<  E|$$|$0|$1|${0}|{|}|[|]|^|(|$'.split(
    "|",
  );
const words = fc.record({
  word: fc.oneof(
    fc.array(fc.constantFrom(...wordPieces), { maxLength: 10 }).map((parts) => parts.join("")),
    fc
      .tuple(
        fc.constantFrom("V", "B", "E", ""),
        fc.constantFrom("#", "##", "%", "%%", "/", "//", ":-", "+"),
        fc.array(fc.constantFrom(...wordPieces), { maxLength: 4 }),
        fc.array(fc.constantFrom(...wordPieces), { maxLength: 3 }),
      )
      .map(([name, operator, a, b]) =>
        operator.startsWith("/")
          ? `\${${name}${operator}${a.join("")}/${b.join("")}}`
          : `\${${name}${operator}${a.join("")}}`,
      ),
  ),
  escape: fc.constantFrom("\\", "\\", "`"),
  value: fc.constantFrom("3.12.4", "a/b/a", "*.a\\?", "é😀é", "a\nb", "aaa", ""),
  isRaw: fc.boolean(),
  keepsUnset: fc.boolean(),
});

test("words are expanded as BuildKit does", () => {
  const cases = fc.sample(words, 30_000);
  const requests = cases.map(({ value, ...rest }) => ({ ...rest, env: [`V=${value}`, "E="] }));
  const answers = answersOf(lexer, requests) as readonly Lexed[];
  let compared = 0;
  for (const [index, { word, value, ...options }] of cases.entries()) {
    const env: Readonly<Record<string, string>> = { V: value, E: "" };
    const ours = lexWords(word, { ...options, lookup: (name) => env[name] });
    const theirs = answers[index];
    if (theirs?.text !== null) compared += 1;
    expect(ours?.text ?? null, JSON.stringify(cases[index])).toBe(theirs?.text);
    // A substitution with a word of its own makes shell.Lex forget what stood before it in the word that is split.
    if (!word.includes("${")) expect(ours?.words ?? [], JSON.stringify(cases[index])).toEqual(theirs?.words);
  }
  expect(compared).toBeGreaterThan(10_000);
});
