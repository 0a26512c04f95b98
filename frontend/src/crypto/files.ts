/**
 * Files: chunks of 1 MiB under one random key for each file.
 *
 * Nonce = 7 zero bytes ‖ uint32 index, big endian ‖ 1 for the last chunk, else 0, so that a chunk
 * that was moved, dropped or cut off does not open.
 */

import { type Bytes } from "./bytes";
import { WireError } from "./error";

export const CHUNK_SIZE = 1024 * 1024;
export const TAG_SIZE = 16;

/** How many chunks a file of `size` bytes has; an empty file has one, which is empty. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / CHUNK_SIZE));
}

/** Bytes of chunk `index` before sealing. */
export function chunkSize(size: number, index: number): number {
  return Math.min(CHUNK_SIZE, size - index * CHUNK_SIZE);
}

/**
 * One sealed chunk. The same call gives the same bytes, as a retry needs; so a key must never be
 * used for two different files.
 */
export async function sealChunk(
  key: Bytes,
  index: number,
  data: Bytes,
  final: boolean,
): Promise<Bytes> {
  checkSize(data.length, index, final);
  const cipher = await importKey(key, "encrypt");
  const algorithm = { name: "AES-GCM", iv: nonce(index, final) };
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, cipher, data));
}

/** Raises WireError("unsealed") for a chunk that is changed, out of place or cut off. */
export async function openChunk(
  key: Bytes,
  index: number,
  sealed: Bytes,
  final: boolean,
): Promise<Bytes> {
  checkSize(sealed.length - TAG_SIZE, index, final);
  const cipher = await importKey(key, "decrypt");
  const algorithm = { name: "AES-GCM", iv: nonce(index, final) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, cipher, sealed));
  } catch {
    throw new WireError("unsealed", `chunk ${index} does not open`);
  }
}

/** Full chunks but for the last; an empty one only for an empty file. */
function checkSize(size: number, index: number, final: boolean): void {
  const fits = size === CHUNK_SIZE || (final && size > 0 && size < CHUNK_SIZE);
  const empty = final && index === 0 && size === 0;
  if (!fits && !empty) throw new WireError("malformed", "a chunk of the wrong size");
}

function nonce(index: number, final: boolean): Bytes {
  if (!Number.isInteger(index) || index < 0 || index > 0xffff_ffff) {
    throw new WireError("too-large", "too many chunks");
  }
  const result = new Uint8Array(12);
  new DataView(result.buffer).setUint32(7, index);
  result[11] = final ? 1 : 0;
  return result;
}

function importKey(key: Bytes, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  if (key.length !== 32) throw new WireError("malformed", "a key of the wrong size");
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [use]);
}
