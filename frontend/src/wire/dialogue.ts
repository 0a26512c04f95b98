/**
 * The dialogue about a submission, between its sender and the team.
 *
 * Every item names the one before it, so that neither side can be shown it out of order, with a gap, or
 * with something of another case in it. Its key is wrapped to the form key and to the sender's reply key.
 */

import { type Bytes, equal, fromUuid, randomBytes } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { ed25519Verifier, ed25519Verify } from "../crypto/ed25519";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { unwrap } from "../crypto/hpke";
import { type Identity, labelled, type PublicKeys } from "../crypto/identity";
import { SEAL_DIALOGUE, SIGN_DIALOGUE } from "../crypto/labels";
import { FLOOR, pad, unpad } from "../crypto/padding";
import { type XwingKey } from "../crypto/pq";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { KEY_SIZE, WRAP_SIZE } from "./epoch";
import { openMap, range } from "./fields";
import { type EpochRef, epochValue, type FormKey, readEpochRef, readSigner, type Signer, signerValue } from "./formKey";
import { ED25519_SIGNATURE } from "./keys";
import { type ReturnSecrets } from "./returnCode";
import {
  blobsOf,
  FILES_LIMIT,
  fileValue,
  formInfo,
  readBlobs,
  readFiles,
  replyInfo,
  sameBlobs,
  type SealedFile,
  type Submission,
  wrapToForm,
  wrapToReply,
} from "./submission";
import { DIALOGUE, DIALOGUE_BODY, DIALOGUE_TBS } from "./types";

/** Bytes. */
export const DIALOGUE_TEXT_LIMIT = 20_000;
const BODY_LIMIT = 48 * 1024;
export const DIALOGUE_LIMIT = 64 * 1024;

/** A text, or files, or both. */
export interface DialogueBody {
  readonly text: string;
  readonly files: readonly SealedFile[];
  /** Milliseconds. */
  readonly madeAt: number;
}

/** A decoded item. `sender` is undefined for the person who answered the form. */
export interface DialogueItem {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly thread: string;
  readonly submission: Bytes;
  readonly number: number;
  readonly previous: Bytes;
  readonly epoch: EpochRef;
  readonly sender: Signer | undefined;
  readonly toForm: Bytes;
  readonly toReply: Bytes;
  readonly box: Bytes;
  readonly blobs: readonly string[];
  readonly signature: Bytes;
  readonly hash: Bytes;
}

/** Where an item stands: `previous` is the hash of the item before, the submission's for number 1. */
export interface DialoguePlace {
  /** Checked. */
  readonly formKey: FormKey;
  readonly submission: Submission;
  readonly number: number;
  readonly previous: Bytes;
}

/** An item of the team. Raises WireError beyond the limits. */
export async function makeReply(
  place: DialoguePlace,
  member: string,
  identity: Identity,
  body: DialogueBody,
): Promise<DialogueItem> {
  const tbs = await sealItem(place, { member, fingerprint: identity.publicKeys.fingerprint }, body);
  return signed(tbs, await identity.sign(SIGN_DIALOGUE, tbs));
}

/** An item of the person who answered the form. Raises WireError beyond the limits. */
export async function makeMessage(
  place: DialoguePlace,
  secrets: ReturnSecrets,
  body: DialogueBody,
): Promise<DialogueItem> {
  if (!equal(secrets.signing.publicKey, place.submission.signingKey)) {
    throw new WireError("signature", "the code is of another submission");
  }
  const tbs = await sealItem(place, undefined, body);
  return signed(tbs, await secrets.signing.sign(labelled(SIGN_DIALOGUE, tbs)));
}

