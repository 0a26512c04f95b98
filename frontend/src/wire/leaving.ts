/**
 * Notice of a member who leaves a thread.
 *
 * A leaver can't make the key that shuts them out. They sign this notice; the epoch that follows the one
 * they leave quotes it, so that any poster may leave them out and every reader sees that it was their wish.
 */

import { type Bytes, equal, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { type Identity, type PublicKeys, type SignaturePair } from "../crypto/identity";
import { SIGN_LEAVE } from "../crypto/labels";
import { openMap, range } from "./fields";
import { pairValue, readPair } from "./keys";
import { LEAVE_NOTICE, LEAVE_TBS } from "./types";

export const NOTICE_LIMIT = 4096;
export const NOTICES_LIMIT = 8;

/** A decoded notice. `epoch` is the hash of the epoch that is left: it holds for the next one only. */
export interface LeaveNotice {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly member: string;
  readonly fingerprint: Bytes;
  readonly epoch: Bytes;
  /** Milliseconds. */
  readonly madeAt: number;
  readonly signatures: SignaturePair;
}

export interface Leaving {
  readonly thread: string;
  readonly member: string;
  readonly epoch: Bytes;
  /** Milliseconds. */
  readonly madeAt: number;
}

export async function makeLeaveNotice(leaving: Leaving, identity: Identity): Promise<Bytes> {
  const tbs = encode(
    fields({
      0: LEAVE_TBS,
      1: 1,
      2: fromUuid(leaving.thread),
      3: fromUuid(leaving.member),
      4: identity.publicKeys.fingerprint,
      5: leaving.epoch,
      6: leaving.madeAt,
    }),
  );
  const signatures = pairValue(await identity.signPair(SIGN_LEAVE, tbs));
  const data = encode(fields({ 0: LEAVE_NOTICE, 1: 1, 2: tbs, 3: signatures }));
  readLeaveNotice(data);
  return data;
}

/** Checks the shape, not the signatures. Raises WireError. */
export function readLeaveNotice(data: Bytes): LeaveNotice {
  const outer = openMap(data, { kind: LEAVE_NOTICE, limit: NOTICE_LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, NOTICE_LIMIT);
  const inner = openMap(tbs, { kind: LEAVE_TBS, limit: NOTICE_LIMIT, required: range(2, 6) });
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    member: inner.uuid(3),
    fingerprint: inner.bytes(4, 32),
    epoch: inner.bytes(5, 32),
    madeAt: inner.uint(6),
    signatures: readPair(outer.array(3, 2)),
  };
}

/** Raises WireError unless these keys, the ones named, signed it. */
export async function verifyLeaveNotice(notice: LeaveNotice, keys: PublicKeys): Promise<void> {
  if (!equal(keys.fingerprint, notice.fingerprint)) {
    throw new WireError("signature", "the notice names other keys");
  }
  await keys.verifyPair(SIGN_LEAVE, notice.tbs, notice.signatures);
}
