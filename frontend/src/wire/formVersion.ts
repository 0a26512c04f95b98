/**
 * Versions of a form: whoever reads the answers signs what is asked.
 *
 * Without this signature a server could show somebody a sealed question as an open one.
 */

import { type Bytes, equal, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { type Identity, type PublicKeys, type SignaturePair } from "../crypto/identity";
import { SIGN_FORM_VERSION } from "../crypto/labels";
import { type EpochRecord } from "./epoch";
import { openMap, range } from "./fields";
import { type EpochRef, epochRef, epochValue, readEpochRef, readSigner, sameEpoch, type Signer, signerValue } from "./formKey";
import { pairValue, readPair } from "./keys";
import { findRow } from "./roster";
import { FORM_VERSION, FORM_VERSION_TBS } from "./types";

const LIMIT = 8192;
/** Bytes. */
export const DEFINITION_LIMIT = 256 * 1024;

/** A decoded statement. `definitionHash` is the SHA-256 of the definition's exact bytes. */
export interface FormVersion {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly number: number;
  readonly definitionHash: Bytes;
  readonly epoch: EpochRef;
  readonly signer: Signer;
  /** Milliseconds. */
  readonly madeAt: number;
  readonly signatures: SignaturePair;
  /** What a submission names its version by. */
  readonly hash: Bytes;
}

export interface VersionPlan {
  /** The newest epoch of the form's thread, with the signer in its roster. */
  readonly record: EpochRecord;
  readonly number: number;
  readonly definition: Bytes;
  readonly member: string;
  /** Milliseconds. */
  readonly madeAt: number;
}

/** The signed statement by a reader. */
export async function signVersion(plan: VersionPlan, identity: Identity): Promise<Bytes> {
  const { record, member } = plan;
  const tbs = encode(
    fields({
      0: FORM_VERSION_TBS,
      1: 1,
      2: fromUuid(record.tbs.thread),
      3: plan.number,
      4: await sha256(plan.definition),
      5: epochValue(epochRef(record)),
      6: signerValue({ member, fingerprint: identity.publicKeys.fingerprint }),
      7: plan.madeAt,
    }),
  );
  const signatures = pairValue(await identity.signPair(SIGN_FORM_VERSION, tbs));
  const data = encode(fields({ 0: FORM_VERSION, 1: 1, 2: tbs, 3: signatures }));
  await readVersion(data);
  return data;
}

/** Checks the shape, not the signatures. Raises WireError. */
export async function readVersion(data: Bytes): Promise<FormVersion> {
  const outer = openMap(data, { kind: FORM_VERSION, limit: LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, LIMIT);
  const inner = openMap(tbs, { kind: FORM_VERSION_TBS, limit: LIMIT, required: range(2, 7) });
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    number: inner.uint(3, 1),
    definitionHash: inner.bytes(4, 32),
    epoch: readEpochRef(inner.array(5, 2)),
    signer: readSigner(inner.array(6, 2)),
    madeAt: inner.uint(7),
    signatures: readPair(outer.array(3, 2)),
    hash: await sha256(tbs),
  };
}

/** Raises WireError unless an owner or member of this epoch signed exactly this definition. */
export async function verifyVersion(
  version: FormVersion,
  record: EpochRecord,
  signer: PublicKeys,
  definition: Bytes,
): Promise<void> {
  const { tbs } = record;
  if (version.thread !== tbs.thread || !sameEpoch(version.epoch, epochRef(record))) {
    throw new WireError("chain", "a version of another epoch");
  }
  const row = findRow(tbs.roster, version.signer.member);
  if (row === undefined || !equal(row.fingerprint, version.signer.fingerprint)) {
    throw new WireError("chain", "a version by somebody who is no reader");
  }
  if (row.role !== "owner" && row.role !== "member") {
    throw new WireError("chain", "a version by somebody who may not publish");
  }
  if (!equal(signer.fingerprint, version.signer.fingerprint)) {
    throw new WireError("signature", "the version names other keys of its signer");
  }
  if (!equal(await sha256(definition), version.definitionHash)) {
    throw new WireError("chain", "another definition than the one that was signed");
  }
  await signer.verifyPair(SIGN_FORM_VERSION, version.tbs, version.signatures);
}
