/** One `key=value` field of an option entry. */
export interface CsvField {
  /** As written; BuildKit's clients lower-case it. */
  readonly key: string;
  /** Null where the field has no `=`. */
  readonly value: string | null;
}

/**
 * The fields of one line by the rules of Go's encoding/csv: a field that holds a comma or a quote is quoted as a
 * whole, `""` inside is a quote. Null where a quote stands wrong or is not closed.
 */
export function csvFields(line: string): readonly string[] | null {
  const fields: string[] = [];
  for (let at = 0; at <= line.length;) {
    let field = "";
    if (line[at] === '"') {
      let end = at + 1;
      for (;;) {
        const quote = line.indexOf('"', end);
        if (quote === -1) return null;
        field += line.slice(end, quote);
        end = quote + 1;
        if (line[end] !== '"') break;
        field += '"';
        end += 1;
      }
      if (end < line.length && line[end] !== ",") return null;
      at = end + 1;
    } else {
      const comma = line.indexOf(",", at);
      field = line.slice(at, comma === -1 ? line.length : comma);
      if (field.includes('"')) return null;
      at += field.length + 1;
    }
    fields.push(field);
  }
  return fields;
}

/** Joins fields so that `csvFields` gives them back. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

/** Reads `type=registry,ref=x`. Null where `csvFields` is. */
export function parseOptionCsv(text: string): readonly CsvField[] | null {
  return csvFields(text)?.map(splitField) ?? null;
}

export function formatOptionCsv(fields: readonly CsvField[]): string {
  return csvLine(fields.map(({ key, value }) => (value === null ? key : `${key}=${value}`)));
}

/** Options by their keys as buildx takes them, in lower case; the last of a key counts. A field without `=` is empty. */
export function optionsOf(text: string): Readonly<Record<string, string>> {
  const fields = parseOptionCsv(text) ?? [];
  return Object.fromEntries(fields.map(({ key, value }) => [key.trim().toLowerCase(), value ?? ""]));
}

function splitField(field: string): CsvField {
  const equals = field.indexOf("=");
  return equals === -1 ? { key: field, value: null } : { key: field.slice(0, equals), value: field.slice(equals + 1) };
}
