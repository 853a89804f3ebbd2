import { cacheName, cutEnd, fixedLength, scopeLength } from "./cache-name.ts";

/** What a cache name was made of. */
export interface CacheNameParts {
  readonly project: string;
  /** 0 for a name without one. */
  readonly epoch: number;
  readonly target: string;
  /** Empty for a cache that is of whatever the builder builds for. */
  readonly platforms: readonly string[];
  readonly scope: string;
  /** Whether a part was too long to stand there: it then ends with `…`. */
  readonly isCut: boolean;
}

/** What stands behind the project in the names of an epoch: no encoding of anything. */
const epochMark = /^([^.]*)\._e([1-9]\d*)(?=\.)/;

/** The parts of a cache name; null for a name that is none. */
export function readCacheName(name: string): CacheNameParts | null {
  const end = name.lastIndexOf(".");
  if (end === -1) return null;
  const epoch = Number(epochMark.exec(name)?.[2] ?? 0);
  const without = (text: string): string => text.replace(epochMark, "$1");
  const fixed = readPart(name.slice(0, end), fixedLength);
  const scope = readPart(name.slice(end + 1), scopeLength);
  const components = without(`${fixed.text}.`).slice(0, -1).split(".");
  const texts = components.map((component, index) => decode(component, index < 2 ? "scope" : "platform"));
  const scopeText = decode(scope.text, "scope");
  if (scopeText === null || texts.some((text) => text === null)) return null;
  const [project = "", target = "", ...platforms] = texts as string[];
  if (components.length < 2 && !fixed.isCut) return null;
  const isCut = fixed.isCut || scope.isCut;
  // Others' names may look like some of ours without being any.
  if (!isCut && cacheName([project, target, ...platforms], scopeText) !== without(name)) return null;
  const last = components.length - 1;
  const mark = (text: string, index: number): string => (fixed.isCut && index === last ? `${text}…` : text);
  return {
    project: mark(project, 0),
    epoch,
    target: components.length < 2 ? "…" : mark(target, 1),
    platforms: platforms.map((platform, index) => mark(platform, index + 2)),
    scope: scope.isCut ? `${scopeText}…` : scopeText,
    isCut,
  };
}

/** Takes the digest off that a part ends with which was cut, and the half of an escape before it. */
function readPart(encoded: string, length: number): { readonly text: string; readonly isCut: boolean } {
  const isCut = encoded.length === length && cutEnd.test(encoded);
  if (!isCut) return { text: encoded, isCut };
  const rest = encoded.replace(cutEnd, "");
  const whole = /^(?:[A-Za-z0-9.-]|__|_[0-9A-F]{2})*/.exec(rest)?.[0] ?? "";
  return { text: whole, isCut };
}

function decode(encoded: string, kind: "scope" | "platform"): string | null {
  if (!/^(?:[A-Za-z0-9-]|__|_[0-9A-F]{2})*$/.test(encoded)) return null;
  const bytes: number[] = [];
  for (const [unit] of encoded.matchAll(/__|_[0-9A-F]{2}|./g)) {
    if (unit === "__") bytes.push("_".charCodeAt(0));
    else if (unit.startsWith("_")) bytes.push(Number.parseInt(unit.slice(1), 16));
    else bytes.push((unit === "-" && kind === "platform" ? "/" : unit).charCodeAt(0));
  }
  return Buffer.from(bytes).toString("utf8");
}
