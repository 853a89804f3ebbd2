import { readXml as read, type XmlElement } from "../store/xml.ts";
import { S3Error } from "./errors.ts";

/** What an answer says: text, an element for each key, or one for each entry of a list. Undefined is left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | { readonly [name: string]: XmlValue }
  | readonly XmlValue[];

export const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';
const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** An element with its contents, as S3 answers. */
export function writeXml(name: string, value: XmlValue): string {
  const element = write(name, value);
  return element.replace(`<${name}>`, `<${name} xmlns="${namespace}">`);
}

/** S3's errors have no namespace. */
export function writeError(fields: Readonly<Record<string, string>>): string {
  return write("Error", fields);
}

function write(name: string, value: XmlValue): string {
  if (value === undefined) return "";
  if (isList(value)) return value.map((each) => write(name, each)).join("");
  const inner =
    typeof value === "object"
      ? Object.entries(value)
          .map(([key, each]) => write(key, each))
          .join("")
      : escapeXml(String(value));
  return `<${name}>${inner}</${name}>`;
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (unit) => escapes[unit] ?? unit);
}

/**
 * Reads the few documents that clients of S3 send.
 * @throws S3Error MalformedXML
 */
export function readXml(document: string): XmlElement {
  try {
    return read(document);
  } catch {
    throw new S3Error("MalformedXML", "the body is no XML document that this request may have");
  }
}
