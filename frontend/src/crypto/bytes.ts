/** Byte strings: the few operations that everything else is built from. */

/** Bytes in memory of their own, which is what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();

export const ZEROS: Bytes = new Uint8Array(32);

/** UTF-8 of `text`; a lone surrogate becomes U+FFFD, so check first where that matters. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** How many bytes utf8() makes of `text`. */
export function utf8Length(text: string): number {
  let size = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80) size += unit < 0x800 ? 1 : 2;
    // Two halves of one character are four bytes together.
    if (unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) at += 1;
  }
  return size;
}

/** UTF-8 of `text` into `place`, which must be of just its length. */
export function utf8Into(text: string, place: Uint8Array): void {
  if (place.length !== text.length) {
    encoder.encodeInto(text, place);
    return;
  }
  // Nothing but ASCII: labels and most words, which are written faster than they are handed over.
  for (let at = 0; at < text.length; at++) place[at] = text.charCodeAt(at);
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Whether two byte strings are equal, in time that depends on their lengths only. */
export function equal(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < left.length; at++) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}

/** Negative, zero or positive, as the bytes compare from the first on. */
export function compare(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Of each byte; a long conversation's headers are full of ids. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += HEX[byte] ?? "";
  return text;
}

/** Raises RangeError for anything but pairs of hex digits. */
export function fromHex(hex: string): Bytes {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RangeError("not hex");
  const result = new Uint8Array(hex.length / 2);
  for (let at = 0; at < result.length; at++) {
    result[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return result;
}

/** The 16 bytes of a UUID in its usual spelling. Raises RangeError for anything else. */
export function fromUuid(uuid: string): Bytes {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) throw new RangeError("not a UUID");
  return fromHex(uuid.replaceAll("-", ""));
}

/** The usual spelling, in lower case, of 16 bytes. */
export function toUuid(data: Uint8Array): string {
  const hex = toHex(data);
  if (hex.length !== 32) return hex;
  const [a, b, c, d, e] = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `${a}-${b}-${c}-${d}-${e}`;
}

/** `size` bytes from the system's random source. */
export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
