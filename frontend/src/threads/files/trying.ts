/** Does something again until it passes; anything but a lost connection and a busy server is raised. */

import { ServerError } from "../../keys/http";

const FIRST = 1_000;
const LONGEST = 20_000;

/** Waits, but no longer than until the device says that it is online, or the signal ends it all. */
export function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      window.clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = window.setTimeout(done, millis);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}

export class Trying {
  /** `onLost` hears of each try that failed and whether the server is there but busy, `onBack` of the one that succeeded then. */
  constructor(
    private readonly signal: AbortSignal,
    private readonly onLost: (isBusy: boolean) => void,
    private readonly onBack: () => void,
    private readonly wait: typeof pause = pause,
  ) {}

  async run<T>(act: () => Promise<T>): Promise<T> {
    for (let millis = FIRST; ; millis = Math.min(2 * millis, LONGEST)) {
      this.signal.throwIfAborted();
      try {
        const done = await act();
        if (millis > FIRST) this.onBack();
        return done;
      } catch (error) {
        if (!passes(error)) throw error;
        this.onLost(error instanceof ServerError);
      }
      await this.wait(millis, this.signal);
    }
  }
}

/** No connection, a server that is busy or being restarted: later it may do. */
function passes(error: unknown): boolean {
  if (error instanceof ServerError) return error.status >= 500 || [408, 429].includes(error.status);
  return error instanceof TypeError;
}
