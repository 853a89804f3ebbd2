import { runnersOf, valuedFlags } from "./runners.ts";

/** Programs of tonistiigi/xx that run another one for the target platform, in the folders of that one. */
const crossed = /^xx-(?=(?:cargo|go|apk|apt|apt-get)$)/;
/** Programs that have the version in their name. */
const versioned = /^(pip|python|pypy|go|php|ruby|gem|bundle|bundler|node|npm|cargo)-?\d[\d.]*$/;
/** Other names of programs, and programs that do what another one does. */
const sameAs: Readonly<Record<string, readonly string[]>> = {
  "apt-fast": ["apt-get"],
  aptitude: ["apt-get"],
  bundler: ["bundle"],
  "composer.phar": ["composer"],
  gotestsum: ["go", "test"],
  ko: ["go"],
  garble: ["go"],
  goreleaser: ["go", "build"],
  xcaddy: ["go"],
  xk6: ["go"],
  maturin: ["cargo"],
  mvnd: ["mvn"],
  "pip-sync": ["pip", "install"],
  pipx: ["pip"],
  pypy: ["python"],
  "wasm-pack": ["cargo"],
  yarnpkg: ["yarn"],
};

/** Subcommands of cargo that run the one behind them, or another one of cargo's by themselves. */
const cargoWrappers: ReadonlySet<string> = new Set(
  "auditable careful component hack lambda leptos ndk pgrx tauri xwin".split(" "),
);
const cargoNames: Readonly<Record<string, string>> = {
  b: "build",
  c: "check",
  d: "doc",
  r: "run",
  t: "test",
  "llvm-cov": "test",
  nextest: "test",
  rustc: "build",
  tarpaulin: "test",
  zigbuild: "build",
};

/**
 * The commands that a command line comes to, without what stands between a tool and what it does: `xx-cargo +nightly
 * auditable build` is `cargo build`, `python3 -m pip install` is `pip install`, `mix do deps.get, deps.compile` two of
 * mix, `poetry run pip install` one of poetry and one of pip. Flags before a subcommand stand behind it, without
 * those that take a value. Words that say nothing here stay.
 */
export function calledCommands(words: readonly string[]): readonly (readonly string[])[] {
  const [first = "", ...rest] = words;
  const program = programNamed(first);
  const inner = runnersOf(program, rest);
  if (inner !== null) return [...(inner.isItself ? [ordered(program, rest)] : []), ...calledCommands(inner.words)];
  if (program === "cargo") return [["cargo", ...calledByCargo(rest)]];
  if (program.startsWith("cargo-")) return calledCommands(["cargo", program.slice("cargo-".length), ...rest]);
  if (program === "mix" && rest[0] === "do") return calledByMix(rest.slice(1));
  const same = Object.hasOwn(sameAs, program) ? sameAs[program] : undefined;
  return [ordered(same?.[0] ?? program, [...(same?.slice(1) ?? []), ...rest])];
}

/** Without its folder, its version and what stands in front for another platform. */
function programNamed(word: string): string {
  const name = word.slice(word.lastIndexOf("/") + 1).replace(crossed, "");
  return versioned.exec(name)?.[1] ?? name;
}

/** Flags that stand before the first word of a command go to its end. */
function ordered(program: string, words: readonly string[]): readonly string[] {
  const valued = Object.hasOwn(valuedFlags, program) ? valuedFlags[program] : undefined;
  const flags: string[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (valued?.test(word) === true) at += 1;
    else if (word.startsWith("-") && word !== "--") flags.push(word);
    else break;
  }
  return [program, ...words.slice(at), ...flags];
}

function calledByCargo(words: readonly string[]): readonly string[] {
  let at = 0;
  const flags: string[] = [];
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (valuedFlags["cargo"]?.test(word) === true) at += 1;
    else if (word.startsWith("-")) flags.push(word);
    else if (!word.startsWith("+") && !cargoWrappers.has(word)) break;
  }
  const [name = "", ...rest] = words.slice(at);
  // `cargo-chef` is called by its own name too.
  return [cargoNames[name] ?? name, ...(name === "chef" && rest[0] === "chef" ? rest.slice(1) : rest), ...flags];
}

/** Tasks are parted by a comma behind a word, or by a `+`. */
function calledByMix(words: readonly string[]): readonly (readonly string[])[] {
  const commands: string[][] = [["mix"]];
  for (const word of words) {
    if (word === "+" || word === ",") commands.push(["mix"]);
    else {
      commands.at(-1)?.push(word.replace(/,$/, ""));
      if (word.endsWith(",")) commands.push(["mix"]);
    }
  }
  return commands;
}
