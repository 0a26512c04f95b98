/**
 * What waits in conversations that no page has open: written without a connection in a tab that was closed since.
 * It goes out from whatever page of conversations is open, sealed and checked as on the conversation's own.
 */

import { type Holder } from "../keys";
import { Conversation } from "./conversation";
import { blobsAt, destroyFile } from "./files/blobServer";
import { type Outbox } from "./outbox";
import { type Server } from "./server";

export class Leftovers {
  private readonly begun = new Map<string, Conversation>();

  constructor(
    private readonly server: Server,
    private readonly unlocked: Holder,
    private readonly outbox: Outbox,
    /** Called with the conversations in which something waits. */
    private readonly shown: (threads: ReadonlySet<string>) => void,
  ) {}

  /** Sends what can be sent; again after a connection came back. `open` sends its own. */
  async send(threads: readonly string[], open: string): Promise<void> {
    this.shown(new Set(threads));
    for (const thread of threads) if (thread !== open) await this.sendOne(thread);
    this.shown(new Set(await this.outbox.threads()));
  }

  /** Whatever is wrong with a conversation is said on its own page; what was written stays until then. */
  private async sendOne(thread: string): Promise<void> {
    const known = this.begun.get(thread);
    const conversation = known ?? this.begin(thread);
    await (known === undefined ? conversation.load() : conversation.catchUp()).catch(() => undefined);
    // One's own words are no news.
    const news = conversation.talk.items.filter(({ seq }) => seq > conversation.readUpTo);
    if (news.every(({ sender }) => sender === this.unlocked.userId)) await conversation.markRead(Number.POSITIVE_INFINITY);
  }

  private begin(thread: string): Conversation {
    const blobs = blobsAt(this.server.address(thread));
    const made = new Conversation(thread, this.server, this.unlocked, this.outbox, {
      changed: () => undefined,
      arrived: () => undefined,
      destroyFile: ({ blob }) => destroyFile(blobs, blob),
    });
    this.begun.set(thread, made);
    return made;
  }
}
