/** Longest part of a key that a file name may have to hold. */
const maxPartBytes = 255;
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u001f\u007f]/;

/** Whether the contract of `ObjectStore` allows a key; listings leave out what others may have put under one that it does not. */
export function isKey(key: string): boolean {
  const isBad = (part: string) =>
    part === "" || part === "." || part === ".." || Buffer.byteLength(part) > maxPartBytes || !part.isWellFormed();
  return !control.test(key) && !key.split("/").some(isBad);
}

/** @throws Error for a key that the contract of `ObjectStore` does not allow: whoever made it is at fault. */
export function assertKey(key: string): void {
  if (!isKey(key)) throw new Error(`${JSON.stringify(key)} is no key of an object`);
}

/** Order of the keys' bytes in UTF-8. That of strings differs only where one of them has a surrogate pair. */
export function compareKeys(a: string, b: string): number {
  if (isPlain(a) || isPlain(b)) return a < b ? -1 : a > b ? 1 : 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Whether a key comes after this text, as every key does after none. */
export function comesAfter(key: string, startAfter: string | undefined): boolean {
  return startAfter === undefined || compareKeys(key, startAfter) > 0;
}

function isPlain(text: string): boolean {
  return !/[\ud800-\uffff]/.test(text);
}

/** A key in a URL's path: every part percent-encoded, as RFC 3986 has it, which signatures rest on. */
export function percentEncodeKey(key: string): string {
  return key.split("/").map(percentEncode).join("/");
}

/** The same for one part, its slashes too. */
export function percentEncode(part: string): string {
  return encodeURIComponent(part).replaceAll(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
}
