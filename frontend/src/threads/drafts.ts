/**
 * What is being written, kept sealed on the server so that it follows the person to another browser.
 *
 * A write names the draft that it replaces; when another browser was faster, nothing is overwritten: the
 * other draft is shown, and the person chooses. So they do of one that can't be opened here. What can't be saved
 * there, since the connection is gone or the session has ended, is kept sealed in this browser.
 */

import { type Bytes, equal, fromHex, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { ServerError, type Unlocked } from "../keys";
import { TEXT_LIMIT } from "../wire/body";
import { type Draft, draftKey, openDraft, sealDraft } from "../wire/draft";
import { type DraftShelf } from "./keptDraft";
import { type ListedDraft, type Server } from "./server";

/** Milliseconds of quiet before it is saved. */
export const DRAFT_PAUSE = 1_200;
const RETRY = 5_000;

/** What stands in the composer; `replyTo` and `edits` name messages by their hash in hex. */
export interface Written {
  readonly text: string;
  readonly replyTo?: string | undefined;
  readonly edits?: string | undefined;
}

export const NOTHING: Written = { text: "" };

/** Sealed under keys that are not here any more, or by somebody else. */
export const UNREADABLE = "unreadable";

export type Theirs = Written | typeof UNREADABLE;

export interface DraftView {
  /** What the composer holds now. */
  readonly current: () => Written;
  /** Puts a draft of another browser where nothing was written here since. */
  readonly fill: (written: Written) => void;
  /**
   * Another browser has written something else, or what is kept can't be opened here: shown until `keepMine`
   * or `takeTheirs`; undefined hides it.
   */
  readonly differs: (theirs: Theirs | undefined) => void;
}

type Keys = Pick<Unlocked, "userId" | "seeds" | "identity" | "oldXwing">;

export class Drafts {
  private number = 0;
  /** Undefined when it can't be opened: whatever is written differs from it. */
  private saved: Written | undefined = NOTHING;
  private theirs: Theirs | undefined;
  private timer: number | undefined;
  private queue: Promise<void> = Promise.resolve();
  /** Whether something of this page stands on the shelf. */
  private isShelved = false;
  private hasLooked = false;
  private isOver = false;

  constructor(
    private readonly thread: string,
    private readonly server: Pick<Server, "draft" | "saveDraft">,
    private readonly keys: Keys,
    private readonly view: DraftView,
    private readonly shelf: DraftShelf,
  ) {}

  /** Loads what there is; also after the socket said that another browser has written `number`. */
  load(number = Number.MAX_SAFE_INTEGER): Promise<void> {
    return this.enqueue(async () => {
      try {
        if (number > this.number) await this.look();
      } finally {
        if (!this.hasLooked) await this.takeFromShelf();
        this.hasLooked = true;
      }
    });
  }

  /** Something was typed: saves after a pause. */
  changed(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), DRAFT_PAUSE);
  }

  /** Saves now; while the person has a choice to make, only in this browser. */
  save(): Promise<void> {
    window.clearTimeout(this.timer);
    return this.enqueue(async () => {
      const now = this.view.current();
      // What no message holds is held by no draft either; the page says so where it is written.
      if (new TextEncoder().encode(now.text).length > TEXT_LIMIT) return;
      if (same(now, this.saved)) {
        await this.clearShelf();
        return;
      }
      if (this.theirs !== undefined) {
        // Under the number of the other one, so that the choice is put again.
        await this.shelve(now, await this.seal(now, Math.max(this.number, 1)));
        return;
      }
      if (this.isOver) {
        await this.shelve(now, await this.seal(now));
        return;
      }
      try {
        await this.write(now);
      } catch (error) {
        if (!(error instanceof ServerError) || error.code !== "overtaken") throw error;
        await this.look();
      }
    });
  }

  /** The session has ended, so the server takes nothing more: what is written is kept in this browser. */
  end(): Promise<void> {
    this.isOver = true;
    return this.save();
  }

  /** The draft of the other browser is dropped. */
  keepMine(): Promise<void> {
    this.settle();
    return this.save();
  }

  /** What stands here is dropped. */
  takeTheirs(): void {
    const { theirs } = this;
    this.settle();
    if (theirs !== undefined && theirs !== UNREADABLE) this.view.fill(theirs);
    this.changed();
  }

  private settle(): void {
    this.theirs = undefined;
    this.view.differs(undefined);
  }

  private async write(now: Written): Promise<void> {
    const draft = await this.seal(now);
    const { number, fingerprint, box } = draft;
    try {
      await this.server.saveDraft(this.thread, number, fingerprint, box);
    } catch (error) {
      await this.shelve(now, draft);
      throw error;
    }
    this.number = number;
    this.saved = now;
    await this.clearShelf();
  }

  private async seal(now: Written, number = this.number + 1): Promise<ListedDraft> {
    const { userId: user, seeds, identity } = this.keys;
    const { fingerprint } = identity.publicKeys;
    if (isEmpty(now)) return { number, fingerprint, box: new Uint8Array() };
    const place = { user, thread: this.thread, number };
    const box = await sealDraft(await draftKey(seeds.xwing), place, wire(now, Date.now()));
    return { number, fingerprint, box };
  }

  private async shelve(now: Written, draft: ListedDraft): Promise<void> {
    if (isEmpty(now)) {
      await this.clearShelf();
      return;
    }
    this.isShelved = true;
    await this.shelf.put(draft);
  }

  private async clearShelf(): Promise<void> {
    if (!this.isShelved) return;
    this.isShelved = false;
    await this.shelf.drop();
  }

  /** What an earlier page could not save comes back; where something else stands by now, the person chooses. */
  private async takeFromShelf(): Promise<void> {
    const kept = await this.shelf.find();
    if (kept === undefined) return;
    this.isShelved = true;
    const mine = await this.read(kept);
    if (mine === UNREADABLE || same(mine, this.saved)) {
      await this.clearShelf();
      return;
    }
    if (this.theirs !== undefined) return;
    const now = this.view.current();
    if (!same(now, this.saved) && !isEmpty(now)) {
      this.theirs = mine;
    } else {
      const { saved } = this;
      this.view.fill(mine);
      if (kept.number > this.number || saved === undefined || isEmpty(saved)) {
        this.changed();
        return;
      }
      this.theirs = saved;
    }
    this.view.differs(this.theirs);
  }

  private async look(): Promise<void> {
    const listed = await this.server.draft(this.thread);
    if (listed === undefined || listed.number <= this.number) return;
    const theirs = await this.read(listed);
    const before = this.saved;
    this.number = listed.number;
    if (theirs === UNREADABLE) {
      this.saved = undefined;
      this.theirs = theirs;
      this.view.differs(theirs);
      return;
    }
    this.saved = theirs;
    const now = this.view.current();
    if (same(now, theirs)) this.settle();
    else if (same(now, before) || same(now, NOTHING)) {
      this.settle();
      this.view.fill(theirs);
    } else if (theirs.text.trim() !== "") {
      this.theirs = theirs;
      this.view.differs(theirs);
    } else {
      this.settle();
      this.changed();
    }
  }

  private async read(listed: ListedDraft): Promise<Theirs> {
    if (listed.box.length === 0) return NOTHING;
    const seed = this.seedOf(listed.fingerprint);
    if (seed === undefined) return UNREADABLE;
    const place = { user: this.keys.userId, thread: this.thread, number: listed.number };
    try {
      const { text, replyTo, edits } = await openDraft(await draftKey(seed), place, listed.box);
      return { text, replyTo: replyTo && toHex(replyTo), edits: edits && toHex(edits) };
    } catch (error) {
      if (error instanceof WireError) return UNREADABLE;
      throw error;
    }
  }

  private seedOf(fingerprint: Bytes): Bytes | undefined {
    const { identity, seeds, oldXwing } = this.keys;
    if (equal(fingerprint, identity.publicKeys.fingerprint)) return seeds.xwing;
    return oldXwing.find((one) => equal(one.fingerprint, fingerprint))?.seed;
  }

  /** One after the other. Without a connection it is tried again; a refusal keeps the text where it is. */
  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work).catch((error: unknown) => {
      if (error instanceof TypeError || (error instanceof ServerError && error.status >= 429)) {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => void this.save(), RETRY);
      } else if (!(error instanceof ServerError)) throw error;
    });
    this.queue = done.catch(() => undefined);
    return done;
  }
}

function isEmpty({ text, replyTo, edits }: Written): boolean {
  return text === "" && replyTo === undefined && edits === undefined;
}

function wire({ text, replyTo, edits }: Written, writtenAt: number): Draft {
  return {
    text,
    writtenAt,
    ...(replyTo === undefined ? {} : { replyTo: fromHex(replyTo) }),
    ...(edits === undefined ? {} : { edits: fromHex(edits) }),
  };
}

function same(left: Written, right: Written | undefined): boolean {
  return left.text === right?.text && left.replyTo === right.replyTo && left.edits === right.edits;
}
