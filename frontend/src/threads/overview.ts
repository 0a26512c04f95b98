/** The list of a person's conversations: titles opened, the newest first, kept up to date by the socket. */

import { type Bytes } from "../crypto/bytes";
import { type PublicKeys } from "../crypto/identity";
import { fetchMembers, type Unlocked } from "../keys";
import { openAbout } from "../wire/about";
import { readRecord, verifyRecord } from "../wire/epoch";
import { Epochs } from "./epochs";
import { People } from "./people";
import { type ListedThread, type Server } from "./server";
import { type Event } from "./socketMessages";

export interface Entry {
  readonly id: string;
  /** Undefined if it could not be checked and opened: the conversation itself says why. */
  readonly title: string | undefined;
  readonly members: readonly string[];
  readonly seq: number;
  readonly readUpTo: number;
  /** Milliseconds. */
  readonly activityAt: number;
}

export class Overview {
  entries: readonly Entry[] = [];
  people: People;
  next = "";

  constructor(
    private readonly server: Server,
    private readonly unlocked: Unlocked,
    private readonly changed: () => void,
  ) {
    this.people = new People(unlocked, []);
  }

  /** Loads the first page anew. */
  async load(): Promise<void> {
    this.people = new People(this.unlocked, await fetchMembers(this.server.workspace));
    const { threads, next } = await this.server.index();
    this.entries = await Promise.all(threads.map((thread) => this.read(thread)));
    this.next = next;
    this.changed();
  }

  async loadMore(): Promise<void> {
    const { threads, next } = await this.server.index(this.next);
    const more = await Promise.all(threads.map((thread) => this.read(thread)));
    const known = new Set(this.entries.map((entry) => entry.id));
    this.entries = [...this.entries, ...more.filter((entry) => !known.has(entry.id))];
    this.next = next;
    this.changed();
  }

  /** What the socket says of any conversation. */
  note(event: Event): void {
    switch (event.kind) {
      case "envelope":
        this.change(event.thread, (entry) => ({
          ...entry,
          seq: Math.max(entry.seq, event.head.seq),
          activityAt: Date.now(),
        }));
        this.entries = [...this.entries].sort((left, right) => right.activityAt - left.activityAt);
        break;
      case "read":
        this.change(event.thread, (entry) => ({
          ...entry,
          readUpTo: Math.max(entry.readUpTo, event.seq),
        }));
        break;
      case "revoked":
        this.entries = this.entries.filter((entry) => entry.id !== event.thread);
        break;
      case "ephemeral":
      case "draft":
        return;
      case "added":
      case "epoch":
      case "ready":
        // Without a connection the next "ready" loads again.
        this.load().catch((error: unknown) => {
          if (!(error instanceof TypeError)) throw error;
        });
        return;
    }
    this.changed();
  }

  private change(thread: string, how: (entry: Entry) => Entry): void {
    this.entries = this.entries.map((entry) => (entry.id === thread ? how(entry) : entry));
  }

  /** The keys of a guest who made the newest key; everything about them is checked in the conversation. */
  private async guest(thread: string, who: string, fingerprint: Bytes): Promise<PublicKeys | undefined> {
    return new People(this.unlocked, await this.server.people(thread)).keys(who, fingerprint);
  }

  private async read(thread: ListedThread): Promise<Entry> {
    const { id, head, readUpTo, activityAt } = thread;
    const found = { id, seq: head.seq, readUpTo, activityAt };
    try {
      const record = await readRecord(thread.record);
      const { author: who, authorFingerprint } = record.tbs;
      const author = this.people.keys(who, authorFingerprint) ?? (await this.guest(id, who, authorFingerprint));
      if (author === undefined || record.tbs.thread !== id) throw new Error("not to be checked here");
      await verifyRecord(record, author);
      // The newest epoch's key is never a gift of history.
      const listed = { record: thread.record, wrap: thread.wrap, historyFingerprint: new Uint8Array() };
      const key = await Epochs.keyOf(record, listed, this.unlocked);
      if (key === undefined) throw new Error("no key");
      const { title } = await openAbout(record.tbs, key);
      return { ...found, title, members: record.tbs.roster.map((row) => row.member) };
    } catch {
      return { ...found, title: undefined, members: [] };
    }
  }
}
