/** A command without what joins it to others: `A=1 cp a b > c` has one assignment, three words and one output. */
export interface ShellCommand {
  readonly env: Readonly<Record<string, string>>;
  /** Quotes are taken away, variables stay as written. */
  readonly words: readonly string[];
  /** Files that its output is redirected to. */
  readonly outputs: readonly string[];
}

/** Words that open or close a part of a script, with a command behind them or none. */
const reserved = new Set(["if", "then", "else", "elif", "fi", "while", "until", "do", "done", "esac", "!", "{", "}"]);
/** Words behind which names and patterns come, up to the end of the line. */
const headers = new Set(["for", "case", "select", "function"]);
const assignment = /^([A-Za-z_]\w*)\+?=([^]*)$/;
/** Deeper scripts are nobody's work; each level costs a walk over the text. */
const deepest = 8;

/**
 * The simple commands of a POSIX shell script, in order: those of lists, pipes, groups and substitutions, and of the
 * scripts that `sh -c` and its kin are given; of `sudo`, `env` and such the command that they run. What is no valid
 * script gives what can be told of it, never an error.
 */
export function splitCommands(script: string): readonly ShellCommand[] {
  return parse(script, 0);
}

/** As `splitCommands`, of a command that is a list of words already, such as the JSON form of RUN. */
export function commandsOfWords(words: readonly string[]): readonly ShellCommand[] {
  return unwrap({ env: {}, words, outputs: [] }, 0);
}

/** The program without its folder: `/usr/bin/apt-get` is `apt-get`. Null where the command is an assignment alone. */
export function programOf({ words }: ShellCommand): string | null {
  const first = words[0];
  return first === undefined ? null : first.slice(first.lastIndexOf("/") + 1);
}

interface Draft {
  readonly env: Record<string, string>;
  readonly words: string[];
  readonly outputs: string[];
  isHeader: boolean;
}

const emptyDraft = (): Draft => ({ env: {}, words: [], outputs: [], isHeader: false });

function parse(script: string, depth: number): readonly ShellCommand[] {
  if (depth > deepest) return [];
  const commands: ShellCommand[] = [];
  /** Delimiters of here-documents whose text has yet to come. */
  const bodies: string[] = [];
  let draft = emptyDraft();
  const close = (): void => {
    const { isHeader, ...command } = draft;
    const isEmpty = command.words.length + command.outputs.length + Object.keys(command.env).length === 0;
    if (!isEmpty && !isHeader) commands.push(...unwrap(command, depth));
    draft = emptyDraft();
  };
  for (let at = 0; at < script.length;) {
    const char = script.charAt(at);
    const redirect = /^(?:\d*|&)(>>?\|?|<<<|<<-?|<>|<)(&?)[ \t]*/.exec(script.slice(at, at + 32));
    if (char === "\n") {
      close();
      at += 1;
      for (let name = bodies.shift(); name !== undefined; name = bodies.shift()) at = skipBody(script, at, name);
    } else if (/\s/.test(char)) {
      at += 1;
    } else if (char === "#") {
      while (at < script.length && script[at] !== "\n") at += 1;
    } else if (redirect !== null) {
      const [whole, operator = "", duplicate] = redirect;
      const word = readWord(script, at + whole.length);
      if (operator === "<<" || operator === "<<-") bodies.push(word.text);
      else if (operator.startsWith(">") && !(duplicate === "&" && /^[\d-]/.test(word.text)))
        draft.outputs.push(word.text);
      at = word.end;
    } else if (";|&()".includes(char)) {
      close();
      at += 1;
    } else {
      const { text, end } = readWord(script, at);
      commands.push(...substitutions(script.slice(at, end), depth));
      addWord(draft, text);
      at = Math.max(end, at + 1);
    }
  }
  close();
  return commands;
}

function addWord(draft: Draft, text: string): void {
  if (draft.words.length === 0) {
    if (headers.has(text)) draft.isHeader = true;
    if (reserved.has(text)) return;
    const [, name, value] = assignment.exec(text) ?? [];
    if (name !== undefined && value !== undefined) {
      draft.env[name] = value;
      return;
    }
  }
  draft.words.push(text);
}

/** The text of a here-document is data. Returns the offset behind it. */
function skipBody(script: string, from: number, delimiter: string): number {
  let at = from;
  while (at < script.length) {
    const end = script.indexOf("\n", at);
    const line = script.slice(at, end === -1 ? script.length : end);
    at = end === -1 ? script.length : end + 1;
    if (line.replace(/^\t+/, "").replace(/\r$/, "") === delimiter) break;
  }
  return at;
}

