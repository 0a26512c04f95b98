/**
 * The printed recovery code, and the wrap key of a passkey.
 *
 * A code is 19 random bytes and one check byte in Crockford's base32: 32 characters in groups of
 * four, 152 random bits. Reading forgives case, spaces, dashes, and O, I, L for 0 and 1.
 */

import { type Bytes, concat, randomBytes, utf8 } from "./bytes";
import { WireError } from "./error";
import { derive, sha256 } from "./hash";
import { DERIVE_PASSKEY, DERIVE_RECOVERY, PRF_SALT_INPUT } from "./labels";

const SECRET_SIZE = 19;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 32;

export function newRecoverySecret(): Bytes {
  return randomBytes(SECRET_SIZE);
}

/** The code as printed: eight groups of four. */
export async function formatCode(secret: Bytes): Promise<string> {
  const check = (await sha256(secret)).slice(0, 1);
  let bits = 0;
  let held = 0;
  let code = "";
  for (const byte of concat(secret, check)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      code += ALPHABET.charAt((held >> bits) & 31);
    }
    held &= 31;
  }
  return (code.match(/.{4}/g) ?? []).join("-");
}

/** The 19 bytes behind a typed code. Raises WireError("malformed") for a mistyped one. */
export async function parseCode(code: string): Promise<Bytes> {
  const plain = code
    .toUpperCase()
    .replace(/[ -]/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
  const raw: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of plain) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new WireError("malformed", "not a recovery code");
    held = (held << 5) | digit;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      raw.push((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  if (plain.length !== CODE_LENGTH) throw new WireError("malformed", "not a recovery code");
  const secret = Uint8Array.from(raw.slice(0, SECRET_SIZE));
  const check = await sha256(secret);
  if (check[0] !== raw[SECRET_SIZE]) throw new WireError("malformed", "a mistyped recovery code");
  return secret;
}

/** The key that wraps the vault key for this code. */
export function recoveryWrapKey(secret: Bytes): Promise<Bytes> {
  return derive(secret, DERIVE_RECOVERY);
}

/** The key that wraps the vault key for a passkey, from its 32-byte PRF output. */
export async function passkeyWrapKey(prfOutput: Bytes): Promise<Bytes> {
  if (prfOutput.length !== 32) throw new WireError("malformed", "a PRF output of the wrong size");
  return derive(prfOutput, DERIVE_PASSKEY);
}

/** The PRF input, the same for every passkey: SHA-256("comms/v1/prf"). */
export function prfSalt(): Promise<Bytes> {
  return sha256(utf8(PRF_SALT_INPUT));
}
