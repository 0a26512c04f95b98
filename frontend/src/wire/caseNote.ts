/** Notes on a case: what the team writes for itself, sealed to the form's readers alone. */

import { type Bytes, equal, fromUuid, randomBytes } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { unwrap } from "../crypto/hpke";
import { type Identity, type PublicKeys } from "../crypto/identity";
import { SEAL_NOTE, SIGN_NOTE } from "../crypto/labels";
import { FLOOR, pad, unpad } from "../crypto/padding";
import { type XwingKey } from "../crypto/pq";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { DIALOGUE_LIMIT, encodeDialogueBody, readDialogueBody } from "./dialogue";
import { KEY_SIZE, WRAP_SIZE } from "./epoch";
import { openMap, range } from "./fields";
import { type EpochRef, epochValue, type FormKey, readEpochRef, readSigner, type Signer, signerValue } from "./formKey";
import { ED25519_SIGNATURE } from "./keys";
import { formInfo, type Submission, wrapToForm } from "./submission";
import { NOTE, NOTE_TBS } from "./types";

export interface CaseNote {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly submission: Bytes;
  readonly epoch: EpochRef;
  readonly author: Signer;
  readonly toForm: Bytes;
  readonly box: Bytes;
  /** Milliseconds. */
  readonly madeAt: number;
  readonly signature: Bytes;
}

export interface NotePlan {
  /** Checked. */
  readonly formKey: FormKey;
  readonly submission: Submission;
  readonly member: string;
  readonly text: string;
  /** Milliseconds. */
  readonly madeAt: number;
}

/** Raises WireError for no text, or more than 20,000 bytes. */
export async function makeNote(plan: NotePlan, identity: Identity): Promise<CaseNote> {
  const { formKey, submission, text, madeAt } = plan;
  const { thread, epoch } = formKey;
  const author = { member: plan.member, fingerprint: identity.publicKeys.fingerprint };
  const key = randomBytes(KEY_SIZE);
  const context = contextOf({ thread, submission: submission.hash, epoch, author, madeAt });
  const [toForm, box] = await Promise.all([
    wrapToForm(formKey, key),
    seal(key, SEAL_NOTE, context, pad(encodeDialogueBody({ text, files: [], madeAt }))),
  ]);
  const tbs = encode(
    fields({
      0: NOTE_TBS,
      1: 1,
      2: fromUuid(thread),
      3: submission.hash,
      4: epochValue(epoch),
      5: signerValue(author),
      6: toForm,
      7: box,
      8: madeAt,
    }),
  );
  const signature = await identity.sign(SIGN_NOTE, tbs);
  return readNote(encode(fields({ 0: NOTE, 1: 1, 2: tbs, 3: signature })));
}

/** Checks the shape, not the signature. Raises WireError. */
export function readNote(data: Bytes): CaseNote {
  const outer = openMap(data, { kind: NOTE, limit: DIALOGUE_LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, DIALOGUE_LIMIT);
  const inner = openMap(tbs, { kind: NOTE_TBS, limit: DIALOGUE_LIMIT, required: range(2, 8) });
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    submission: inner.bytes(3, 32),
    epoch: readEpochRef(inner.array(4, 2)),
    author: readSigner(inner.array(5, 2)),
    toForm: inner.bytes(6, WRAP_SIZE),
    box: inner.bytes(7, FLOOR + OVERHEAD, DIALOGUE_LIMIT),
    madeAt: inner.uint(8),
    signature: outer.bytes(3, ED25519_SIGNATURE),
  };
}

/** Raises WireError unless it is about this submission and these keys, the ones named, signed it. */
export async function verifyNote(note: CaseNote, submission: Submission, author: PublicKeys): Promise<void> {
  if (note.thread !== submission.thread || !equal(note.submission, submission.hash)) {
    throw new WireError("chain", "a note on another case");
  }
  if (!equal(author.fingerprint, note.author.fingerprint)) {
    throw new WireError("signature", "the note names other keys of its author");
  }
  await author.verify(SIGN_NOTE, note.tbs, note.signature);
}

/** By the pair of the form key it was sealed to. Raises WireError. */
export async function openNote(note: CaseNote, pair: XwingKey): Promise<string> {
  const key = await unwrap(pair, formInfo(note), note.toForm);
  const body = readDialogueBody(unpad(await openBox(key, SEAL_NOTE, contextOf(note), note.box)));
  if (body.files.length > 0 || body.madeAt !== note.madeAt) {
    throw new WireError("chain", "another note than the record names");
  }
  return body.text;
}

function contextOf(of: Pick<CaseNote, "thread" | "submission" | "epoch" | "author" | "madeAt">): Bytes {
  return encode([fromUuid(of.thread), of.submission, epochValue(of.epoch), signerValue(of.author), of.madeAt]);
}
