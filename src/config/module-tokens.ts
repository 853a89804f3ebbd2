/** A piece of a module in TypeScript or JavaScript: a word, a number, a string, a template, a pattern or a sign. */
export interface Token {
  readonly kind: "word" | "string" | "other" | "sign";
  /** Of a string the value, as far as it needs no escapes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const blank = /(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)+/y;
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /\.?\d[\w.]*/y;
const string = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const sign = /\.\.\.|=>|[^\s\w"'`]/y;

/** Null for what is cut off, or no such module at all. */
export function readTokens(text: string): readonly Token[] | null {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const start = skip(blank, text, at);
    if (start >= text.length) break;
    const token = readToken(text, start, tokens.at(-1));
    if (token === null) return null;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function readToken(text: string, start: number, before: Token | undefined): Token | null {
  const make = (kind: Token["kind"], end: number, own = text.slice(start, end)): Token | null =>
    end > start ? { kind, text: own, start, end } : null;
  if (text[start] === "`") return make("other", endOfTemplate(text, start));
  const end = skip(string, text, start);
  if (end > start) return make("string", end, text.slice(start + 1, end - 1));
  return (
    make("word", skip(word, text, start)) ??
    make("other", skip(number, text, start)) ??
    (text[start] === "/" && !isValue(before) ? make("other", skip(pattern, text, start)) : null) ??
    make("sign", skip(sign, text, start))
  );
}

/** Behind a value a slash divides. */
function isValue(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === "sign" ? [")", "]", "}"].includes(token.text) : token.text !== "return";
}

function skip(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

/** Behind the last backtick; the start where there is none. */
function endOfTemplate(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`") return at + 1;
    else if (text.startsWith("${", at)) {
      let depth = 0;
      for (at += 1; at < text.length; at += 1) {
        if (text[at] === "`") at = endOfTemplate(text, at) - 1;
        else if (text[at] === "{") depth += 1;
        else if (text[at] === "}" && --depth === 0) break;
      }
    }
  }
  return start;
}
