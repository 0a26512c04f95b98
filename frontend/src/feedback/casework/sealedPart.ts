/** What only readers see of a case: the sealed answers, the dialogue and the notes, and where they write. */

import { type Bytes } from "../../crypto/bytes";
import { LockedError, ServerError, unlock, type Unlocked, watchLock } from "../../keys";
import { part } from "../../threads/dom";
import { FileViews } from "../../threads/files/fileView";
import { type FileWords } from "../../threads/files/words";
import { openInWorker } from "../../threads/files/worker";
import { type FileBody } from "../../wire/body";
import { makeNote } from "../../wire/caseNote";
import { makeReply } from "../../wire/dialogue";
import { type SealedFile, type Submission } from "../../wire/submission";
import { FileTroubleError } from "../sealedFile";
import { type CaseDetail, type FeedbackServer } from "../server";
import { AnswersView } from "./answersView";
import { blobsOfCase } from "./caseBlobs";
import { Composer, NotSent } from "./composer";
import { CaseDraft } from "./drafts";
import { ForgedCase, NoKey, openAnswers, openDialogue, type OpenedMessage, openNotes } from "./openedCase";
import { FormReader } from "./readerKeys";
import { drawMessage, drawNote } from "./talkView";
import { ReplyFiles } from "./replyFiles";
import { offerTemplates } from "./templates";
import { type Announce } from "./work";
import { type CaseWords } from "./words";

/** Milliseconds that a page which is being locked waits for what was just written to be kept. */
const LAST_WORDS = 1_500;

export class SealedPart {
  private readonly state: HTMLElement | null;
  private readonly again: HTMLButtonElement | null;
  private readonly files: FileViews;
  private readonly reply: Composer | undefined;
  private readonly attached: ReplyFiles | undefined;
  private readonly note: Composer | undefined;
  private unlocked: Unlocked | undefined;
  private keys: FormReader | undefined;
  private submission: Submission | undefined;
  private dialogue: readonly OpenedMessage[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly words: CaseWords,
    fileWords: FileWords,
    private readonly server: FeedbackServer,
    private readonly id: string,
    private readonly announce: Announce,
    private readonly changed: () => void,
  ) {
    this.state = root.querySelector("[data-sealed-state]");
    this.again = root.querySelector("[data-try-again]");
    this.files = new FileViews({ server: blobsOfCase(server, id), opening: openInWorker }, fileWords);
    const replying = root.querySelector<HTMLElement>("form[data-reply]");
    const place = {
      open: (size: number) => server.openFile(id, size),
      put: (blob: string, at: number, sealed: Bytes) => server.putChunk(id, blob, at, sealed),
    };
    this.attached = replying === null ? undefined : new ReplyFiles(replying, words, place, id);
    this.reply = this.composer("reply", (text) => this.sendReply(text), () => this.attached?.any === true);
    this.note = this.composer("note", (text) => this.keepNote(text));
    this.again?.addEventListener("click", () => void this.open());
    watchLock(() => {
      const kept = Promise.all([this.reply?.save(), this.note?.save()]);
      void Promise.race([kept, new Promise((go) => setTimeout(go, LAST_WORDS))]).finally(() => {
        window.location.reload();
      });
    });
  }

  /** Unlocks the vault and opens everything; what goes wrong is said where the sealed answers stand. */
  async open(): Promise<void> {
    if (this.again !== null) this.again.hidden = true;
    try {
      this.unlocked = await unlock();
      const detail = await this.server.case(this.id);
      this.keys = await FormReader.load(this.server.workspace, this.unlocked, detail.thread);
      await this.show(detail, true);
      await this.openComposers(this.unlocked);
      await this.server.opened([this.id]);
      this.changed();
    } catch (error) {
      this.say(this.sentence(error));
      if (this.again !== null) this.again.hidden = error instanceof ForgedCase || error instanceof NoKey;
    }
  }

  /** Shows what was said since. Raises ServerError, TypeError without a connection. */
  async refresh(): Promise<void> {
    if (this.keys === undefined) return;
    const detail = await this.server.case(this.id);
    if (detail.row.isErased) {
      window.location.reload();
      return;
    }
    await this.keys.renew();
    await this.show(detail, false);
  }

  private async show(detail: CaseDetail, isFirst: boolean): Promise<void> {
    const { keys, unlocked } = this;
    if (keys === undefined || unlocked === undefined) return;
    if (isFirst) {
      const { submission, sealed } = await openAnswers(detail, keys);
      this.submission = submission;
      const view = new AnswersView(this.root, this.words, (file) => this.files.card(bodyOf(file)));
      view.show(detail, sealed);
      this.say(this.words.opened);
    }
    const { submission } = this;
    if (submission === undefined) return;
    this.dialogue = await openDialogue(detail.dialogue, submission, keys);
    this.drawDialogue(unlocked.userId, keys);
    const notes = await openNotes(detail.notes, submission, keys);
    part(this.root, "[data-notes]", HTMLElement).replaceChildren(
      ...notes.map(({ note, text }) => {
        const { member } = note.author;
        const who = keys.nameOf(member);
        return drawNote({ who, isMine: member === unlocked.userId, at: note.madeAt, text, files: [] }, this.words);
      }),
    );
    const last = this.dialogue.at(-1);
    if (last !== undefined && detail.row.unread > 0) await this.server.markRead(this.id, last.item.number);
  }

