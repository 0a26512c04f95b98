/** The way of one envelope out of the outbox: sealed under the newest key, posted, and taken in where it stands. */

import { toHex } from "../crypto/bytes";
import { type Holder, ServerError } from "../keys";
import { type FileBody } from "../wire/body";
import { makeEnvelope } from "../wire/envelope";
import { type Circle } from "./circle";
import { type Waiting } from "./outbox";
import { type Reading } from "./reading";
import { type Server } from "./server";
import { Trouble } from "./trouble";

export class Posting {
  /** `destroyFile` destroys the file of a message, before its deletion is sent. */
  constructor(
    private readonly thread: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
    private readonly circle: Circle,
    private readonly reading: Reading,
    private readonly destroyFile: (file: FileBody) => Promise<void>,
  ) {}

  /** Runs inside the conversation's queue. Raises Trouble, and what the server answers. */
  async post(one: Waiting): Promise<void> {
    const epoch = this.circle.epochs.newest;
    const seen = this.reading.head;
    if (epoch.key === undefined || seen === undefined) throw new Trouble("forged-epoch", "no key");
    const header = {
      thread: this.thread,
      epoch: epoch.record.hash,
      sender: this.unlocked.userId,
      client: one.client,
      counter: one.counter,
      class: "stored",
      writtenAt: one.at,
      seen,
    } as const;
    const envelope = await makeEnvelope(header, one.body, epoch.key, this.unlocked.identity);
    if (one.body.kind === "deletion") {
      const file = await this.reading.fileOf(toHex(one.body.target));
      if (file !== undefined) await this.destroyFile(file);
    }
    let seq: number;
    try {
      seq = await this.server.post(this.thread, envelope);
    } catch (error) {
      // An earlier seal of it was accepted and only the answer was lost: if so, it stands in the transcript.
      const was = error instanceof ServerError && error.code === "replayed";
      if (was && (await this.reading.wasSaid(one.key))) return;
      throw error;
    }
    await this.reading.takeOwn(seen, seq, envelope, one.key);
  }
}
