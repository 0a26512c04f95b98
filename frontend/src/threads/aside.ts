/** What this person says outside of the transcript: that they are writing, and how far they have read. */

import { type Bytes, randomBytes } from "../crypto/bytes";
import { type Holder } from "../keys";
import { type ReceiptBody, type TypingBody } from "../wire/body";
import { makeEnvelope } from "../wire/envelope";
import { type Head } from "../wire/transcript";
import { type OpenEpoch } from "./epochs";
import { type Server } from "./server";

const RECEIPT_PAUSE = 2_000;

/** The conversation as it is now; undefined while it is not loaded. */
export interface Standing {
  readonly epoch: () => OpenEpoch | undefined;
  readonly head: () => Head | undefined;
  /** How far this person has read. */
  readonly read: () => Head | undefined;
}

/** Seals such notes under a client and counters of their own. Lost ones are no loss. */
export class Aside {
  private readonly client = randomBytes(16);
  private counter = 0;
  private receipts = 0;
  private timer: number | undefined;
  private isDropped = false;

  constructor(
    private readonly thread: string,
    private readonly server: Pick<Server, "passOn" | "postReceipt">,
    private readonly unlocked: Pick<Holder, "userId" | "identity">,
    private readonly now: Standing,
  ) {}

  /** At most one receipt in two seconds, always with the newest place. */
  tellReceipt(): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      const read = this.now.read();
      if (read !== undefined && read.seq > 0) void this.postReceipt({ kind: "receipt", read });
    }, this.receipts++ === 0 ? 0 : RECEIPT_PAUSE);
  }

  /** A newer key is here: what crossed with it is told again. */
  renewed(): void {
    if (!this.isDropped) return;
    this.isDropped = false;
    this.tellReceipt();
  }

  async noteWriting(isTyping: boolean): Promise<void> {
    const sealed = await this.seal({ kind: "typing", isTyping });
    if (sealed !== undefined) await this.server.passOn(this.thread, sealed.raw).catch(() => undefined);
  }

  private async postReceipt(body: ReceiptBody): Promise<void> {
    const sealed = await this.seal(body);
    if (sealed === undefined) return;
    // It crossed with a new key: told again as soon as that is here.
    const taken = await this.server.postReceipt(this.thread, sealed.raw).catch(() => true);
    if (taken) return;
    if (this.now.epoch() === sealed.epoch) this.isDropped = true;
    else this.tellReceipt();
  }

  private async seal(body: TypingBody | ReceiptBody): Promise<{ raw: Bytes; epoch: OpenEpoch } | undefined> {
    const epoch = this.now.epoch();
    const seen = this.now.head();
    if (epoch?.key === undefined || seen === undefined) return undefined;
    this.counter += 1;
    const header = {
      thread: this.thread,
      epoch: epoch.record.hash,
      sender: this.unlocked.userId,
      client: this.client,
      counter: this.counter,
      class: "ephemeral",
      writtenAt: Date.now(),
      seen,
    } as const;
    return { raw: await makeEnvelope(header, body, epoch.key, this.unlocked.identity), epoch };
  }
}
