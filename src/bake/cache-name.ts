import { createHash } from "node:crypto";
import { joinTexts, partsOf, type Text, type VariableRef } from "../config/text.ts";

/** The scope of the default branch, whatever that is called: the committed file knows no other. */
export const defaultScope = "main";

/**
 * The cache name: components, encoded and joined by `.`. It is a part of an S3 key, a folder, and a tag of an image,
 * so it keeps to A-Z, a-z, 0-9, `_`, `.` and `-`, and to 128 characters.
 *
 * A byte outside of A-Z, a-z, 0-9 and `-` is written `_XX`, `_` itself `__`; in a platform `/` is `-`, and `-` is
 * `_2D`, as it is at the start of a name, where no tag may have it. So no two lists of components have one name. What is
 * too long ends with `-_-` and a digest, which no encoded text does by itself, also where the cut leaves half of an escape.
 *
 * The emitted file computes the same with the functions below where a component holds a variable; bake's `urlencode`
 * keeps A-Z, a-z, 0-9, `-`, `_`, `.` and `~`, and writes a blank as `+`.
 */
export const nameFunctions: Readonly<Record<string, { readonly params: readonly string[]; readonly result: string }>> =
  {
    bkcache_encode: {
      params: ["escaped"],
      result:
        'replace(replace(replace(replace(replace(escaped, "_", "__"), "+", "_20"), ".", "_2E"), "~", "_7E"), "%", "_")',
    },
    bkcache_cut: {
      params: ["encoded"],
      result: 'strlen(encoded) > 56 ? "${substr(encoded, 0, 37)}-_-${substr(sha256(encoded), 0, 16)}" : encoded',
    },
    bkcache_scope: { params: ["scope"], result: "bkcache_cut(bkcache_encode(urlencode(scope)))" },
    bkcache_platform: {
      params: ["platform"],
      result: 'bkcache_encode(replace(replace(urlencode(platform), "-", "%2D"), "%2F", "-"))',
    },
  };

/** Functions that a use of `encode` needs in the file. */
export const functionsOf: Readonly<Record<NonNullable<VariableRef["encode"]>, readonly string[]>> = {
  scope: ["bkcache_encode", "bkcache_cut", "bkcache_scope"],
  platform: ["bkcache_encode", "bkcache_platform"],
};

/** Longest encoded scope, and longest of what stands before it. */
export const scopeLength = 56;
export const fixedLength = 128 - 1 - scopeLength;
const digestLength = 16;
const cutMark = "-_-";
/** What a part ends with that was too long. */
export const cutEnd = new RegExp(`${cutMark}[0-9a-f]{${digestLength}}$`);

/**
 * Makes the names of one epoch. From the first on it stands after the project as `_e3`, which is no encoding of anything:
 * no name of one epoch is that of another.
 */
export function createCacheNames(epoch: number): typeof cacheName {
  return (components, scope) => nameOf({ components, scope, epoch });
}

/**
 * The name where there is no epoch.
 * @param components project, target, then each platform, not encoded
 * @param scope not encoded
 */
export function cacheName(components: readonly Text[], scope: Text): Text {
  return nameOf({ components, scope, epoch: 0 });
}

interface NameParts {
  readonly components: readonly Text[];
  readonly scope: Text;
  readonly epoch: number;
}

function nameOf({ components, scope, epoch }: NameParts): Text {
  const encoded = components.map((component, index) => encodeText(component, index < 2 ? "scope" : "platform"));
  if (epoch > 0) encoded.splice(1, 0, `_e${epoch}`);
  const fixed = encoded.every((component) => typeof component === "string")
    ? cut(encoded.join(".").replace(/^-/, "_2D"), fixedLength)
    : joinTexts(...encoded.flatMap((component, index) => (index === 0 ? [component] : [".", component])));
  const end = typeof scope === "string" ? cut(encodeLiteral(scope, "scope"), scopeLength) : encodeText(scope, "scope");
  return joinTexts(fixed, ".", end);
}

function encodeText(text: Text, kind: NonNullable<VariableRef["encode"]>): Text {
  if (typeof text === "string") return encodeLiteral(text, kind);
  return joinTexts(
    ...partsOf(text).map((part) =>
      typeof part === "string" ? encodeLiteral(part, kind) : [{ ...part, encode: kind }],
    ),
  );
}

function encodeLiteral(literal: string, kind: NonNullable<VariableRef["encode"]>): string {
  if (kind === "scope" && /^[A-Za-z0-9-]*$/.test(literal)) return literal;
  if (kind === "platform" && /^[A-Za-z0-9/]*$/.test(literal)) return literal.replaceAll("/", "-");
  // HCL normalises every string, so the value of a variable arrives in this form.
  const bytes = new TextEncoder().encode(literal.normalize("NFC"));
  let encoded = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9]/.test(char) || (char === "-" && kind === "scope")) encoded += char;
    else if (char === "_") encoded += "__";
    else if (char === "/" && kind === "platform") encoded += "-";
    else encoded += `_${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function cut(encoded: string, length: number): string {
  if (encoded.length <= length) return encoded;
  const digest = createHash("sha256").update(encoded).digest("hex").slice(0, digestLength);
  return `${encoded.slice(0, length - digestLength - cutMark.length)}${cutMark}${digest}`;
}
