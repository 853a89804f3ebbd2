const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const [openList, closeList] = [0x5b, 0x5d];
const [openObject, closeObject] = [0x7b, 0x7d];

/** A manifest of bkcache has four levels, one of BuildKit six; keys that this version does not know may have a few more. */
const maxDepth = 16;

/**
 * Whether a JSON text is nested little enough and has no more than so many values, so that parsing it takes little time and
 * memory: a small object can unpack to hundreds of megabytes of `[],[],`. Says nothing of its being JSON.
 */
export function isJsonWithin(json: Buffer, maxValues: number): boolean {
  let values = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at);
    else if (byte === comma) values += 1;
    else if (byte === openList || byte === openObject) {
      values += 1;
      depth += 1;
      if (depth > maxDepth) return false;
    } else if (byte === closeList || byte === closeObject) depth -= 1;
    if (values > maxValues) return false;
  }
  return true;
}

/** Index of the quote that ends a string. @param start of the one that begins it */
function endOfString(json: Buffer, start: number): number {
  for (let end = json.indexOf(quote, start + 1); end !== -1; end = json.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (json[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return json.length;
}
