/**
 * seal and openBox: the only way to encrypt content (files apart, which have their own chunks).
 *
 * A fresh salt gives every box its own cipher key, which is why the nonce may be zero here and
 * nowhere else. The commitment binds the box to one key: nobody can make one that opens under two.
 */

import { type Bytes, concat, equal, randomBytes } from "./bytes";
import { encode } from "./cbor";
import { WireError } from "./error";
import { hkdf } from "./hash";

const SALT_SIZE = 32;
const BODY = 64;
/** Salt, commitment and tag. */
export const OVERHEAD = 80;
const ZERO_NONCE: Bytes = new Uint8Array(12);

/** salt ‖ commitment ‖ ciphertext under the 32-byte `key`, bound to `label` and `context`. */
export function seal(key: Bytes, label: string, context: Bytes, plaintext: Bytes): Promise<Bytes> {
  return unsafeSealWithSalt(key, label, context, plaintext, randomBytes(SALT_SIZE));
}

/** As seal, with a salt from outside: for test vectors only, since a salt must never repeat. */
export async function unsafeSealWithSalt(
  key: Bytes,
  label: string,
  context: Bytes,
  plaintext: Bytes,
  salt: Bytes,
): Promise<Bytes> {
  const { cipher, commitment } = await keys(key, label, context, salt, "encrypt");
  const algorithm = { name: "AES-GCM", iv: ZERO_NONCE };
  const ciphertext = await crypto.subtle.encrypt(algorithm, cipher, plaintext);
  return concat(salt, commitment, new Uint8Array(ciphertext));
}

/**
 * The plaintext of a box. Raises WireError: "malformed" for too few bytes, "commitment" for another
 * key, label or context, "unsealed" for changed bytes.
 */
export async function openBox(key: Bytes, label: string, context: Bytes, box: Bytes): Promise<Bytes> {
  if (box.length < OVERHEAD) throw new WireError("malformed", "a box of too few bytes");
  const salt = box.subarray(0, SALT_SIZE);
  const { cipher, commitment } = await keys(key, label, context, salt, "decrypt");
  if (!equal(commitment, box.subarray(SALT_SIZE, BODY))) {
    throw new WireError("commitment", "the box was made for another key or place");
  }
  try {
    const algorithm = { name: "AES-GCM", iv: ZERO_NONCE };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, cipher, box.subarray(BODY)));
  } catch {
    throw new WireError("unsealed", "the box was changed");
  }
}

async function keys(
  key: Bytes,
  label: string,
  context: Bytes,
  salt: Bytes,
  use: "encrypt" | "decrypt",
): Promise<{ cipher: CryptoKey; commitment: Bytes }> {
  if (key.length !== 32 || salt.length !== SALT_SIZE) {
    throw new WireError("malformed", "a key or salt of the wrong size");
  }
  const both = await hkdf(key, salt, encode([label, context]), 64);
  const cipher = await crypto.subtle.importKey("raw", both.subarray(0, 32), "AES-GCM", false, [use]);
  return { cipher, commitment: both.subarray(32) };
}
