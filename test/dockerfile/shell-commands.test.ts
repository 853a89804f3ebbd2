import * as fc from "fast-check";
import { expect, test } from "vitest";
import { commandsOfWords, splitCommands } from "../../src/dockerfile/shell-commands.ts";

interface Case {
  readonly title: string;
  readonly script: string;
  /** Words of each command, joined by blanks. */
  readonly commands: readonly string[];
}

const cases: readonly Case[] = [
  { title: "lists and pipes", script: "a && b || c; d | e & f", commands: ["a", "b", "c", "d", "e", "f"] },
  { title: "lines", script: "set -eux\na 1\n\nb", commands: ["set -eux", "a 1", "b"] },
  { title: "quotes", script: `a 'x; y' "p && q" r\\;s it''s`, commands: ["a x; y p && q r;s its"] },
  { title: "comments", script: "a # b; c\nd#e", commands: ["a", "d#e"] },
  {
    title: "conditions",
    script: "if [ -f x ]; then a; elif b; then c; else d; fi",
    commands: ["[ -f x ]", "a", "b", "c", "d"],
  },
  {
    title: "loops",
    script: "for f in a b; do cp $f /d; done; while ! x; do y; done",
    commands: ["cp $f /d", "x", "y"],
  },
  { title: "groups", script: "(cd a && b); { c; }", commands: ["cd a", "b", "c"] },
  {
    title: "substitutions",
    script: 'a "$(b "c d")" `e f` $(g)',
    commands: ["b c d", "e f", "g", 'a $(b "c d") `e f` $(g)'],
  },
  { title: "a substitution in single quotes is text", script: "a '$(b)'", commands: ["a $(b)"] },
  { title: "parameters hold no commands", script: 'a ${X:-b;c} "${Y}"', commands: ["a ${X:-b;c} ${Y}"] },
  {
    title: "here-documents are data",
    script: "a <<EOF > /x\nnpm ci\nEOF\nb <<-'Y'\n\tc\n\tY\nd",
    commands: ["a", "b", "d"],
  },
  { title: "shells", script: `sh -c 'a; b' && bash -euo pipefail -c "c"`, commands: ["a", "b", "c"] },
  { title: "a shell that is given a file", script: "sh install.sh -c x", commands: ["sh install.sh -c x"] },
  {
    title: "programs that run others",
    script:
      "sudo -E -u bob a; env -u X B=1 b; exec c; time d; timeout -k 5 10 e; gosu me f; busybox g; nice -n 5 sudo h",
    commands: ["a", "b", "c", "d", "e", "f", "g", "h"],
  },
  {
    title: "more programs that run others",
    script:
      "su - node -s /bin/sh -c 'a; b'; runuser -u me -- c; cat x | xargs -r -n 10 d; doas e; chroot /mnt f; eval \"g && h\"",
    commands: ["a", "b", "c", "cat x", "d", "e", "f", "g", "h"],
  },
  { title: "busybox itself", script: "busybox --install -s /bin", commands: ["busybox --install -s /bin"] },
  { title: "what is not closed", script: "a 'b; c", commands: ["a b; c"] },
];

test.each(cases)("$title", ({ script, commands }) => {
  expect(splitCommands(script).map(({ words }) => words.join(" "))).toEqual(commands);
});

test("assignments and outputs stand apart", () => {
  expect(splitCommands(`A=1 B="x y" a b >/o 2>>/e 3>&1 >&2 </i &>/all; C=2`)).toEqual([
    { env: { A: "1", B: "x y" }, words: ["a", "b"], outputs: ["/o", "/e", "/all"] },
    { env: { C: "2" }, words: [], outputs: [] },
  ]);
});

test("assignments in front of a wrapper or a shell reach the command", () => {
  expect(splitCommands("A=1 sudo B=2 sh -c 'C=3 x'")).toEqual([
    { env: { A: "1", B: "2", C: "3" }, words: ["x"], outputs: [] },
  ]);
});

test("a list of words is not split again", () => {
  expect(commandsOfWords(["a", "b; c", "$X"])).toEqual([{ env: {}, words: ["a", "b; c", "$X"], outputs: [] }]);
  expect(commandsOfWords(["/bin/busybox", "sh", "-c", "a; b"]).map(({ words }) => words)).toEqual([["a"], ["b"]]);
});

test("any text ends, and quoted words come back as they were", () => {
  const piece = fc.constantFrom(
    "a",
    " ",
    "'",
    '"',
    "\\",
    "$(",
    "`",
    "${",
    ")",
    "}",
    "<<E",
    "\n",
    ";",
    "&",
    ">",
    "|",
    "sh -c ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      splitCommands(pieces.join(""));
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), (words) => {
      const script = `program ${words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(" ")}`;
      expect(splitCommands(script).at(-1)?.words).toEqual(["program", ...words]);
    }),
  );
});
