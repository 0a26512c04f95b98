/** SHA-256, HMAC-SHA256 and HKDF-SHA256 (RFC 5869), the only hash functions of the format. */

import { type Bytes, concat, utf8 } from "./bytes";

const EMPTY: Bytes = new Uint8Array();

/** SHA-256 of the parts one after the other. */
export async function sha256(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", key, algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}

/** `length` bytes of HKDF-SHA256, extract and expand. */
export async function hkdf(key: Bytes, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, imported, 8 * length));
}

/** The 32-byte key for one labelled use of `key`. */
export function derive(key: Bytes, label: string): Promise<Bytes> {
  return hkdf(key, EMPTY, utf8(label), 32);
}
