/**
 * Submissions: the sealed answers of one person, for the form's readers and for that person.
 *
 * One random key seals all of them; it is wrapped to the form key and to the reply key of the return code.
 * The record names the version answered, the open answers (by hash) and the sealed files, and is signed by
 * the key of the return code, so that nothing of it can be exchanged later.
 */

import { type Bytes, compare, equal, fromUuid, randomBytes } from "../crypto/bytes";
import { encode, fields, type Value } from "../crypto/cbor";
import { ed25519Verifier, ed25519Verify } from "../crypto/ed25519";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { unwrap, wrap, XWING_PUBLIC_SIZE } from "../crypto/hpke";
import { labelled } from "../crypto/identity";
import { SEAL_SUBMISSION, SIGN_SUBMISSION, WRAP_TO_FORM, WRAP_TO_REPLY } from "../crypto/labels";
import { FLOOR, pad, unpad } from "../crypto/padding";
import { checkEd25519, checkXwing } from "../crypto/points";
import { type XwingKey } from "../crypto/pq";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { KEY_SIZE, WRAP_SIZE } from "./epoch";
import { array, bytes, openMap, range, text, uint, uuid } from "./fields";
import { type EpochRef, epochValue, type FormKey, readEpochRef } from "./formKey";
import { ED25519_SIGNATURE } from "./keys";
import { type ReturnSecrets } from "./returnCode";
import { SEALED_ANSWERS, SUBMISSION, SUBMISSION_TBS } from "./types";

/** Of what is sealed, before padding, in bytes. */
export const ANSWERS_LIMIT = 256 * 1024;
const BOX_LIMIT = 288 * 1024;
const LIMIT = 320 * 1024;
export const FILES_LIMIT = 20;
export const FILE_NAME_LIMIT = 255;
const FILE_KIND_LIMIT = 127;
/** Bytes. */
export const FILE_SIZE_LIMIT = 20 * 1024 * 1024;
const LANGUAGE_LIMIT = 35;
const QUESTION_LIMIT = 32;

/** A file of an answer or a reply: where it lies, and what opens it. `question` is empty in a reply. */
export interface SealedFile {
  readonly question: string;
  readonly blob: string;
  readonly key: Bytes;
  readonly name: string;
  /** Media type, as the sender's browser saw it. */
  readonly kind: string;
  readonly size: number;
  readonly sha256: Bytes;
}

/** What only the form's readers and the sender read. `answers` is JSON text, of sealed questions. */
export interface SealedAnswers {
  readonly answers: string;
  readonly language: string;
  readonly files: readonly SealedFile[];
}

/** A decoded submission. `raw` is what is stored and passed on. */
export interface Submission {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly versionHash: Bytes;
  readonly epoch: EpochRef;
  readonly signingKey: Bytes;
  readonly replyKey: Bytes;
  readonly toForm: Bytes;
  readonly toReply: Bytes;
  readonly box: Bytes;
  readonly openHash: Bytes;
  readonly blobs: readonly string[];
  readonly signature: Bytes;
  /** SHA-256 of the whole: what the dialogue about it names. */
  readonly hash: Bytes;
}

export interface SubmissionPlan {
  /** Checked back to the link's pin. */
  readonly formKey: FormKey;
  readonly versionHash: Bytes;
  readonly secrets: ReturnSecrets;
  readonly answers: SealedAnswers;
  /** The exact bytes that go to the server beside it. */
  readonly openAnswers: Bytes;
}

/** Sealed to the form key and to the sender's reply key, signed. Raises WireError beyond the limits. */
export async function makeSubmission(plan: SubmissionPlan): Promise<Submission> {
  const { formKey, versionHash, secrets } = plan;
  const { thread, epoch } = formKey;
  const signingKey = secrets.signing.publicKey;
  const replyKey = secrets.reply.publicKey;
  const openHash = await sha256(plan.openAnswers);
  const blobs = blobsOf(plan.answers.files);
  const key = randomBytes(KEY_SIZE);
  const context = contextOf({ thread, versionHash, epoch, signingKey, openHash, blobs });
  const [toForm, toReply, box] = await Promise.all([
    wrapToForm(formKey, key),
    wrapToReply(replyKey, thread, key),
    seal(key, SEAL_SUBMISSION, context, pad(encodeAnswers(plan.answers))),
  ]);
  const tbs = encode(
    fields({
      0: SUBMISSION_TBS,
      1: 1,
      2: fromUuid(thread),
      3: versionHash,
      4: epochValue(epoch),
      5: signingKey,
      6: replyKey,
      7: toForm,
      8: toReply,
      9: box,
      10: openHash,
      11: blobs.map(fromUuid),
    }),
  );
  const signature = await secrets.signing.sign(labelled(SIGN_SUBMISSION, tbs));
  return readSubmission(encode(fields({ 0: SUBMISSION, 1: 1, 2: tbs, 3: signature })));
}

/** Checks the shape, not the signature. Raises WireError. */
export async function readSubmission(data: Bytes): Promise<Submission> {
  const outer = openMap(data, { kind: SUBMISSION, limit: LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, LIMIT);
  const inner = openMap(tbs, { kind: SUBMISSION_TBS, limit: LIMIT, required: range(2, 11) });
  const [signingKey, replyKey] = [inner.bytes(5, 32), inner.bytes(6, XWING_PUBLIC_SIZE)];
  checkEd25519(signingKey);
  checkXwing(replyKey);
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    versionHash: inner.bytes(3, 32),
    epoch: readEpochRef(inner.array(4, 2)),
    signingKey,
    replyKey,
    toForm: inner.bytes(7, WRAP_SIZE),
    toReply: inner.bytes(8, WRAP_SIZE),
    box: inner.bytes(9, FLOOR + OVERHEAD, BOX_LIMIT),
    openHash: inner.bytes(10, 32),
    blobs: readBlobs(inner.array(11, 0, FILES_LIMIT)),
    signature: outer.bytes(3, ED25519_SIGNATURE),
    hash: await sha256(data),
  };
}

