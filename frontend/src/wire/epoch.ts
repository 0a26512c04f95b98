/**
 * Epoch records: one generation of a thread's key, who holds it, and proof that all got the same.
 *
 * What may follow what is in epochRules; making a new epoch is in epochMaking.
 */

import { type Bytes, concat, equal, fromUuid, ZEROS } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { derive, hmac, sha256 } from "../crypto/hash";
import { type Identity, type PublicKeys, type SignaturePair } from "../crypto/identity";
import { DERIVE_CONFIRM, SIGN_EPOCH, WRAP_EPOCH_KEY, WRAP_HISTORY } from "../crypto/labels";
import { FLOOR } from "../crypto/padding";
import { OVERHEAD } from "../crypto/seal";
import { ABOUT_LIMIT } from "./about";
import { bytes, type Fields, openMap, range, uuid } from "./fields";
import { readPair } from "./keys";
import { type LeaveNotice, NOTICE_LIMIT, NOTICES_LIMIT, readLeaveNotice } from "./leaving";
import {
  findRow,
  type Policy,
  policyValue,
  readPolicy,
  readRoster,
  ROSTER_LIMIT,
  type RosterRow,
  rowValue,
} from "./roster";
import { type Head, headValue, readHead } from "./transcript";
import { EPOCH_RECORD, EPOCH_TBS, EPOCH_UPLOAD } from "./types";

const LIMIT = 96 * 1024;
const UPLOAD_LIMIT = LIMIT + ROSTER_LIMIT * 1200;
export const KEY_SIZE = 32;
export const WRAP_SIZE = 1168;
const CHECKPOINT_LIMIT = 2048;
/** X-Wing, HKDF-SHA256, AES-256-GCM, Ed25519, ML-DSA-65, SHA-256. */
export const SUITE = 1;

/** What an epoch's author signs. `start`: where the thread stood; times in milliseconds. */
export interface EpochTbs {
  readonly suite: number;
  readonly thread: string;
  readonly number: number;
  readonly previous: Bytes;
  readonly author: string;
  readonly authorFingerprint: Bytes;
  readonly checkpoint: Bytes;
  readonly start: Head;
  readonly roster: readonly RosterRow[];
  readonly policy: Policy;
  readonly wrapHashes: readonly Bytes[];
  readonly aboutBox: Bytes;
  readonly madeAt: number;
  readonly continues?: { readonly thread: string; readonly epoch: Bytes };
  /** Of those whom it leaves out by their own wish. */
  readonly leaves?: readonly LeaveNotice[];
}

/** A decoded record. `raw` is what is stored and passed on. */
export interface EpochRecord {
  readonly raw: Bytes;
  readonly tbsRaw: Bytes;
  readonly tbs: EpochTbs;
  readonly tag: Bytes;
  readonly hash: Bytes;
  readonly signatures: SignaturePair;
}

/** Proof that whoever checks it holds the key that the author meant. */
export async function confirmTag(key: Bytes, tbsRaw: Bytes): Promise<Bytes> {
  return hmac(await derive(key, DERIVE_CONFIRM), tbsRaw);
}

/** `info` of the HPKE wrap of an epoch key for one recipient's fingerprint. */
export function wrapInfo(
  label: string,
  thread: string,
  number: number,
  previous: Bytes,
  recipient: Bytes,
): Bytes {
  return encode([label, fromUuid(thread), number, previous, recipient]);
}

export function encodeTbs(tbs: EpochTbs): Bytes {
  const { continues, leaves = [] } = tbs;
  const data = encode(
    fields({
      0: EPOCH_TBS,
      1: 1,
      2: tbs.suite,
      3: fromUuid(tbs.thread),
      4: tbs.number,
      5: tbs.previous,
      6: [fromUuid(tbs.author), tbs.authorFingerprint],
      7: tbs.checkpoint,
      8: headValue(tbs.start),
      9: tbs.roster.map(rowValue),
      10: policyValue(tbs.policy),
      11: tbs.wrapHashes,
      12: tbs.aboutBox,
      13: tbs.madeAt,
      14: continues === undefined ? undefined : [fromUuid(continues.thread), continues.epoch],
      15: leaves.length === 0 ? undefined : leaves.map((notice) => notice.raw),
    }),
  );
  readTbs(data);
  return data;
}

export function readTbs(data: Bytes): EpochTbs {
  const found = openMap(data, {
    kind: EPOCH_TBS,
    limit: LIMIT,
    required: range(2, 13),
    optional: [14, 15],
  });
  if (found.uint(2) !== SUITE) throw new WireError("unsupported", `suite ${found.uint(2)}`);
  const [author, authorFingerprint] = found.array(6, 2);
  const tbs: EpochTbs = {
    suite: SUITE,
    thread: found.uuid(3),
    number: found.uint(4, 1),
    previous: found.bytes(5, 32),
    author: uuid(author),
    authorFingerprint: bytes(authorFingerprint, 32),
    checkpoint: found.bytes(7, 1, CHECKPOINT_LIMIT),
    start: readHead(found.array(8, 2)),
    roster: readRoster(found.array(9, 1, ROSTER_LIMIT)),
    policy: readPolicy(found.array(10, 4)),
    wrapHashes: found.array(11, 1, ROSTER_LIMIT).map((one) => bytes(one, 32)),
    aboutBox: found.bytes(12, FLOOR + OVERHEAD, ABOUT_LIMIT + OVERHEAD),
    madeAt: found.uint(13),
    ...readContinues(found),
    ...readLeaves(found),
  };
  if (tbs.wrapHashes.length !== tbs.roster.length) {
    throw new WireError("malformed", "not one wrap for each member");
  }
  if ((tbs.number === 1) !== equal(tbs.previous, ZEROS)) {
    throw new WireError("chain", "only epoch 1 follows nothing");
  }
  return tbs;
}

