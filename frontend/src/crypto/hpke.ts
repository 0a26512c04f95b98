/**
 * Wrapping a secret to someone's X-Wing key: HPKE base mode (RFC 9180), single shot.
 *
 * KEM MLKEM768-X25519 (X-Wing, 0x647a), HKDF-SHA256, AES-256-GCM. All context stands in `info`; aad
 * is empty, and the sequence number is always zero, since every wrap has its own encapsulation.
 */

import { type Bytes, concat, utf8 } from "./bytes";
import { WireError } from "./error";
import { hmac } from "./hash";
import { postQuantum, type XwingKey } from "./pq";

export const XWING_PUBLIC_SIZE = 1216;
const ENC_SIZE = 1120;
const TAG_SIZE = 16;
const EMPTY: Bytes = new Uint8Array();

/** Identifiers of a cipher suite: KEM, KDF, AEAD, and the sizes of the AEAD's key and nonce. */
export interface Suite {
  readonly kem: number;
  readonly kdf: number;
  readonly aead: number;
  readonly keySize: number;
}

const SUITE: Suite = { kem: 0x647a, kdf: 1, aead: 2, keySize: 32 };

/** enc ‖ ciphertext of `secret` for the holder of `publicKey`. Raises WireError for a bad key. */
export async function wrap(publicKey: Bytes, info: Bytes, secret: Bytes): Promise<Bytes> {
  if (publicKey.length !== XWING_PUBLIC_SIZE) {
    throw new WireError("malformed", "an X-Wing key of the wrong size");
  }
  const pq = await postQuantum();
  const { enc, shared } = await pq.encapsulate(publicKey).catch(() => {
    throw new WireError("malformed", "not an X-Wing key");
  });
  const { key, nonce } = await schedule(SUITE, shared, info);
  const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, cipher, secret);
  return concat(enc, new Uint8Array(sealed));
}

/** The secret inside. Raises WireError("unsealed") for another key, another info, or changes. */
export async function unwrap(recipient: XwingKey, info: Bytes, wrapped: Bytes): Promise<Bytes> {
  if (wrapped.length < ENC_SIZE + TAG_SIZE) {
    throw new WireError("malformed", "a wrap of too few bytes");
  }
  try {
    const shared = await recipient.decapsulate(wrapped.slice(0, ENC_SIZE));
    const { key, nonce } = await schedule(SUITE, shared, info);
    const cipher = await crypto.subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const algorithm = { name: "AES-GCM", iv: nonce };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, cipher, wrapped.slice(ENC_SIZE)));
  } catch {
    throw new WireError("unsealed", "the wrap does not open with this key");
  }
}

/** Key and base nonce of mode_base (RFC 9180, section 5.1), for a KDF of HKDF-SHA256. */
export async function schedule(
  suite: Suite,
  shared: Bytes,
  info: Bytes,
): Promise<{ key: Bytes; nonce: Bytes }> {
  const id = concat(utf8("HPKE"), uint16(suite.kem), uint16(suite.kdf), uint16(suite.aead));
  const pskIdHash = await labeledExtract(id, EMPTY, "psk_id_hash", EMPTY);
  const infoHash = await labeledExtract(id, EMPTY, "info_hash", info);
  const context = concat(new Uint8Array([0]), pskIdHash, infoHash);
  const secret = await labeledExtract(id, shared, "secret", EMPTY);
  return {
    key: await labeledExpand(id, secret, "key", context, suite.keySize),
    nonce: await labeledExpand(id, secret, "base_nonce", context, 12),
  };
}

async function labeledExtract(id: Bytes, salt: Bytes, label: string, ikm: Bytes): Promise<Bytes> {
  // RFC 5869 reads an empty salt as a block of zeros, and WebCrypto refuses an empty HMAC key.
  const key = salt.length === 0 ? new Uint8Array(32) : salt;
  return hmac(key, concat(utf8("HPKE-v1"), id, utf8(label), ikm));
}

/** One block of HKDF-Expand, which is all that 32 bytes or fewer need. */
async function labeledExpand(
  id: Bytes,
  prk: Bytes,
  label: string,
  info: Bytes,
  length: number,
): Promise<Bytes> {
  const labelled = concat(uint16(length), utf8("HPKE-v1"), id, utf8(label), info);
  const block = await hmac(prk, concat(labelled, new Uint8Array([1])));
  return block.slice(0, length);
}

function uint16(value: number): Bytes {
  return new Uint8Array([value >> 8, value & 0xff]);
}