function readWord(script: string, start: number): { readonly text: string; readonly end: number } {
  let text = "";
  let at = start;
  while (at < script.length) {
    const char = script.charAt(at);
    if (/[\s;|&()<>]/.test(char)) break;
    if (char === "'") {
      const end = endOfQuote(script, at + 1, "'");
      text += script.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const end = endOfQuote(script, at + 1, '"');
      text += script.slice(at + 1, end).replaceAll(/\\(["\\$`\n])/g, (_, escaped: string) => escaped.trim());
      at = end + 1;
    } else if (char === "\\") {
      text += script[at + 1] === "\n" ? "" : (script[at + 1] ?? "");
      at += 2;
    } else if (char === "`" || script.startsWith("$(", at) || script.startsWith("${", at)) {
      const end = endOfExpansion(script, at);
      text += script.slice(at, end);
      at = end;
    } else {
      text += char;
      at += 1;
    }
  }
  return { text, end: Math.min(at, script.length) };
}

/** Offset of the quote that ends; the end of the text where none does. */
function endOfQuote(script: string, from: number, quote: string): number {
  for (let at = from; at < script.length; at += 1) {
    if (script[at] === quote) return at;
    if (quote === "'") continue;
    if (script[at] === "\\") at += 1;
    else if (quote === '"' && script.startsWith("$(", at)) at = endOfExpansion(script, at) - 1;
  }
  return script.length;
}

/** Offset behind a substitution or a parameter that begins here. */
function endOfExpansion(script: string, start: number): number {
  if (script[start] === "`") return Math.min(endOfQuote(script, start + 1, "`") + 1, script.length);
  const [open, close] = script[start + 1] === "(" ? ["(", ")"] : ["{", "}"];
  let depth = 0;
  for (let at = start + 1; at < script.length; at += 1) {
    const char = script.charAt(at);
    if (char === "\\") at += 1;
    else if (char === "'") at = endOfQuote(script, at + 1, "'");
    else if (char === open) depth += 1;
    else if (char === close) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return script.length;
}

/** Commands inside of the `$(...)` and backticks of a word as written. */
function substitutions(word: string, depth: number): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  for (let at = 0; at < word.length; at += 1) {
    const char = word.charAt(at);
    if (char === "'" && !word.startsWith('"')) at = endOfQuote(word, at + 1, "'");
    else if (char === "\\") at += 1;
    else if (char === "`" || word.startsWith("$(", at)) {
      const end = endOfExpansion(word, at);
      commands.push(...parse(word.slice(at + (char === "`" ? 1 : 2), end - 1), depth + 1));
      at = end - 1;
    }
  }
  return commands;
}

const shells = new Set(["sh", "bash", "ash", "dash", "zsh", "ksh"]);
/** Programs that run another one: flags of theirs that take a value, and how many words stand before the program. */
const wrappers: Readonly<Record<string, { readonly valued: RegExp; readonly operands: number }>> = {
  busybox: { valued: /^$/, operands: 0 },
  sudo: { valued: /^-[ugphCrt]$/, operands: 0 },
  env: { valued: /^-[uCS]$/, operands: 0 },
  exec: { valued: /^-a$/, operands: 0 },
  command: { valued: /^$/, operands: 0 },
  time: { valued: /^-[fo]$/, operands: 0 },
  nice: { valued: /^-n$/, operands: 0 },
  nohup: { valued: /^$/, operands: 0 },
  timeout: { valued: /^-[ks]$/, operands: 1 },
  gosu: { valued: /^$/, operands: 1 },
  "su-exec": { valued: /^$/, operands: 1 },
  runuser: { valued: /^-[ugG]$/, operands: 0 },
  setpriv: { valued: /^$/, operands: 0 },
  doas: { valued: /^-[uC]$/, operands: 0 },
  chroot: { valued: /^$/, operands: 1 },
  xargs: { valued: /^-[adEILnPs]$/, operands: 0 },
  ionice: { valued: /^-[cnp]$/, operands: 0 },
  stdbuf: { valued: /^-[ioe]$/, operands: 0 },
  unshare: { valued: /^$/, operands: 0 },
  setarch: { valued: /^$/, operands: 1 },
  linux32: { valued: /^$/, operands: 0 },
  eatmydata: { valued: /^$/, operands: 0 },
  tini: { valued: /^-[egpv]$/, operands: 0 },
  "dumb-init": { valued: /^$/, operands: 0 },
  "xvfb-run": { valued: /^-[efnps]$/, operands: 0 },
};

/** The command that a wrapper runs, or the commands of a script that a shell is given. */
function unwrap(command: ShellCommand, depth: number): readonly ShellCommand[] {
  const name = programOf(command);
  if (depth > deepest || name === null) return [command];
  const isShell =
    shells.has(name) || name === "su" || name === "eval" || (name === "runuser" && command.words.includes("-c"));
  if (isShell) {
    const script = name === "eval" ? command.words.slice(1).join(" ") : scriptOf(command.words, !shells.has(name));
    if (script === undefined) return [command];
    return parse(script, depth + 1).map(({ env, words, outputs }) => {
      return { env: { ...command.env, ...env }, words, outputs };
    });
  }
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  // With a flag it does something of its own, as `busybox --install`.
  if (wrapper === undefined || (name === "busybox" && command.words[1]?.startsWith("-") === true)) return [command];
  const env: Record<string, string> = { ...command.env };
  let { operands } = wrapper;
  let at = 1;
  for (; at < command.words.length; at += 1) {
    const word = command.words[at] ?? "";
    const [, variable, value] = assignment.exec(word) ?? [];
    if (variable !== undefined && value !== undefined) env[variable] = value;
    else if (wrapper.valued.test(word)) at += 1;
    else if (!word.startsWith("-")) {
      if (operands === 0) break;
      operands -= 1;
    }
  }
  return unwrap({ ...command, env, words: command.words.slice(at) }, depth + 1);
}

/** What follows `-c` among the flags of a shell, or those of a program that takes the name of a user before or after. */
function scriptOf(words: readonly string[], hasUser: boolean): string | undefined {
  if (hasUser) {
    const at = words.findIndex((word) => word === "-c" || word === "--command");
    return at === -1 ? undefined : words[at + 1];
  }
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (/^-[a-z]*c$/.test(word)) return words[at + 1];
    if (!/^[-+]/.test(word)) return undefined;
    // The name of an option.
    if (/^[-+][a-z]*o$/.test(word)) at += 1;
  }
  return undefined;
}
