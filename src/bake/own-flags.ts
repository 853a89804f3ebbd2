import { BkcacheError } from "../diagnostics/error.ts";
import { isOn, type Token } from "./flags.ts";

/** Flags of `bkcache bake` and `bkcache build` that buildx does not have. */
export interface OwnFlags {
  readonly cache?: string;
  readonly readScope?: string;
  readonly writeScope?: string;
  readonly report?: string;
  readonly config?: string;
  readonly locked: boolean;
  readonly strict: boolean;
  readonly help: boolean;
}

type TextFlag = "cache" | "readScope" | "writeScope" | "report" | "config";
const texts: ReadonlyMap<string, TextFlag> = new Map([
  ["cache", "cache"],
  ["read-scope", "readScope"],
  ["write-scope", "writeScope"],
  ["report", "report"],
  ["config", "config"],
]);
const switches = ["locked", "strict", "help"] as const;

/** For a table of flags. */
export const ownValues: readonly string[] = [...texts.keys()];
export const ownSwitches: readonly string[] = switches;
export const ownLetters: Readonly<Record<string, string>> = { h: "help" };

export interface OwnSplit {
  readonly own: OwnFlags;
  /** The tokens that are not bkcache's own, in order. */
  readonly rest: readonly Token[];
}

/** Takes bkcache's own flags out; of one given twice the last counts. @throws BkcacheError BK1002. */
export function takeOwnFlags(tokens: readonly Token[]): OwnSplit {
  const found: { -readonly [K in keyof OwnFlags]: OwnFlags[K] } = { locked: false, strict: false, help: false };
  const rest = tokens.filter((token) => {
    if (token.kind === "word") return true;
    const { name, value } = token;
    const key = texts.get(name);
    if (key !== undefined) {
      if (value === null || value === "")
        throw new BkcacheError({ code: "BK1002", message: `--${name} needs a value` });
      if (name === "report" && value === "-") {
        throw new BkcacheError({
          code: "BK1002",
          message: "--report needs a file: standard output is buildx's own",
          hint: "name a file, and read it after the build",
        });
      }
      found[key] = value;
      return false;
    }
    const option = switches.find((known) => known === name);
    if (option === undefined) return true;
    found[option] = isOn(value);
    return false;
  });
  return { own: found, rest };
}
