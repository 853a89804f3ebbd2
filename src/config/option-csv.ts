/** One `key=value` field of an option entry. */
export interface CsvField {
  /** As written; BuildKit's clients lower-case it. */
  readonly key: string;
  /** Null where the field has no `=`. */
  readonly value: string | null;
}

/**
 * Reads `type=registry,ref=x` by the rules of Go's encoding/csv: a field that holds a comma or a quote is quoted
 * as a whole, `""` inside is a quote. Null where a quote stands wrong or is not closed.
 */
export function parseOptionCsv(text: string): readonly CsvField[] | null {
  const fields: CsvField[] = [];
  for (let at = 0; at <= text.length;) {
    let raw = "";
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote === -1) return null;
        raw += text.slice(end, quote);
        end = quote + 1;
        if (text[end] !== '"') break;
        raw += '"';
        end += 1;
      }
      if (end < text.length && text[end] !== ",") return null;
      at = end + 1;
    } else {
      const comma = text.indexOf(",", at);
      raw = text.slice(at, comma === -1 ? text.length : comma);
      if (raw.includes('"')) return null;
      at += raw.length + 1;
    }
    const equals = raw.indexOf("=");
    fields.push(
      equals === -1 ? { key: raw, value: null } : { key: raw.slice(0, equals), value: raw.slice(equals + 1) },
    );
  }
  return fields;
}

export function formatOptionCsv(fields: readonly CsvField[]): string {
  return fields
    .map(({ key, value }) => (value === null ? key : `${key}=${value}`))
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}
