/** Programs of tonistiigi/xx that run another one for the target platform, in the folders of that one. */
const crossed = /^xx-(?=(?:cargo|go|apt|apt-get)$)/;

/** Subcommands of cargo that run the one behind them, or another one of cargo's by themselves. */
const cargoWrappers: ReadonlySet<string> = new Set(["auditable", "hack", "leptos", "xwin"]);
const cargoNames: Readonly<Record<string, string>> = { zigbuild: "build", nextest: "test" };
/** Flags of cargo itself that a value follows. */
const cargoValued = /^(?:--config|--color|-C|-Z)$/;

/**
 * The commands that a command line comes to, without what stands between a tool and what it does: `xx-cargo +nightly
 * auditable build` is `cargo build`, `mix do deps.get, deps.compile` two of mix. Words that say nothing here stay.
 */
export function calledCommands(words: readonly string[]): readonly (readonly string[])[] {
  const [first = "", ...rest] = words;
  const program = first.replace(crossed, "");
  if (program === "cargo") return [["cargo", ...calledByCargo(rest)]];
  if (program.startsWith("cargo-")) return calledCommands(["cargo", program.slice("cargo-".length), ...rest]);
  if (program === "mix" && rest[0] === "do") return calledByMix(rest.slice(1));
  return [[program, ...rest]];
}

function calledByCargo(words: readonly string[]): readonly string[] {
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (cargoValued.test(word)) at += 1;
    else if (!word.startsWith("+") && !word.startsWith("-") && !cargoWrappers.has(word)) break;
  }
  const [name = "", ...rest] = words.slice(at);
  // `cargo-chef` is called by its own name too.
  return [cargoNames[name] ?? name, ...(name === "chef" && rest[0] === "chef" ? rest.slice(1) : rest)];
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
