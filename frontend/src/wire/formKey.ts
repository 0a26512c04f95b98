/**
 * Form keys: what the answers of a form are sealed to, one for each epoch of the form's thread.
 *
 * Whoever has the epoch key derives the private side; everybody else gets the public key, signed by the
 * epoch's author. A form's link pins the first epoch, and every later one chains from it.
 */

import { type Bytes, equal, fromUuid } from "../crypto/bytes";
import { encode, fields, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { derive } from "../crypto/hash";
import { XWING_PUBLIC_SIZE } from "../crypto/hpke";
import { type Identity, type PublicKeys, type SignaturePair } from "../crypto/identity";
import { DERIVE_FORM_KEY, SIGN_FORM_KEY } from "../crypto/labels";
import { checkXwing } from "../crypto/points";
import { postQuantum, type XwingKey } from "../crypto/pq";
import { type EpochRecord } from "./epoch";
import { array, bytes, openMap, range, uint, uuid } from "./fields";
import { pairValue, readPair } from "./keys";
import { FORM_KEY, FORM_KEY_TBS } from "./types";

const LIMIT = 8192;

/** Names one epoch of a thread. */
export interface EpochRef {
  readonly number: number;
  readonly hash: Bytes;
}

/** Names a person, and the keys that they sign with. */
export interface Signer {
  readonly member: string;
  readonly fingerprint: Bytes;
}

/** A decoded form key. `raw` is what is stored and passed on; `xwing` is the public key. */
export interface FormKey {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly epoch: EpochRef;
  readonly xwing: Bytes;
  readonly author: Signer;
  readonly signatures: SignaturePair;
}

/** The pair that belongs to an epoch's key: its private side opens what was sealed to the form. */
export async function formKeyPair(epochKey: Bytes): Promise<XwingKey> {
  const seed = await derive(epochKey, DERIVE_FORM_KEY);
  return (await postQuantum()).xwingFromSeed(seed);
}

/** The signed form key of an epoch, by that epoch's author. */
export async function makeFormKey(record: EpochRecord, epochKey: Bytes, identity: Identity): Promise<Bytes> {
  const { tbs: epoch } = record;
  const pair = await formKeyPair(epochKey);
  const tbs = encode(
    fields({
      0: FORM_KEY_TBS,
      1: 1,
      2: fromUuid(epoch.thread),
      3: epoch.number,
      4: record.hash,
      5: pair.publicKey,
      6: signerValue({ member: epoch.author, fingerprint: identity.publicKeys.fingerprint }),
    }),
  );
  const signatures = pairValue(await identity.signPair(SIGN_FORM_KEY, tbs));
  const data = encode(fields({ 0: FORM_KEY, 1: 1, 2: tbs, 3: signatures }));
  readFormKey(data);
  return data;
}

/** Checks the shape, not the signatures. Raises WireError. */
export function readFormKey(data: Bytes): FormKey {
  const outer = openMap(data, { kind: FORM_KEY, limit: LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, LIMIT);
  const inner = openMap(tbs, { kind: FORM_KEY_TBS, limit: LIMIT, required: range(2, 6) });
  const xwing = inner.bytes(5, XWING_PUBLIC_SIZE);
  checkXwing(xwing);
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    epoch: { number: inner.uint(3, 1), hash: inner.bytes(4, 32) },
    xwing,
    author: readSigner(inner.array(6, 2)),
    signatures: readPair(outer.array(3, 2)),
  };
}

/** Raises WireError unless it is of this epoch, and the epoch's author, with these keys, signed it. */
export async function verifyFormKey(key: FormKey, record: EpochRecord, author: PublicKeys): Promise<void> {
  const { tbs } = record;
  if (key.thread !== tbs.thread || !sameEpoch(key.epoch, epochRef(record))) {
    throw new WireError("chain", "a form key of another epoch");
  }
  if (!sameSigner(key.author, { member: tbs.author, fingerprint: tbs.authorFingerprint })) {
    throw new WireError("chain", "a form key by somebody else than the epoch's author");
  }
  if (!equal(author.fingerprint, key.author.fingerprint)) {
    throw new WireError("signature", "the form key names other keys of its author");
  }
  await author.verifyPair(SIGN_FORM_KEY, key.tbs, key.signatures);
}

/** How other objects name the epoch of this record. */
export function epochRef(record: EpochRecord): EpochRef {
  return { number: record.tbs.number, hash: record.hash };
}

export function sameEpoch(left: EpochRef, right: EpochRef): boolean {
  return left.number === right.number && equal(left.hash, right.hash);
}

export function sameSigner(left: Signer, right: Signer): boolean {
  return left.member === right.member && equal(left.fingerprint, right.fingerprint);
}

export function epochValue({ number, hash }: EpochRef): Value {
  return [number, hash];
}

export function signerValue({ member, fingerprint }: Signer): Value {
  return [fromUuid(member), fingerprint];
}

/** Raises WireError. */
export function readEpochRef(value: Value): EpochRef {
  const [number, hash] = array(value, 2);
  return { number: uint(number, 1), hash: bytes(hash, 32) };
}

/** Raises WireError. */
export function readSigner(value: Value): Signer {
  const [member, fingerprint] = array(value, 2);
  return { member: uuid(member), fingerprint: bytes(fingerprint, 32) };
}
