/**
 * Safety numbers: what two people compare aloud to know that nobody sits between them.
 *
 * Each person's half is 30 digits of their id and fingerprint; both halves make 60. A QR code carries
 * the whole fingerprints instead.
 */

import { type Bytes, compare, fromUuid, toHex } from "../crypto/bytes";
import { encode } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { derive } from "../crypto/hash";
import { DERIVE_SAFETY } from "../crypto/labels";

const GROUPS = 6;
const GROUP_BYTES = 5;

/** A person and the fingerprint of their newest keys. */
export interface Side {
  readonly user: string;
  readonly fingerprint: Bytes;
}

/** 60 digits, the same whoever asks; the half of the lower id first. Raises WireError for one person. */
export async function safetyNumber(one: Side, other: Side): Promise<string> {
  return (await Promise.all(ordered(one, other).map(half))).join("");
}

/** What the QR code says: both fingerprints whole, in letters that a QR code packs well. */
export function safetyCode(one: Side, other: Side): string {
  const prints = ordered(one, other).map((side) => toHex(side.fingerprint).toUpperCase());
  return ["ENTENTE1", ...prints].join(":");
}

async function half(side: Side): Promise<string> {
  const digest = await derive(encode([fromUuid(side.user), side.fingerprint]), DERIVE_SAFETY);
  let digits = "";
  for (let group = 0; group < GROUPS; group++) {
    const chunk = digest.subarray(group * GROUP_BYTES, (group + 1) * GROUP_BYTES);
    // 40 bits stay below 2^53.
    const value = chunk.reduce((sum, byte) => sum * 256 + byte, 0);
    digits += String(value % 100_000).padStart(5, "0");
  }
  return digits;
}

function ordered(one: Side, other: Side): readonly Side[] {
  if (one.user === other.user) throw new WireError("malformed", "a safety number is of two people");
  if (one.fingerprint.length !== 32 || other.fingerprint.length !== 32) {
    throw new WireError("malformed", "not a fingerprint");
  }
  return [one, other].sort((left, right) => compare(fromUuid(left.user), fromUuid(right.user)));
}
