/** Public keys and signature pairs as they stand inside other objects. */

import { type Value } from "../crypto/cbor";
import { XWING_PUBLIC_SIZE } from "../crypto/hpke";
import { PublicKeys, type SignaturePair } from "../crypto/identity";
import { checkEd25519, checkXwing } from "../crypto/points";
import { array, bytes } from "./fields";

export const ED25519_SIGNATURE = 64;

/** Raises WireError, also for a key that is of the right size and still none. */
export async function readPublicKeys(value: Value): Promise<PublicKeys> {
  const parts = array(value, 3);
  const [ed25519, mldsa] = [bytes(parts[0], 32), bytes(parts[1], 1952)];
  const xwing = bytes(parts[2], XWING_PUBLIC_SIZE);
  checkEd25519(ed25519);
  checkXwing(xwing);
  return PublicKeys.of(ed25519, mldsa, xwing);
}

export function readPair(value: Value): SignaturePair {
  const [ed25519, mldsa] = array(value, 2);
  return { ed25519: bytes(ed25519, ED25519_SIGNATURE), mldsa: bytes(mldsa, 3309) };
}

export function pairValue(pair: SignaturePair): Value {
  return [pair.ed25519, pair.mldsa];
}