/** Raises WireError unless the sender's key signed it together with these open answers. */
export async function verifySubmission(submission: Submission, openAnswers: Bytes): Promise<void> {
  if (!equal(await sha256(openAnswers), submission.openHash)) {
    throw new WireError("chain", "other open answers than those that were signed");
  }
  const key = await ed25519Verifier(submission.signingKey);
  if (!(await ed25519Verify(key, labelled(SIGN_SUBMISSION, submission.tbs), submission.signature))) {
    throw new WireError("signature", "the Ed25519 signature does not verify");
  }
}

/** By the pair of the form key it was sealed to. Raises WireError. */
export async function openByForm(submission: Submission, pair: Pick<XwingKey, "decapsulate" | "publicKey">): Promise<SealedAnswers> {
  return open(submission, await unwrap(pair, formInfo(submission), submission.toForm));
}

/** By the reply key of the return code. Raises WireError. */
export async function openByReply(submission: Submission, secrets: Pick<ReturnSecrets, "reply">): Promise<SealedAnswers> {
  const info = await replyInfo(submission.thread, submission.replyKey);
  return open(submission, await unwrap(secrets.reply, info, submission.toReply));
}

/** Canonical bytes. Raises WireError beyond the limits. */
export function encodeAnswers({ answers, language, files }: SealedAnswers): Bytes {
  const data = encode(fields({ 0: SEALED_ANSWERS, 1: 1, 2: answers, 3: language, 4: files.map(fileValue) }));
  readAnswers(data);
  return data;
}

export function readAnswers(data: Bytes): SealedAnswers {
  const found = openMap(data, { kind: SEALED_ANSWERS, limit: ANSWERS_LIMIT, required: range(2, 4) });
  return {
    answers: found.text(2, 2, ANSWERS_LIMIT),
    language: found.text(3, 2, LANGUAGE_LIMIT),
    files: readFiles(found.array(4, 0, FILES_LIMIT)),
  };
}

export function fileValue(file: SealedFile): Value {
  return [file.question, fromUuid(file.blob), file.key, file.name, file.kind, file.size, file.sha256];
}

/** Raises WireError. */
export function readFiles(values: readonly Value[]): readonly SealedFile[] {
  return values.map((value) => {
    const [question, blob, key, name, kind, size, digest] = array(value, 7);
    return {
      question: text(question, 0, QUESTION_LIMIT),
      blob: uuid(blob),
      key: bytes(key, KEY_SIZE),
      name: text(name, 1, FILE_NAME_LIMIT),
      kind: text(kind, 1, FILE_KIND_LIMIT),
      size: uint(size, 0, FILE_SIZE_LIMIT),
      sha256: bytes(digest, 32),
    };
  });
}

/** Where the files lie, ascending, so that one set has one form. */
export function blobsOf(files: readonly SealedFile[]): readonly string[] {
  return files
    .map((file) => file.blob)
    .sort((left, right) => compare(fromUuid(left), fromUuid(right)));
}

/** Ascending and different. Raises WireError. */
export function readBlobs(values: readonly Value[]): readonly string[] {
  const raw = values.map((value) => bytes(value, 16));
  const ordered = raw.every((blob, at) => {
    const before = raw[at - 1];
    return before === undefined || compare(before, blob) < 0;
  });
  if (!ordered) throw new WireError("malformed", "files out of order");
  return raw.map((blob) => uuid(blob));
}

export function sameBlobs(files: readonly SealedFile[], blobs: readonly string[]): boolean {
  return new Set(files.map((file) => file.blob)).size === blobs.length && files.every((file) => blobs.includes(file.blob));
}

/** `info` of a wrap to a form key. */
export function formInfo({ thread, epoch }: { readonly thread: string; readonly epoch: EpochRef }): Bytes {
  return encode([WRAP_TO_FORM, fromUuid(thread), epoch.number, epoch.hash]);
}

/** `info` of a wrap to the reply key of a return code. */
export async function replyInfo(thread: string, replyKey: Bytes): Promise<Bytes> {
  return encode([WRAP_TO_REPLY, fromUuid(thread), await sha256(replyKey)]);
}

export function wrapToForm(formKey: Pick<FormKey, "xwing" | "thread" | "epoch">, key: Bytes): Promise<Bytes> {
  return wrap(formKey.xwing, formInfo(formKey), key);
}

export async function wrapToReply(replyKey: Bytes, thread: string, key: Bytes): Promise<Bytes> {
  return wrap(replyKey, await replyInfo(thread, replyKey), key);
}

async function open(submission: Submission, key: Bytes): Promise<SealedAnswers> {
  const plain = unpad(await openBox(key, SEAL_SUBMISSION, contextOf(submission), submission.box));
  const answers = readAnswers(plain);
  if (!sameBlobs(answers.files, submission.blobs)) {
    throw new WireError("chain", "other files than the record names");
  }
  return answers;
}

function contextOf(
  of: Pick<Submission, "thread" | "versionHash" | "epoch" | "signingKey" | "openHash" | "blobs">,
): Bytes {
  return encode([
    fromUuid(of.thread),
    of.versionHash,
    epochValue(of.epoch),
    of.signingKey,
    of.openHash,
    of.blobs.map(fromUuid),
  ]);
}
