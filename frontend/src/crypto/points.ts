/**
 * Public keys that are none: those that any signature fits, or that no secret can be sent to.
 *
 * Whoever published one would have everybody able to sign in their name, or nobody able to make a key for their
 * threads. The lists are all encodings of the points of small order, the highest bit aside; what browsers make
 * of them differs.
 */

import { type Bytes, toHex } from "./bytes";
import { WireError } from "./error";

const MLKEM_PUBLIC = 1184;
/** The rest of an ML-KEM key is a seed, where any byte may stand. */
const MLKEM_NUMBERS = 1152;
const MLKEM_MODULUS = 3329;

const near = (low: string): string => `${low}${"ff".repeat(30)}7f`;
const BOTH = ["00".repeat(32), `01${"00".repeat(31)}`, near("ec"), near("ed"), near("ee")];
const SMALL_ED25519 = new Set([
  ...BOTH,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);
const SMALL_X25519 = new Set([
  ...BOTH,
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
]);

/** Raises WireError for a point of small order. */
export function checkEd25519(key: Bytes): void {
  if (SMALL_ED25519.has(low(key))) {
    throw new WireError("malformed", "a signing key that fits any signature");
  }
}

/** Raises WireError for an X25519 point of small order, and for an ML-KEM key out of range. */
export function checkXwing(key: Bytes): void {
  if (SMALL_X25519.has(low(key.subarray(MLKEM_PUBLIC))) || !isInRange(key)) {
    throw new WireError("malformed", "a key that nothing can be wrapped to");
  }
}

/** Two numbers of twelve bits in every three bytes, each below the modulus (FIPS 203, section 7.2). */
function isInRange(key: Bytes): boolean {
  for (let at = 0; at < MLKEM_NUMBERS; at += 3) {
    const [a = 0, b = 0, c = 0] = key.subarray(at, at + 3);
    if ((a | ((b & 15) << 8)) >= MLKEM_MODULUS || ((b >> 4) | (c << 4)) >= MLKEM_MODULUS) return false;
  }
  return true;
}

function low(point: Uint8Array): string {
  const copy = Uint8Array.from(point);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) & 0x7f;
  return toHex(copy);
}
