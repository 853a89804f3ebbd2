/** An element: its text, where it has no elements in it. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

/** Of elements in a document: 10,000 parts of an upload have up to seven each, 1,000 objects of a listing up to twenty. */
const mostElements = 100_000;
const deepest = 8;
/** A start, an end, a comment or declaration, or text. No documents that declare entities. */
const token =
  /<\?[^>]*\?>|<!--[^]*?-->|<(\/?)([A-Za-z_][\w.-]*(?::[\w.-]+)?)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * Reads the few documents of S3's protocol. The names come without their namespace's prefix.
 * @throws Error for what is none that such a document may be
 */
export function readXml(document: string): XmlElement {
  const root = openElement("");
  const open = [root];
  let count = 0;
  token.lastIndex = 0;
  const text = document.replace(/^\uFEFF/, "");
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    const current = open.at(-1);
    if (match === null || current === undefined) throw malformed();
    const [, slash, name, , selfClosing, characters] = match;
    if (characters !== undefined) {
      if (current === root && characters.trim() !== "") throw malformed();
      current.text += unescapeXml(characters);
    } else if (name !== undefined) {
      const local = name.slice(name.indexOf(":") + 1);
      if (slash === "/") {
        if (current.name !== local || open.length === 1) throw malformed();
        open.pop();
      } else {
        const element = openElement(local);
        current.children.push(element);
        count += 1;
        if (selfClosing !== "/") open.push(element);
        if (count > mostElements || open.length > deepest) throw malformed();
      }
    }
  }
  const [element, ...others] = root.children;
  if (element === undefined || others.length > 0 || open.length > 1) throw malformed();
  return element;
}

export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** Undefined where there is none. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

interface OpenElement extends XmlElement {
  text: string;
  readonly children: OpenElement[];
}

function openElement(name: string): OpenElement {
  return { name, text: "", children: [] };
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));|&/g,
    (match, hex?: string, decimal?: string, name?: string) => {
      const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal);
      const unit = name !== undefined ? entities[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
      if (match === "&" || unit === undefined) throw malformed();
      return unit;
    },
  );
}

function malformed(): Error {
  return new Error("no XML document that S3's protocol may have");
}
