/**
 * Whether this device's clock can be believed, held against the times that the server puts on its answers.
 *
 * The server may lie about the time, as it may about everything: so its time is never used for anything. When the
 * two are far apart, somebody is told, and what would carry a time waits.
 */

/** Milliseconds. Less than this harms nobody; a wrong day, month or half of the day is more. */
const TOLERANCE = 3_600_000;
/** An answer that took longer may have waited while the device slept. */
const LONGEST_ANSWER = 60_000;

let ahead = 0;

/** What depends on the time can't be done while the clock is off. */
export class ClockError extends Error {
  override readonly name = "ClockError";

  constructor() {
    super("The clock of this device is off.");
  }
}

/** Holds an answer's date against this device's clock, which said `askedAt` when it was asked for. */
export function noteDate(date: string | null, askedAt: number, now = Date.now()): void {
  const theirs = date === null ? Number.NaN : Date.parse(date);
  const took = now - askedAt;
  if (Number.isNaN(theirs) || took < 0 || took > LONGEST_ANSWER) return;
  ahead = now - theirs;
}

/** Milliseconds that this device's clock is ahead of the server's, negative if behind; 0 if they agree well enough. */
export function clockAhead(): number {
  return Math.abs(ahead) < TOLERANCE ? 0 : ahead;
}