/** Checks shape, suite and sizes; neither signatures nor chain nor tag. Raises WireError. */
export async function readRecord(data: Bytes): Promise<EpochRecord> {
  const outer = openMap(data, { kind: EPOCH_RECORD, limit: LIMIT, required: [2, 3, 4] });
  const tbsRaw = outer.bytes(2, 1, LIMIT);
  const tag = outer.bytes(3, 32);
  return {
    raw: data,
    tbsRaw,
    tbs: readTbs(tbsRaw),
    tag,
    hash: await sha256(tbsRaw, tag),
    signatures: readPair(outer.array(4, 2)),
  };
}

/** Raises WireError unless `author` is the one named and both signatures verify. */
export async function verifyRecord(record: EpochRecord, author: PublicKeys): Promise<void> {
  if (!equal(author.fingerprint, record.tbs.authorFingerprint)) {
    throw new WireError("signature", "the record names other keys of its author");
  }
  const { signatures } = record;
  await author.verifyPair(SIGN_EPOCH, concat(record.tbsRaw, record.tag), signatures);
}

/**
 * The epoch key from this member's wrap. Raises WireError: "chain" if the record does not list the
 * member or this wrap, "unsealed" if the wrap does not open, "commitment" if it holds another key
 * than the rest got.
 */
export async function openEpochKey(
  record: EpochRecord,
  member: string,
  identity: Pick<Identity, "unwrap">,
  wrapped: Bytes,
): Promise<Bytes> {
  const { tbs } = record;
  const row = findRow(tbs.roster, member);
  const listed = row === undefined ? undefined : tbs.wrapHashes[tbs.roster.indexOf(row)];
  if (row === undefined || listed === undefined || !equal(listed, await sha256(wrapped))) {
    throw new WireError("chain", "the record lists no such wrap for this member");
  }
  const info = wrapInfo(WRAP_EPOCH_KEY, tbs.thread, tbs.number, tbs.previous, row.fingerprint);
  return checkedKey(record, await identity.unwrap(info, wrapped));
}

/** The key of an earlier epoch, given to a joiner with the keys of this fingerprint. Raises WireError. */
export async function openHistoryKey(
  record: EpochRecord,
  fingerprint: Bytes,
  opener: Pick<Identity, "unwrap">,
  wrapped: Bytes,
): Promise<Bytes> {
  const { tbs } = record;
  const info = wrapInfo(WRAP_HISTORY, tbs.thread, tbs.number, tbs.previous, fingerprint);
  return checkedKey(record, await opener.unwrap(info, wrapped));
}

/** `key`, if it is the one that the record's tag confirms. Raises WireError("commitment"). */
export async function checkedKey(record: EpochRecord, key: Bytes): Promise<Bytes> {
  if (key.length !== KEY_SIZE || !equal(await confirmTag(key, record.tbsRaw), record.tag)) {
    throw new WireError("commitment", "another key than the record confirms");
  }
  return key;
}

/** A record with wraps that match its hashes, in the order of the roster. Raises WireError. */
export async function readUpload(
  data: Bytes,
): Promise<{ record: EpochRecord; wraps: readonly Bytes[] }> {
  const found = openMap(data, { kind: EPOCH_UPLOAD, limit: UPLOAD_LIMIT, required: [2, 3] });
  const record = await readRecord(found.bytes(2, 1, LIMIT));
  const wraps = found.array(3, 1, ROSTER_LIMIT).map((one) => bytes(one, WRAP_SIZE));
  const hashes = await Promise.all(wraps.map((one) => sha256(one)));
  const listed = record.tbs.wrapHashes;
  const match = hashes.every((hash, at) => equal(hash, listed[at] ?? ZEROS));
  if (hashes.length !== listed.length || !match) {
    throw new WireError("chain", "the wraps are not those of the record");
  }
  return { record, wraps };
}

function readLeaves(found: Fields): Pick<EpochTbs, "leaves"> {
  if (!found.has(15)) return {};
  const leaves = found.array(15, 1, NOTICES_LIMIT);
  return { leaves: leaves.map((one) => readLeaveNotice(bytes(one, 1, NOTICE_LIMIT))) };
}

function readContinues(found: Fields): Pick<EpochTbs, "continues"> {
  if (!found.has(14)) return {};
  const [thread, epoch] = found.array(14, 2);
  return { continues: { thread: uuid(thread), epoch: bytes(epoch, 32) } };
}
