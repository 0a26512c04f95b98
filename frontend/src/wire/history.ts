/**
 * History for a joiner: keys of earlier epochs, wrapped to the joiner's keys.
 *
 * The grant isn't signed, because a wrong key doesn't fit its record's tag (openHistoryKey).
 */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { array, bytes, openMap, range, uint } from "./fields";
import { HISTORY_GRANT } from "./types";

const LIMIT = 640 * 1024;
const EPOCHS_LIMIT = 500;
const WRAP_SIZE = 1168;

/** Wraps by epoch number, for the member whose keys have this fingerprint. */
export interface HistoryGrant {
  readonly thread: string;
  readonly member: string;
  readonly fingerprint: Bytes;
  readonly wraps: ReadonlyMap<number, Bytes>;
}

/** Raises WireError for none or more than 500 epochs, or a wrong size. */
export function encodeGrant(grant: HistoryGrant): Bytes {
  const rows = [...grant.wraps].sort(([left], [right]) => left - right);
  const data = encode(
    fields({
      0: HISTORY_GRANT,
      1: 1,
      2: fromUuid(grant.thread),
      3: fromUuid(grant.member),
      4: grant.fingerprint,
      5: rows,
    }),
  );
  decodeGrant(data);
  return data;
}

/** Raises WireError, also for epochs that are out of order or named twice. */
export function decodeGrant(data: Bytes): HistoryGrant {
  const found = openMap(data, { kind: HISTORY_GRANT, limit: LIMIT, required: range(2, 5) });
  const wraps = new Map<number, Bytes>();
  let before = 0;
  for (const row of found.array(5, 1, EPOCHS_LIMIT)) {
    const [number, wrap] = array(row, 2);
    before = uint(number, before + 1);
    wraps.set(before, bytes(wrap, WRAP_SIZE));
  }
  if (wraps.size === 0) throw new WireError("malformed", "a grant of nothing");
  return {
    thread: found.uuid(2),
    member: found.uuid(3),
    fingerprint: found.bytes(4, 32),
    wraps,
  };
}