  private drawDialogue(me: string, keys: FormReader): void {
    const drawn = this.dialogue.map(({ item, body }) => {
      const member = item.sender?.member;
      const said = {
        who: member === undefined ? "" : keys.nameOf(member),
        isMine: member === me,
        at: body?.madeAt ?? 0,
        text: body?.text,
        files: (body?.files ?? []).map(bodyOf),
      };
      return drawMessage(said, this.words, (one) => this.files.card(one));
    });
    part(this.root, "[data-dialogue]", HTMLElement).replaceChildren(...drawn);
    const quiet = part(this.root, "[data-dialogue-state]", HTMLElement);
    if (drawn.length > 0) quiet.textContent = "";
  }

  private composer(kind: "reply" | "note", send: (text: string) => Promise<void>, hasMore?: () => boolean): Composer | undefined {
    const form = this.root.querySelector(`form[data-${kind}]`);
    return form instanceof HTMLFormElement ? new Composer(form, kind, this.words, send, hasMore) : undefined;
  }

  private async openComposers(unlocked: Unlocked): Promise<void> {
    const draft = (kind: "reply" | "note") => (onKept: () => void) => new CaseDraft(this.id, kind, unlocked, onKept);
    await this.reply?.open(draft("reply"));
    await this.note?.open(draft("note"));
    if (this.reply !== undefined) offerTemplates(this.root, this.reply);
  }

  private async sendReply(text: string): Promise<void> {
    const { submission, keys, unlocked } = this;
    if (submission === undefined || keys === undefined || unlocked === undefined) throw new NotSent(this.words.failed);
    this.conflict("");
    // As it stands now: what comes in while the files go out has not been read by whoever pressed the button.
    const last = this.dialogue.at(-1);
    try {
      const files = (await this.attached?.send()) ?? [];
      const formKey = keys.newest;
      const place = { formKey, submission, number: (last?.item.number ?? 0) + 1, previous: last?.item.hash ?? submission.hash };
      const made = await makeReply(place, unlocked.userId, unlocked.identity, { text, files, madeAt: Date.now() });
      await this.server.reply(this.id, made.raw);
      this.attached?.clear();
    } catch (error) {
      throw await this.refused(error);
    }
    this.announce("good", this.words.sent);
    await this.refresh();
    this.changed();
  }

  /** Shows what came in between, so that the same text is sealed anew when it is sent again. */
  private async refused(error: unknown): Promise<unknown> {
    if (error instanceof FileTroubleError) return new NotSent(this.attached?.sentence(error) ?? this.words.failed);
    if (!(error instanceof ServerError)) return error;
    if (error.code === "file-missing") this.attached?.forget();
    if (error.status === 410) return new NotSent(this.words.erased);
    if (error.code !== "overtaken" && error.code !== "stale-key") return error;
    await this.refresh();
    if (error.code === "overtaken") this.conflict(this.words.overtaken);
    return new NotSent(error.message);
  }

  private async keepNote(text: string): Promise<void> {
    const { submission, keys, unlocked } = this;
    if (submission === undefined || keys === undefined || unlocked === undefined) throw new NotSent(this.words.failed);
    const plan = { formKey: keys.newest, submission, member: unlocked.userId, text, madeAt: Date.now() };
    try {
      await this.server.addNote(this.id, (await makeNote(plan, unlocked.identity)).raw);
    } catch (error) {
      throw await this.refused(error);
    }
    this.announce("good", this.words.noted);
    await this.refresh();
    this.changed();
  }

  private conflict(text: string): void {
    const note = this.root.querySelector<HTMLElement>("[data-conflict]");
    if (note === null) return;
    part(note, "[data-conflict-text]", HTMLElement).textContent = text;
    note.hidden = text === "";
  }

  private say(text: string): void {
    if (this.state !== null) this.state.textContent = text;
  }

  private sentence(error: unknown): string {
    if (error instanceof LockedError) return this.words.locked;
    if (error instanceof ForgedCase) return this.words.forged;
    if (error instanceof NoKey) return this.words.removed;
    if (error instanceof ServerError) {
      if (error.status === 401) return this.words.signedOut;
      if (error.status === 404) return this.words.removed;
    }
    return error instanceof TypeError ? this.words.offline : this.words.failed;
  }
}

/** A sealed file as the cards of conversations draw it; nothing of it is shown before it is opened and checked. */
function bodyOf(file: SealedFile): FileBody {
  const { blob, key, name, kind, size, sha256 } = file;
  return { kind: "file", blob, key, name, mediaType: kind, size, sha256 };
}
