/** Public keys and signature pairs as they stand inside other objects. */

import { type Value } from "../crypto/cbor";
import { XWING_PUBLIC_SIZE } from "../crypto/hpke";
import { PublicKeys, type SignaturePair } from "../crypto/identity";
import { array, bytes } from "./fields";

export const ED25519_SIGNATURE = 64;

export async function readPublicKeys(value: Value): Promise<PublicKeys> {
  const [ed25519, mldsa, xwing] = array(value, 3);
  return PublicKeys.of(bytes(ed25519, 32), bytes(mldsa, 1952), bytes(xwing, XWING_PUBLIC_SIZE));
}

export function readPair(value: Value): SignaturePair {
  const [ed25519, mldsa] = array(value, 2);
  return { ed25519: bytes(ed25519, ED25519_SIGNATURE), mldsa: bytes(mldsa, 3309) };
}

export function pairValue(pair: SignaturePair): Value {
  return [pair.ed25519, pair.mldsa];
}
