/**
 * What passes by: who is writing, and how far each person has read.
 *
 * An ephemeral envelope is signed and sealed like any other. One that does not fit is dropped: it can
 * only have been meant to show something false for a moment. What somebody says they have read is held
 * against the transcript, though, since it shows a fork.
 */

import { type Bytes } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { type Body } from "../wire/body";
import { openEnvelope, readEnvelope, verifyEnvelope } from "../wire/envelope";
import { expired, findRow, mayPost } from "../wire/roster";
import { type Head } from "../wire/transcript";
import { type Epochs } from "./epochs";
import { type People } from "./people";
import { messageKey, type Timeline } from "./timeline";

/** Milliseconds that a note of writing lasts, unless it is repeated. */
export const TYPING_LASTS = 6_000;
const REMEMBERED = 2_000;

export interface Read {
  readonly head: Head;
  /** Milliseconds by the reader's clock. */
  readonly at: number;
}

interface Passed {
  readonly sender: string;
  readonly at: number;
  readonly key: string;
  readonly body: Body;
}

export class Passing {
  /** The newest receipt of each person. */
  readonly read = new Map<string, Read>();
  /** Until when each person counts as writing, by this browser's clock. */
  private readonly typing = new Map<string, number>();
  private readonly seen = new Set<string>();

  constructor(private readonly thread: string) {}

  /** Who is writing now. */
  writers(now: number): readonly string[] {
    return [...this.typing].filter(([, until]) => until > now).map(([member]) => member);
  }

  /** A message ends its sender's writing. */
  wrote(member: string): void {
    this.typing.delete(member);
  }

  /** Takes one in; whether anything changed. Raises Trouble("fork") for a receipt of another transcript. */
  async take(
    raw: Bytes,
    epochs: Epochs,
    people: People,
    timeline: Timeline,
    now: number,
  ): Promise<boolean> {
    const passed = await this.open(raw, epochs, people, now);
    if (passed === undefined || this.seen.has(passed.key)) return false;
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.add(passed.key);
    const { body, sender, at } = passed;
    if (body.kind === "typing") {
      if (body.isTyping) this.typing.set(sender, now + TYPING_LASTS);
      else this.typing.delete(sender);
      return true;
    }
    if (body.kind !== "receipt") return false;
    const before = this.read.get(sender);
    if (before !== undefined && before.head.seq >= body.read.seq) return false;
    this.read.set(sender, { head: body.read, at });
    timeline.agree(body.read, `what ${sender} has read`);
    return true;
  }

  /** Holds receipts that came before their messages against what is here now. Raises Trouble("fork"). */
  agree(timeline: Timeline): void {
    for (const [member, { head }] of this.read) timeline.agree(head, `what ${member} has read`);
  }

  private async open(
    raw: Bytes,
    epochs: Epochs,
    people: People,
    now: number,
  ): Promise<Passed | undefined> {
    try {
      const envelope = await readEnvelope(raw);
      const { thread, sender, epoch: hash, writtenAt: at, client, counter } = envelope.header;
      const epoch = epochs.find(hash);
      const still = findRow(epochs.newest.record.tbs.roster, sender);
      if (thread !== this.thread || epoch?.key === undefined || still === undefined) return undefined;
      const row = findRow(epoch.record.tbs.roster, sender);
      const keys = row && people.keys(sender, row.fingerprint);
      if (row === undefined || keys === undefined || expired(still, now)) return undefined;
      await verifyEnvelope(envelope, keys);
      const body = await openEnvelope(envelope, epoch.key);
      if (body.kind === "typing" && !mayPost(still, now)) return undefined;
      return { sender, at, key: `${sender}/${messageKey(client, counter)}`, body };
    } catch (error) {
      if (error instanceof WireError) return undefined;
      throw error;
    }
  }
}
