/** SHA-256, HMAC-SHA256 and HKDF-SHA256 (RFC 5869), the only hash functions of the format. */

import { type Bytes, concat, utf8 } from "./bytes";

const EMPTY: Bytes = new Uint8Array();

/** SHA-256 of the parts one after the other. */
export async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  const data = parts.length === 1 ? parts[0] : undefined;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data ?? concat(...parts)));
}

export async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

/** Keys that were handed to the browser: everything of a thread's epoch is opened with the same one. */
const imported = new WeakMap<Bytes, Promise<CryptoKey>>();

/** `length` bytes of HKDF-SHA256, extract and expand. The bytes of `key` don't change afterwards. */
export async function hkdf(key: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  let base = imported.get(key);
  if (base === undefined) {
    base = crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
    imported.set(key, base);
  }
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, await base, 8 * length));
}

/** The 32-byte key for one labelled use of `key`. */
export function derive(key: Bytes, label: string): Promise<Bytes> {
  return hkdf(key, EMPTY, utf8(label), 32);
}
