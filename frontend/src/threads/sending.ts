/**
 * The way from the outbox to the server: one after the other, one tab at a time, each tried until the
 * server has it, has refused it for good, or this person has discarded it.
 */

import { ServerError } from "../keys";
import { type Body } from "../wire/body";
import { type Outbox, type Waiting } from "./outbox";
import { Trouble } from "./trouble";

const RETRY = 5_000;
const TRIES = 3;

/** Nothing more is done in a conversation with trouble, or one that this person is out of. */
export class StoppedError extends Error {}

export interface Way {
  readonly mayGo: () => boolean;
  /** Seals it under the newest epoch and posts it: it stands in the conversation afterwards. */
  readonly post: (one: Waiting) => Promise<void>;
  /** The server knows a newer epoch, or waits for one. */
  readonly renew: () => Promise<void>;
  readonly lost: () => void;
  readonly arrived: () => void;
  readonly changed: () => void;
}

export class Sending {
  waiting: readonly Waiting[] = [];
  /** Refused by the server for good, with its reason: shown with what was written, so that nothing is lost. */
  readonly refused = new Map<string, string>();
  private retry: number | undefined;

  constructor(
    private readonly thread: string,
    private readonly outbox: Outbox,
    private readonly way: Way,
  ) {}

  async load(): Promise<void> {
    this.waiting = await this.outbox.waiting(this.thread);
  }

  async add(body: Body): Promise<void> {
    const waiting = await this.outbox.reserve(this.thread, body, Date.now());
    this.waiting = [...this.waiting, waiting];
    this.way.changed();
    await this.flush();
  }

  async discard(key: string): Promise<void> {
    await this.outbox.forget(key);
    this.refused.delete(key);
    this.drop(new Set([key]));
    this.way.changed();
  }

  async tryAgain(key: string): Promise<void> {
    this.refused.delete(key);
    this.way.changed();
    await this.flush();
  }

  /** These stand in the transcript now. */
  async settle(keys: ReadonlySet<string>): Promise<void> {
    const mine = this.waiting.filter((one) => keys.has(one.key));
    this.drop(keys);
    await Promise.all(mine.map((one) => this.outbox.forget(one.key)));
  }

  /** Sends what waits; the tabs of a person share the outbox. */
  async flush(): Promise<void> {
    window.clearTimeout(this.retry);
    this.retry = undefined;
    await navigator.locks.request(`entente-outbox-${this.thread}`, async () => {
      for (const one of await this.outbox.waiting(this.thread)) {
        if (!this.way.mayGo()) return;
        if (this.refused.has(one.key)) continue;
        if (!(await this.attempt(one, TRIES))) return;
      }
    });
  }

  /** Whether the next one may be tried. */
  private async attempt(one: Waiting, tries: number): Promise<boolean> {
    try {
      await this.way.post(one);
    } catch (error) {
      if (error instanceof TypeError || (error instanceof ServerError && error.status >= 500)) {
        this.way.lost();
        this.retry = window.setTimeout(() => void this.flush(), RETRY);
        return false;
      }
      if (error instanceof Trouble || error instanceof StoppedError) return false;
      if (error instanceof ServerError && error.code === "stale_epoch" && tries > 0) {
        await this.way.renew();
        // Where somebody else has to make the epoch, it stays in the outbox until that is there.
        return this.way.mayGo() && this.attempt(one, tries - 1);
      }
      this.refused.set(one.key, error instanceof Error ? error.message : "");
      this.way.changed();
      return true;
    }
    await this.outbox.forget(one.key);
    this.drop(new Set([one.key]));
    this.way.arrived();
    this.way.changed();
    return true;
  }

  private drop(keys: ReadonlySet<string>): void {
    this.waiting = this.waiting.filter((one) => !keys.has(one.key));
  }
}
