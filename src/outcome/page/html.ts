/** Text of a page, of which every character that means something is escaped. */
export interface Html {
  readonly html: string;
}

type Value = Html | string | number | null | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template whose values are escaped, but for those that are pieces of a page themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return {
    html: strings.map((text, index) => text + (index < values.length ? show(values[index] ?? null) : "")).join(""),
  };
}

function show(value: Value): string {
  if (value === null) return "";
  if (Array.isArray(value)) return value.map((each: Html) => each.html).join("");
  return typeof value === "object" ? (value as Html).html : escape(String(value));
}

/** Characters that cannot be seen, or change the order of what stands beside them, stand there as their numbers. */
function escape(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? "")
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );
}
