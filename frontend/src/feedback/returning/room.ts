/** What belongs to a return code, opened and checked. Loaded when a code was typed: all that is heavy hangs on it. */

import { type Bytes, equal, utf8Length } from "../../crypto/bytes";
import { chunkCount, openChunk } from "../../crypto/files";
import { WireError } from "../../crypto/error";
import { sha256 } from "../../crypto/hash";
import { ServerError } from "../../keys/http";
import type { Trying } from "../../threads/files/trying";
import { DIALOGUE_TEXT_LIMIT, type DialogueBody, type DialogueItem, makeMessage, openDialogueByReply, readDialogue, verifyDialogue } from "../../wire/dialogue";
import { readRecord } from "../../wire/epoch";
import { returnSecrets, type ReturnSecrets, signReturnChallenge } from "../../wire/returnCode";
import { openByReply, readSubmission, type SealedAnswers, type SealedFile, type Submission, verifySubmission } from "../../wire/submission";
import { followChain, type KeyChain } from "../chain";
import { type Answers, type Definition, readDefinition } from "../logic";
import { type Progress, sendFile } from "../sealedFile";
import { type CaseState, type Opening, type Returned, type ReturnServer } from "../strangers";

/** One message: `doubt` says that nobody of the team has signed it, or that it doesn't open. */
export interface Said {
  readonly isOwn: boolean;
  readonly body: DialogueBody | undefined;
  readonly isDoubtful: boolean;
}

export function isTooLong(text: string): boolean {
  return utf8Length(text) > DIALOGUE_TEXT_LIMIT;
}

export class Room {
  said: readonly Said[] = [];
  private items: readonly DialogueItem[] = [];
  private chain: KeyChain;

  private constructor(
    private readonly server: ReturnServer,
    private readonly secrets: ReturnSecrets,
    readonly submission: Submission,
    readonly sealed: SealedAnswers,
    readonly definition: Definition,
    readonly answers: Answers,
    public state: CaseState,
    public rating: number,
    chain: KeyChain,
  ) {
    this.chain = chain;
  }

  /** Raises ServerError `wrong-code` or `gone`; WireError when what the server shows doesn't belong to the code. */
  static async enter(server: ReturnServer, code: string, workspace: string): Promise<Room> {
    const secrets = await returnSecrets(code, workspace);
    const nonce = await server.challenge(secrets.lookup);
    const challenge = { workspace, lookup: secrets.lookup, nonce, origin: window.location.origin };
    const found = await server.enter(secrets.lookup, nonce, await signReturnChallenge(challenge, secrets));
    const submission = await readSubmission(found.submission);
    if (!equal(submission.signingKey, secrets.signing.publicKey)) throw new WireError("signature", "another person's answers");
    await verifySubmission(submission, found.openAnswers);
    const sealed = await openByReply(submission, secrets);
    const chain = await follow(found.opening, submission);
    if (!equal(chain.version.hash, submission.versionHash)) throw new WireError("chain", "another version than was answered");
    const room = new Room(
      server,
      secrets,
      submission,
      sealed,
      readDefinition(text(found.opening.definition)),
      answersOf(found, sealed),
      found.state,
      found.rating,
      chain,
    );
    await room.read(found.dialogue);
    return room;
  }

  /** Writes to the team. What came in between is read first; with other readers it is sealed to them. */
  async write(words: string, files: readonly SealedFile[], trying: Trying): Promise<void> {
    const body = { text: words, files, madeAt: Date.now() };
    for (let tries = 0; ; tries += 1) {
      const last = this.items.at(-1);
      const place = {
        formKey: this.chain.formKey,
        submission: this.submission,
        number: this.items.length + 1,
        previous: last?.hash ?? this.submission.hash,
      };
      const item = await makeMessage(place, this.secrets, body);
      try {
        await this.asking(() => trying.run(() => this.server.post(item.raw)));
        if (this.state === "answered" || this.state === "closed") this.state = "progress";
        await this.read([...this.items.map((one) => one.raw), item.raw]);
        return;
      } catch (error) {
        if (!(error instanceof ServerError) || tries >= 5) throw error;
        if (error.code === "stale-key") await this.renew();
        else if (error.code === "overtaken") await this.read(await this.asking(() => trying.run(() => this.server.dialogue())));
        else throw error;
        // An answer that was lost on the way: ours is there already.
        if (this.items.some((one) => equal(one.raw, item.raw))) return;
      }
    }
  }

