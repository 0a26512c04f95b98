/** Making a new epoch: a fresh key, one wrap for each member, the record that binds them. */

import { type Bytes, concat, equal, randomBytes, ZEROS } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { wrap } from "../crypto/hpke";
import { type Identity, type PublicKeys } from "../crypto/identity";
import { SIGN_EPOCH, WRAP_EPOCH_KEY, WRAP_HISTORY } from "../crypto/labels";
import { type About, sealAbout } from "./about";
import {
  confirmTag,
  encodeTbs,
  type EpochRecord,
  type EpochTbs,
  KEY_SIZE,
  readUpload,
  SUITE,
  wrapInfo,
} from "./epoch";
import { pairValue } from "./keys";
import { type LeaveNotice } from "./leaving";
import { type Policy, type RosterRow, sortRoster } from "./roster";
import { type Head } from "./transcript";
import { EPOCH_RECORD, EPOCH_UPLOAD } from "./types";

export interface EpochPlan {
  readonly thread: string;
  /** The epoch that this one follows; undefined for epoch 1. */
  readonly before: EpochRecord | undefined;
  readonly author: string;
  readonly identity: Identity;
  readonly roster: readonly RosterRow[];
  /** The checked keys of every member. */
  readonly keys: ReadonlyMap<string, PublicKeys>;
  readonly policy: Policy;
  readonly about: About;
  readonly start: Head;
  /** Milliseconds. */
  readonly madeAt: number;
  /** The author's newest checkpoint of the identity log, bare. */
  readonly checkpoint: Bytes;
  /** Of those whom it leaves out by their own wish. */
  readonly leaves?: readonly LeaveNotice[];
  /** The thread that a new one continues, with its newest epoch. */
  readonly continues?: EpochTbs["continues"];
}

/** `upload` is what the server gets; `key` never leaves the browser. */
export interface NewEpoch {
  readonly upload: Bytes;
  readonly record: EpochRecord;
  readonly key: Bytes;
}

/** Raises WireError if a member's keys are missing or are not those of the roster. */
export async function makeEpoch(plan: EpochPlan): Promise<NewEpoch> {
  const key = randomBytes(KEY_SIZE);
  const roster = sortRoster(plan.roster);
  const place = {
    thread: plan.thread,
    number: (plan.before?.tbs.number ?? 0) + 1,
    previous: plan.before?.hash ?? ZEROS,
  };
  const wraps = await Promise.all(
    roster.map((row) => {
      const keys = plan.keys.get(row.member);
      if (keys === undefined || !equal(keys.fingerprint, row.fingerprint)) {
        throw new WireError("chain", "the keys at hand are not those of the roster");
      }
      const { thread, number, previous } = place;
      const info = wrapInfo(WRAP_EPOCH_KEY, thread, number, previous, row.fingerprint);
      return wrap(keys.xwing, info, key);
    }),
  );
  const tbsRaw = encodeTbs({
    ...place,
    suite: SUITE,
    author: plan.author,
    authorFingerprint: plan.identity.publicKeys.fingerprint,
    checkpoint: plan.checkpoint,
    start: plan.start,
    roster,
    policy: plan.policy,
    wrapHashes: await Promise.all(wraps.map((one) => sha256(one))),
    aboutBox: await sealAbout(key, place, plan.about),
    madeAt: plan.madeAt,
    ...(plan.leaves === undefined ? {} : { leaves: plan.leaves }),
    ...(plan.continues === undefined ? {} : { continues: plan.continues }),
  });
  const signed = await signRecord(tbsRaw, await confirmTag(key, tbsRaw), plan.identity);
  const upload = encode(fields({ 0: EPOCH_UPLOAD, 1: 1, 2: signed, 3: wraps }));
  return { upload, record: (await readUpload(upload)).record, key };
}

/** The signed record of an encoded tbs and its tag. */
export async function signRecord(tbsRaw: Bytes, tag: Bytes, identity: Identity): Promise<Bytes> {
  const signatures = pairValue(await identity.signPair(SIGN_EPOCH, concat(tbsRaw, tag)));
  return encode(fields({ 0: EPOCH_RECORD, 1: 1, 2: tbsRaw, 3: tag, 4: signatures }));
}

/** An earlier epoch's key for a joiner. The caller has checked `key` against the record. */
export function wrapHistory(record: EpochRecord, key: Bytes, recipient: PublicKeys): Promise<Bytes> {
  const { thread, number, previous } = record.tbs;
  const info = wrapInfo(WRAP_HISTORY, thread, number, previous, recipient.fingerprint);
  return wrap(recipient.xwing, info, key);
}