/** Checks the shape, not the signature. Raises WireError. */
export async function readDialogue(data: Bytes): Promise<DialogueItem> {
  const outer = openMap(data, { kind: DIALOGUE, limit: DIALOGUE_LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, DIALOGUE_LIMIT);
  const inner = openMap(tbs, { kind: DIALOGUE_TBS, limit: DIALOGUE_LIMIT, required: range(2, 11) });
  const sender = inner.array(7, 0, 2);
  return {
    raw: data,
    tbs,
    thread: inner.uuid(2),
    submission: inner.bytes(3, 32),
    number: inner.uint(4, 1),
    previous: inner.bytes(5, 32),
    epoch: readEpochRef(inner.array(6, 2)),
    sender: sender.length > 0 ? readSigner(sender) : undefined,
    toForm: inner.bytes(8, WRAP_SIZE),
    toReply: inner.bytes(9, WRAP_SIZE),
    box: inner.bytes(10, FLOOR + OVERHEAD, DIALOGUE_LIMIT),
    blobs: readBlobs(inner.array(11, 0, FILES_LIMIT)),
    signature: outer.bytes(3, ED25519_SIGNATURE),
    hash: await sha256(data),
  };
}

/**
 * Raises WireError unless it stands at this place of this submission's dialogue, and was signed. `sender` are the
 * checked keys of the member whom the item names, undefined if it is the person's own.
 */
export async function verifyDialogue(
  item: DialogueItem,
  place: Pick<DialoguePlace, "submission" | "number" | "previous">,
  sender: PublicKeys | undefined,
): Promise<void> {
  const { submission } = place;
  if (item.thread !== submission.thread || !equal(item.submission, submission.hash)) {
    throw new WireError("chain", "an item of another case");
  }
  if (item.number !== place.number || !equal(item.previous, place.previous)) {
    throw new WireError("chain", "an item out of its place");
  }
  if ((item.sender === undefined) !== (sender === undefined)) {
    throw new WireError("signature", "an item of the other side");
  }
  if (item.sender === undefined || sender === undefined) {
    const key = await ed25519Verifier(submission.signingKey);
    if (!(await ed25519Verify(key, labelled(SIGN_DIALOGUE, item.tbs), item.signature))) {
      throw new WireError("signature", "the Ed25519 signature does not verify");
    }
    return;
  }
  if (!equal(sender.fingerprint, item.sender.fingerprint)) {
    throw new WireError("signature", "the item names other keys of its sender");
  }
  await sender.verify(SIGN_DIALOGUE, item.tbs, item.signature);
}

/** By the pair of the form key it was sealed to. Raises WireError. */
export async function openDialogueByForm(item: DialogueItem, pair: XwingKey): Promise<DialogueBody> {
  return open(item, await unwrap(pair, formInfo(item), item.toForm));
}

/** By the reply key of the return code. Raises WireError. */
export async function openDialogueByReply(item: DialogueItem, secrets: Pick<ReturnSecrets, "reply">): Promise<DialogueBody> {
  const info = await replyInfo(item.thread, secrets.reply.publicKey);
  return open(item, await unwrap(secrets.reply, info, item.toReply));
}

/** Canonical bytes. Raises WireError beyond the limits. */
export function encodeDialogueBody({ text, files, madeAt }: DialogueBody): Bytes {
  const data = encode(fields({ 0: DIALOGUE_BODY, 1: 1, 2: text, 3: files.map(fileValue), 4: madeAt }));
  readDialogueBody(data);
  return data;
}

export function readDialogueBody(data: Bytes): DialogueBody {
  const found = openMap(data, { kind: DIALOGUE_BODY, limit: BODY_LIMIT, required: range(2, 4) });
  const body = {
    text: found.text(2, 0, DIALOGUE_TEXT_LIMIT),
    files: readFiles(found.array(3, 0, FILES_LIMIT)),
    madeAt: found.uint(4),
  };
  if (body.text === "" && body.files.length === 0) throw new WireError("malformed", "nothing was said");
  return body;
}

async function sealItem(place: DialoguePlace, sender: Signer | undefined, body: DialogueBody): Promise<Bytes> {
  const { formKey, submission, number, previous } = place;
  const { thread, epoch } = formKey;
  if (thread !== submission.thread) throw new WireError("chain", "the key of another form");
  const blobs = blobsOf(body.files);
  const key = randomBytes(KEY_SIZE);
  const context = contextOf({ thread, submission: submission.hash, number, previous, epoch, sender, blobs });
  const [toForm, toReply, box] = await Promise.all([
    wrapToForm(formKey, key),
    wrapToReply(submission.replyKey, thread, key),
    seal(key, SEAL_DIALOGUE, context, pad(encodeDialogueBody(body))),
  ]);
  return encode(
    fields({
      0: DIALOGUE_TBS,
      1: 1,
      2: fromUuid(thread),
      3: submission.hash,
      4: number,
      5: previous,
      6: epochValue(epoch),
      7: sender === undefined ? [] : signerValue(sender),
      8: toForm,
      9: toReply,
      10: box,
      11: blobs.map(fromUuid),
    }),
  );
}

function signed(tbs: Bytes, signature: Bytes): Promise<DialogueItem> {
  return readDialogue(encode(fields({ 0: DIALOGUE, 1: 1, 2: tbs, 3: signature })));
}

async function open(item: DialogueItem, key: Bytes): Promise<DialogueBody> {
  const body = readDialogueBody(unpad(await openBox(key, SEAL_DIALOGUE, contextOf(item), item.box)));
  if (!sameBlobs(body.files, item.blobs)) throw new WireError("chain", "other files than the record names");
  return body;
}

function contextOf(
  of: Pick<DialogueItem, "thread" | "submission" | "number" | "previous" | "epoch" | "sender" | "blobs">,
): Bytes {
  return encode([
    fromUuid(of.thread),
    of.submission,
    of.number,
    of.previous,
    epochValue(of.epoch),
    of.sender === undefined ? [] : signerValue(of.sender),
    of.blobs.map(fromUuid),
  ]);
}
