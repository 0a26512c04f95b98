/** One thing after the other, so that a message from the socket never overtakes a page that is being checked. */

import { StoppedError } from "./sending";

export interface Way {
  /** Nothing more is done: what waits falls away. */
  readonly isStopped: () => boolean;
  /** Whether it keeps what went wrong, to be shown. */
  readonly keeps: (error: unknown) => boolean;
  /** After each piece of work, whatever came of it. */
  readonly done: () => void;
}

export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly way: Way) {}

  /** After what is under way. With `raise`, what is kept also goes to the caller, and so does having been stopped. */
  run(work: () => Promise<void>, raise = false): Promise<void> {
    const done = this.last.then(async () => {
      if (this.way.isStopped()) {
        if (raise) throw new StoppedError();
        return;
      }
      try {
        await work();
      } catch (error) {
        if (!this.way.keeps(error) || raise) throw error;
      } finally {
        this.way.done();
      }
    });
    this.last = done.catch(() => undefined);
    return done;
  }
}
