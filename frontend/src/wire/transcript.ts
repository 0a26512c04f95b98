/** The running hash over a thread's envelopes: T_n = SHA-256(T_{n−1} ‖ envelope hash). */

import { type Bytes, ZEROS } from "../crypto/bytes";
import { type Value } from "../crypto/cbor";
import { sha256 } from "../crypto/hash";
import { array, bytes, uint } from "./fields";

/** Where a thread stands: the last `seq` and the transcript hash after it. */
export interface Head {
  readonly seq: number;
  readonly t: Bytes;
}

export const START: Head = { seq: 0, t: ZEROS };

/** The head once one more envelope was appended. */
export async function after(head: Head, envelopeHash: Bytes): Promise<Head> {
  return { seq: head.seq + 1, t: await sha256(head.t, envelopeHash) };
}

export function headValue(head: Head): Value {
  return [head.seq, head.t];
}

export function readHead(value: Value): Head {
  const [seq, t] = array(value, 2);
  return { seq: uint(seq), t: bytes(t, 32) };
}