  /** Seals a file here and sends it. Raises FileTroubleError. */
  send(file: File, strips: boolean, trying: Trying, progress: Progress): Promise<SealedFile> {
    const place = {
      open: (size: number) => this.asking(() => trying.run(() => this.server.openFile(size))),
      put: (blob: string, at: number, sealed: Bytes) => this.asking(() => trying.run(() => this.server.putChunk(blob, at, sealed))),
    };
    return sendFile(file, strips, place, progress);
  }

  /** A whole, checked file. Raises WireError for one that was changed. */
  async load(file: SealedFile): Promise<Blob> {
    const parts: Bytes[] = [];
    const count = chunkCount(file.size);
    for (let at = 0; at < count; at++) {
      parts.push(await openChunk(file.key, at, await this.asking(() => this.server.chunk(file.blob, at)), at === count - 1));
    }
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    if (whole.length !== file.size || !equal(await sha256(whole), file.sha256)) throw new WireError("chain", "not the file that was sent");
    // Nobody's to open: no file becomes a page of our origin.
    return new Blob([whole], { type: "application/octet-stream" });
  }

  async rate(rating: number): Promise<void> {
    await this.asking(() => this.server.rate(rating));
    this.rating = rating;
  }

  erase(): Promise<void> {
    return this.asking(() => this.server.erase());
  }

  /** What the code opened is closed after two hours; whoever is still here has the code, and it is shown once more. */
  private async asking<Result>(act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof ServerError) || error.code !== "signed-out") throw error;
      await this.renew();
      return act();
    }
  }

  /** The readers changed: their newest key, checked like the first. */
  private async renew(): Promise<void> {
    const { lookup } = this.secrets;
    const workspace = this.workspace;
    const nonce = await this.server.challenge(lookup);
    const challenge = { workspace, lookup, nonce, origin: window.location.origin };
    const found = await this.server.enter(lookup, nonce, await signReturnChallenge(challenge, this.secrets));
    this.chain = await follow(found.opening, this.submission);
    await this.read(found.dialogue);
  }

  private get workspace(): string {
    return document.querySelector<HTMLElement>("[data-workspace-id]")?.dataset["workspaceId"] ?? "";
  }

  /** Each item stands in its place and was signed by whom it names, or is shown as one that was not. */
  private async read(raws: readonly Bytes[]): Promise<void> {
    const items: DialogueItem[] = [];
    const said: Said[] = [];
    for (const raw of raws) {
      const item = await readDialogue(raw);
      const place = { submission: this.submission, number: items.length + 1, previous: items.at(-1)?.hash ?? this.submission.hash };
      said.push(await this.judge(item, place));
      items.push(item);
    }
    // What was read once may not be taken back.
    if (this.items.some((one, at) => items[at] === undefined || !equal(one.raw, items[at].raw))) throw new WireError("chain", "messages were taken back");
    this.items = items;
    this.said = said;
  }

  private async judge(item: DialogueItem, place: Parameters<typeof verifyDialogue>[1]): Promise<Said> {
    const isOwn = item.sender === undefined;
    let isDoubtful = false;
    try {
      const keys = item.sender === undefined ? undefined : this.chain.keysOf(item.sender);
      await verifyDialogue(item, place, keys);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      isDoubtful = true;
    }
    try {
      return { isOwn, body: await openDialogueByReply(item, this.secrets), isDoubtful };
    } catch {
      return { isOwn, body: undefined, isDoubtful };
    }
  }
}

/**
 * Without the link, what the person signed themself is the anchor: the epoch that their answers were sealed to, which
 * all earlier ones hang on, and all later ones from it.
 */
async function follow(opening: Opening, submission: Submission): Promise<KeyChain> {
  const [first] = opening.epochs;
  if (first === undefined) throw new WireError("chain", "a form without an epoch");
  const chain = await followChain((await readRecord(first)).hash, opening);
  const anchor = chain.records[submission.epoch.number - 1];
  if (chain.thread !== submission.thread || anchor === undefined || !equal(anchor.hash, submission.epoch.hash)) {
    throw new WireError("chain", "other readers than those that the answers were sealed to");
  }
  return chain;
}

function answersOf(found: Returned, sealed: SealedAnswers): Answers {
  return { ...(JSON.parse(text(found.openAnswers)) as Answers), ...(JSON.parse(sealed.answers) as Answers) };
}

function text(bytes: Bytes): string {
  return new TextDecoder().decode(bytes);
}
