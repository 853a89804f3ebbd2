/** A `variable` block of a bake file, as it is written. */
export interface DeclaredVariable {
  readonly name: string;
  /** Expressions of HCL; null where the block has none. */
  readonly type: string | null;
  readonly default: string | null;
  readonly hasValidation: boolean;
}

/** The variables of an HCL text. What is no HCL has none. */
export function readHclVariables(text: string): readonly DeclaredVariable[] {
  return [...text.matchAll(/^[ \t]*variable[ \t]+"?([\w-]+)"?[ \t]*\{/gm)].map((header): DeclaredVariable => {
    const [start, name = ""] = [header.index + header[0].length, header[1]];
    const end = endOf(text, start, (character) => character === "}");
    const body = text.slice(start, end);
    return {
      name,
      type: attributeOf(body, "type"),
      default: attributeOf(body, "default"),
      hasValidation: /^[ \t]*validation[ \t]*\{/m.test(body),
    };
  });
}

/** The same of a bake file in JSON. */
export function readJsonVariables(text: string): readonly DeclaredVariable[] {
  const found: DeclaredVariable[] = [];
  const visit = (declared: unknown): void => {
    if (Array.isArray(declared)) declared.forEach(visit);
    else if (typeof declared === "object" && declared !== null) {
      for (const [name, value] of Object.entries(declared)) found.push(readJsonVariable(name, value));
    }
  };
  try {
    visit((JSON.parse(text) as { readonly variable?: unknown }).variable);
  } catch {
    // Bake says what is wrong with it.
  }
  return found;
}

function readJsonVariable(name: string, value: unknown): DeclaredVariable {
  const fields = (Array.isArray(value) ? Object.assign({}, ...value) : value) as Readonly<
    Record<string, unknown>
  > | null;
  const { type, default: initial = null, validation } = fields ?? {};
  return {
    name,
    type: typeof type === "string" ? type : null,
    // Texts are templates in both forms, and the other values are written alike.
    default: initial === null ? null : JSON.stringify(initial),
    hasValidation: validation !== undefined,
  };
}

function attributeOf(body: string, name: string): string | null {
  const header = new RegExp(`^[ \\t]*${name}[ \\t]*=(?!=)[ \\t]*`, "m").exec(body);
  if (header === null) return null;
  const start = header.index + header[0].length;
  return body
    .slice(
      start,
      endOf(body, start, (character) => character === "\n" || character === "}"),
    )
    .trim();
}

const closing: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]" };

/** Offset of the first such character that is in no bracket, text or comment; the length of the text without one. */
function endOf(text: string, start: number, isEnd: (character: string) => boolean): number {
  for (let at = start; at < text.length; at += 1) {
    const rest = text.slice(at, at + 200);
    const character = rest.charAt(0);
    const heredoc = /^<<-?(\w+)[ \t]*\n/.exec(rest);
    if (heredoc !== null) {
      const last = new RegExp(`^[ \\t]*${heredoc[1]}[ \\t]*$`, "m").exec(text.slice(at + heredoc[0].length));
      if (last === null) return text.length;
      at += heredoc[0].length + last.index + last[0].length - 1;
    } else if (rest.startsWith("/*")) {
      const close = text.indexOf("*/", at);
      at = close === -1 ? text.length : close + 1;
    } else if (character === "#" || rest.startsWith("//")) {
      const close = text.indexOf("\n", at);
      at = (close === -1 ? text.length : close) - 1;
    } else if (character === '"') at = endOfText(text, at + 1);
    else if (isEnd(character)) return at;
    else if (closing[character] !== undefined) at = endOf(text, at + 1, (each) => each === closing[character]);
  }
  return text.length;
}

/** Offset of the quote that ends a text; `${…}` in it may hold others. */
function endOfText(text: string, start: number): number {
  for (let at = start; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at;
    else if (text.startsWith("$${", at) || text.startsWith("%%{", at)) at += 2;
    else if (text.startsWith("${", at) || text.startsWith("%{", at)) at = endOf(text, at + 2, (each) => each === "}");
  }
  return text.length;
}
