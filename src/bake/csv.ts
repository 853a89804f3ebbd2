/** The fields of one line of CSV, as buildx reads option lists: `type=local,"dest=a,b"`. */
export function csvFields(line: string): readonly string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i] ?? "";
    if (quoted) {
      if (char !== '"') field += char;
      else if (line[i + 1] === '"') {
        field += '"';
        i += 1;
      } else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === ",") {
      fields.push(field);
      field = "";
    } else field += char;
  }
  fields.push(field);
  return fields;
}

/** Joins fields so that `csvFields` gives them back. */
export function csvLine(fields: readonly string[]): string {
  return fields.map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

/** Fields `key=value` as pairs; keys in lower case, as buildx takes them. A field without `=` has no value. */
export function csvPairs(line: string): readonly (readonly [string, string])[] {
  return csvFields(line).map((field) => {
    const equals = field.indexOf("=");
    return equals === -1
      ? [field.toLowerCase(), ""]
      : [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1)];
  });
}
