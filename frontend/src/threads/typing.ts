/** Tells the others that this person is writing, seldom, and once that they have stopped. */

/** Milliseconds between two notes that this person is writing. */
const TYPING_AGAIN = 4_000;
const TYPING_STOPS = 5_000;

export class Typing {
  private typedAt = 0;
  /** Whether the others were told that this person is writing. */
  private isNoted = false;
  private timer: number | undefined;

  constructor(private readonly tell: (isTyping: boolean) => void) {}

  /** The field has changed, and there is something in it or not. */
  note(isAnything: boolean): void {
    window.clearTimeout(this.timer);
    if (!isAnything) {
      this.stop();
      return;
    }
    this.timer = window.setTimeout(() => {
      this.stop();
    }, TYPING_STOPS);
    if (Date.now() - this.typedAt < TYPING_AGAIN) return;
    this.typedAt = Date.now();
    this.isNoted = true;
    this.tell(true);
  }

  /** Ends it without a word: what goes out now says so itself. The next word written is told at once. */
  forget(): void {
    window.clearTimeout(this.timer);
    this.isNoted = false;
    this.typedAt = 0;
  }

  private stop(): void {
    window.clearTimeout(this.timer);
    if (!this.isNoted) return;
    this.isNoted = false;
    this.tell(false);
  }
}
