/**
 * A case, opened: every signature checked, everything sealed opened with the reader's keys.
 *
 * What the server shows is not believed: the definition is the one that a reader signed, the open answers are those
 * that the person signed together with the sealed ones, and no message of the dialogue is missing, moved or changed.
 */

import { type Bytes, equal } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { type CaseNote, openNote, readNote, verifyNote } from "../../wire/caseNote";
import { type DialogueBody, type DialogueItem, openDialogueByForm, readDialogue, verifyDialogue } from "../../wire/dialogue";
import { readVersion, verifyVersion } from "../../wire/formVersion";
import { openByForm, readSubmission, type SealedAnswers, type Submission, verifySubmission } from "../../wire/submission";
import { type CaseDetail } from "../server";
import { type ReaderKeys } from "./readerKeys";

/** The server shows something that nobody signed. */
export class ForgedCase extends Error {
  override readonly name = "ForgedCase";
}

/** This person has no key of the epoch that something was sealed to. */
export class NoKey extends Error {
  override readonly name = "NoKey";
}

/** A message of the dialogue. `body` is undefined when it can't be opened by this reader. */
export interface OpenedMessage {
  readonly item: DialogueItem;
  readonly body: DialogueBody | undefined;
}

/** A note. `text` is undefined when it can't be opened by this reader. */
export interface OpenedNote {
  readonly note: CaseNote;
  readonly text: string | undefined;
}

export interface OpenedAnswers {
  readonly submission: Submission;
  readonly sealed: SealedAnswers;
}

/** Raises ForgedCase, and NoKey when it was sealed to an epoch that this person has no key of. */
export async function openAnswers(detail: CaseDetail, keys: ReaderKeys): Promise<OpenedAnswers> {
  const submission = await checked(async () => {
    const read = await readSubmission(detail.submission);
    if (read.thread !== detail.thread) throw new WireError("chain", "a submission of another form");
    await verifySubmission(read, detail.openAnswers);
    await checkVersion(detail, read, keys);
    return read;
  });
  const pair = await keys.pairOf(submission.epoch);
  if (pair === undefined) throw new NoKey();
  return { submission, sealed: await checked(() => openByForm(submission, pair)) };
}

async function checkVersion(detail: CaseDetail, submission: Submission, keys: ReaderKeys): Promise<void> {
  const version = await readVersion(detail.version);
  if (!equal(version.hash, submission.versionHash)) throw new WireError("chain", "another version than the one answered");
  const record = keys.recordOf(version.epoch);
  const signer = keys.keysOf(version.signer.member, version.signer.fingerprint);
  if (record === undefined || signer === undefined) throw new WireError("chain", "a version by somebody unknown");
  await verifyVersion(version, record, signer, detail.definition);
}

/** The dialogue in its order. Raises ForgedCase when one is missing, moved or changed. */
export async function openDialogue(
  items: readonly { readonly raw: Bytes }[],
  submission: Submission,
  keys: ReaderKeys,
): Promise<readonly OpenedMessage[]> {
  const opened: OpenedMessage[] = [];
  let previous = submission.hash;
  for (const [at, { raw }] of items.entries()) {
    const item = await checked(async () => {
      const read = await readDialogue(raw);
      const sender = read.sender && keys.keysOf(read.sender.member, read.sender.fingerprint);
      await verifyDialogue(read, { submission, number: at + 1, previous }, sender);
      return read;
    });
    previous = item.hash;
    const pair = await keys.pairOf(item.epoch);
    opened.push({ item, body: pair && (await openedOrNothing(() => openDialogueByForm(item, pair))) });
  }
  return opened;
}

/** The notes, the oldest first. One that nobody signed is left as unreadable. */
export async function openNotes(
  listed: readonly { readonly raw: Bytes }[],
  submission: Submission,
  keys: ReaderKeys,
): Promise<readonly OpenedNote[]> {
  const notes = await Promise.all(
    listed.map(async ({ raw }) => {
      const note = readNote(raw);
      const author = keys.keysOf(note.author.member, note.author.fingerprint);
      const pair = await keys.pairOf(note.epoch);
      if (author === undefined || pair === undefined) return { note, text: undefined };
      const text = await openedOrNothing(async () => {
        await verifyNote(note, submission, author);
        return openNote(note, pair);
      });
      return { note, text };
    }),
  );
  return notes.sort((left, right) => left.note.madeAt - right.note.madeAt);
}

async function checked<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError) throw new ForgedCase(error.message);
    throw error;
  }
}

async function openedOrNothing<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
