import { BkcacheError } from "../diagnostics/error.ts";
import { nearest } from "../diagnostics/nearest.ts";

/** The flags of a command line, as far as they must be known to tell their values from arguments. */
export interface FlagTable {
  /** Long flags that take a value, without dashes. */
  readonly values: readonly string[];
  /** Long flags that stand alone. */
  readonly switches: readonly string[];
  /** Long flag by letter. */
  readonly letters: Readonly<Record<string, string>>;
}

export type Token =
  | {
      readonly kind: "flag";
      /** Long name without dashes; for a letter that no table knows, the letter. */
      readonly name: string;
      /** Null where none was given. */
      readonly value: string | null;
      /** The flag as it can be passed on. */
      readonly raw: readonly string[];
    }
  | { readonly kind: "word"; readonly text: string };

/**
 * Splits a command line by the rules of buildx's parser (pflag): flags and arguments in any order, `--flag=value`,
 * `--flag value`, `-fvalue`, `-f=value`, joined letters, and `--` before arguments only. A word after an unknown
 * flag is its value.
 * @throws BkcacheError BK1002 where the value of a known flag is missing.
 */
export function scanArgs(argv: readonly string[], table: FlagTable): readonly Token[] {
  const tokens: Token[] = [];
  const queue = [...argv];
  const takeUnknown = (): string | null => {
    const next = queue[0];
    return next === undefined || next.startsWith("-") ? null : (queue.shift() ?? null);
  };
  const takeKnown = (flag: string): string => {
    const next = queue.shift();
    if (next !== undefined) return next;
    throw new BkcacheError({ code: "BK1002", message: `${flag} needs a value` });
  };

  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    if (arg === "--") {
      tokens.push(...queue.map((text): Token => ({ kind: "word", text })));
      break;
    }
    if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const name = arg.slice(2, equals === -1 ? undefined : equals);
      if (equals !== -1) tokens.push({ kind: "flag", name, value: arg.slice(equals + 1), raw: [arg] });
      else if (table.switches.includes(name)) tokens.push({ kind: "flag", name, value: null, raw: [arg] });
      else {
        const value = table.values.includes(name) ? takeKnown(arg) : takeUnknown();
        tokens.push({ kind: "flag", name, value, raw: value === null ? [arg] : [arg, value] });
      }
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let letters = arg.slice(1); letters !== "";) {
        const letter = letters[0] ?? "";
        const rest = letters.slice(1);
        const name = table.letters[letter];
        let value: string | null = null;
        letters = "";
        if (rest.startsWith("=")) value = rest.slice(1);
        else if (name !== undefined && table.switches.includes(name)) letters = rest;
        else if (rest !== "") value = rest;
        else value = name === undefined ? takeUnknown() : takeKnown(`-${letter}`);
        const raw =
          value === null
            ? [`-${letter}`]
            : rest.startsWith("=") || rest !== ""
              ? [`-${letter}${rest}`]
              : [`-${letter}`, value];
        tokens.push({ kind: "flag", name: name ?? letter, value, raw: letters === "" ? raw : [`-${letter}`] });
      }
    } else {
      tokens.push({ kind: "word", text: arg });
    }
  }
  return tokens;
}

/** Whether a switch is on: alone, or with a value that Go's ParseBool takes for true. */
export function isOn(value: string | null): boolean {
  return value === null || /^(1|t|true)$/i.test(value);
}

/** For spreading: the key with its value, nothing where there is no value. */
export function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  const found: Partial<Record<K, string>> = {};
  if (value !== undefined && value !== "") found[key] = value;
  return found;
}

/** A flag of no table: a newer buildx may have it, or it is misspelt. */
export interface UnknownFlag {
  /** As it was given, with dashes and without its value. */
  readonly flag: string;
  /** Known ones that may be meant, with dashes. */
  readonly guess: string | undefined;
}

export function findUnknownFlags(tokens: readonly Token[], table: FlagTable): readonly UnknownFlag[] {
  const known = [...table.values, ...table.switches];
  return tokens.flatMap((token): readonly UnknownFlag[] => {
    if (token.kind === "word" || known.includes(token.name)) return [];
    // Of a letter nobody can tell what it is near to.
    if (token.name.length === 1) return [{ flag: `-${token.name}`, guess: undefined }];
    const near = nearest(token.name, known);
    const longer = known.filter((name) => name.endsWith(`-${token.name}`));
    const guesses = near === undefined ? longer : [near];
    return [{ flag: `--${token.name}`, guess: guesses.map((name) => `--${name}`).join(" or ") || undefined }];
  });
}
