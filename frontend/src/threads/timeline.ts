/**
 * Pages of envelopes, checked: the transcript hash adds up, every envelope is signed by a member of its
 * epoch and stands where that epoch allows it, nothing comes twice, and what people have seen agrees.
 */

import { type Bytes, equal, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { type Body } from "../wire/body";
import { type Envelope, openEnvelope, readEnvelope, verifyEnvelope } from "../wire/envelope";
import { findRow, mayPost, type Role } from "../wire/roster";
import { after, type Head, START } from "../wire/transcript";
import { type Epochs, type OpenEpoch } from "./epochs";
import { type People } from "./people";
import { type ListedEnvelope, type Page } from "./server";
import { Trouble } from "./trouble";

/**
 * Why a message has no text: its key is from before joining, a newer build made it, it was destroyed, or its
 * sender has signed something that doesn't open.
 */
export type Missing = "earlier" | "newer" | "destroyed" | "broken";

export interface Message {
  readonly seq: number;
  readonly hash: Bytes;
  /** Undefined once destroyed: only its place is left. */
  readonly sender: string | undefined;
  /** Milliseconds by the sender's clock. */
  readonly at: number;
  /** Client and counter, which name the message in its sender's outbox. */
  readonly key: string;
  /** What the sender was in the roster of the message's epoch. */
  readonly role: Role | undefined;
  readonly body: Body | undefined;
  readonly missing: Missing | undefined;
}

/** A message, and the head that its sender had seen. */
interface Found {
  readonly message: Message;
  readonly seen: Head | undefined;
}

type Settled<T> = { readonly done: T } | { readonly error: unknown };

export class Timeline {
  private readonly heads = new Map<number, Bytes>([[0, START.t]]);
  /** Of every message, whose it is and what names it in their outbox: what others call theirs is no matter. */
  private readonly keys = new Set<string>();
  private list: Message[] = [];
  private first: Head | undefined;
  private last: Head = START;

  constructor(
    private readonly thread: string,
    private epochs: Epochs,
    private people: People,
  ) {}

  get messages(): readonly Message[] {
    return this.list;
  }

  /** Where the checked part ends. */
  get head(): Head {
    return this.last;
  }

  /** The head at a place, if it was checked here. */
  headAt(seq: number): Head | undefined {
    const t = this.heads.get(seq);
    return t && { seq, t };
  }

  /** Whether there is something before the checked part. */
  get start(): Head {
    return this.first ?? this.last;
  }

  /** Newer epochs, with the keys of everybody in them. */
  useEpochs(epochs: Epochs, people = this.people): void {
    this.epochs = epochs;
    this.people = people;
    for (const { record } of epochs.all) this.agree(record.tbs.start, "an epoch's start");
  }

  /** Appends a page that follows what is here; the first page may start anywhere. Raises Trouble. */
  async append(page: Page): Promise<readonly Message[]> {
    if (this.first === undefined) {
      this.first = page.start;
      this.last = page.start;
      this.note(page.start);
      this.useEpochs(this.epochs);
    }
    const follows = page.start.seq === this.last.seq && equal(page.start.t, this.last.t);
    if (page.items.length > 0 && !follows) {
      throw new Trouble("fork", "a page that does not follow the last one");
    }
    const added = await this.check(page.items, this.last);
    this.list = [...this.list, ...added.messages];
    this.last = added.head;
    if (page.head.seq === this.last.seq && !equal(page.head.t, this.last.t)) {
      throw new Trouble("fork", "the server's head is another one");
    }
    return added.messages;
  }

  /** Puts an earlier page before what is here. Raises Trouble if the two don't meet. */
  async prepend(page: Page): Promise<readonly Message[]> {
    const added = await this.check(page.items, page.start);
    const meets = this.first;
    const joined = meets?.seq === added.head.seq && equal(added.head.t, meets.t);
    if (!joined) {
      throw new Trouble("fork", "an earlier page that does not meet the later one");
    }
    this.note(page.start);
    this.first = page.start;
    this.list = [...added.messages, ...this.list];
    return added.messages;
  }

  /** Whether what this sender's outbox calls so is here. */
  holds(sender: string, key: string): boolean {
    return this.keys.has(owned(sender, key));
  }

  /** Holds a head that somebody has seen against what is here. Raises Trouble("fork"). */
  agree(seen: Head, whose: string): void {
    const here = this.heads.get(seen.seq);
    if (here !== undefined && !equal(here, seen.t)) {
      throw new Trouble("fork", `${whose} disagrees at ${seen.seq}`);
    }
  }

  private note(head: Head): void {
    this.agree(head, "the transcript");
    this.heads.set(head.seq, head.t);
  }

  private async check(
    items: readonly ListedEnvelope[],
    from: Head,
  ): Promise<{ messages: readonly Message[]; head: Head }> {
    // All at once, since the browser's primitives mostly wait for each other; what is found goes by the order.
    const reading = items.map((item, at) => settled(this.read(item, from.seq + at + 1)));
    let head = from;
    const messages: Message[] = [];
    for (const [at, item] of items.entries()) {
      head = await after(head, item.hash);
      this.note(head);
      const found = await reading[at];
      if (found === undefined || "error" in found) throw found?.error;
      this.place(found.done);
      messages.push(found.done.message);
    }
    for (const { record } of this.epochs.all) this.agree(record.tbs.start, "an epoch's start");
    return { messages, head };
  }

  /** What can be said of an envelope by itself. Raises Trouble. */
  private async read(item: ListedEnvelope, seq: number): Promise<Found> {
    if (item.raw.length === 0) return { message: gone(item.hash, seq), seen: undefined };
    try {
      const envelope = await readEnvelope(item.raw);
      if (!equal(envelope.hash, item.hash)) throw new WireError("chain", "another hash than listed");
      const { epoch, role } = await this.checkPlace(envelope, seq);
      const { header } = envelope;
      const key = messageKey(header.client, header.counter);
      const found = { seq, hash: item.hash, sender: header.sender, at: header.writtenAt, key, role };
      return { message: { ...found, ...(await open(envelope, epoch)) }, seen: header.seen };
    } catch (error) {
      if (error instanceof WireError) {
        throw new Trouble("forged-message", `message ${seq}: ${error.message}`);
      }
      throw error;
    }
  }

  /** Holds it against what stands before it. Raises Trouble. */
  private place({ message, seen }: Found): void {
    const { seq, sender } = message;
    if (sender === undefined) return;
    if (seen !== undefined) {
      // Somebody has left something out, or put it elsewhere.
      if (seen.seq >= seq) throw new Trouble("fork", `the sender of ${seq} has seen more`);
      this.agree(seen, `what the sender of ${seq} has seen`);
    }
    const key = owned(sender, message.key);
    if (this.keys.has(key)) throw new Trouble("replay", `message ${seq} was there before`);
    this.keys.add(key);
  }

  private async checkPlace(envelope: Envelope, seq: number): Promise<{ epoch: OpenEpoch; role: Role }> {
    const { header } = envelope;
    if (header.thread !== this.thread) throw new WireError("chain", "of another thread");
    if (header.class === "ephemeral") throw new WireError("chain", "not meant to stay");
    const epoch = this.epochs.find(header.epoch);
    if (epoch === undefined || !this.epochs.covers(epoch, seq)) {
      throw new WireError("chain", "in the wrong epoch");
    }
    const row = findRow(epoch.record.tbs.roster, header.sender);
    if (row === undefined || !mayPost(row, header.writtenAt)) {
      throw new WireError("chain", "by somebody who may not write");
    }
    const keys = this.people.keys(header.sender, row.fingerprint);
    if (keys === undefined) throw new WireError("signature", "by unknown keys");
    await verifyEnvelope(envelope, keys);
    return { epoch, role: row.role };
  }
}

/** Nobody may be listening yet when one of many fails. */
function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  return work.then(
    (done) => ({ done }),
    (error: unknown) => ({ error }),
  );
}

export function messageKey(client: Bytes, counter: number): string {
  return `${toHex(client)}/${counter}`;
}

function owned(sender: string, key: string): string {
  return `${sender}/${key}`;
}

async function open(
  envelope: Envelope,
  epoch: OpenEpoch,
): Promise<Pick<Message, "body" | "missing">> {
  if (epoch.key === undefined) return { body: undefined, missing: "earlier" };
  try {
    return { body: await openEnvelope(envelope, epoch.key), missing: undefined };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // The signature holds, so nobody but the sender can have sealed it so. Had it stopped the conversation, one
    // message of one guest would silence everybody in it for good.
    return { body: undefined, missing: error.code === "unsupported" ? "newer" : "broken" };
  }
}

function gone(hash: Bytes, seq: number): Message {
  const nothing = {
    sender: undefined,
    role: undefined,
    at: 0,
    body: undefined,
    missing: "destroyed",
  } as const;
  return { seq, hash, key: toHex(hash), ...nothing };
}
