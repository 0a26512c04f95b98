/**
 * The browser's own way back: each step is an entry of its history, so that "back" leads to the step before.
 *
 * An entry holds numbers and nothing else: which steps somebody was asked is in nobody's history.
 */

export class Trail {
  private readonly places: string[] = [];
  /** Entries of this page before it was loaded anew name places that are forgotten. */
  private readonly load = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

  /** `back` hears where the person went by the browser's buttons; undefined is where the form begins. */
  constructor(back: (at: string | undefined) => void) {
    window.addEventListener("popstate", () => {
      const { number } = this;
      back(number === undefined ? undefined : this.places[number]);
    });
  }

  /** The person has gone to `at`. */
  add(at: string): void {
    // Whoever went back and takes another way from there has no way forward any more.
    this.places.length = (this.number ?? -1) + 1;
    this.places.push(at);
    window.history.pushState([this.load, this.places.length - 1], "");
  }

  /** Which of the places is shown, as the browser has it. */
  private get number(): number | undefined {
    const state: unknown = window.history.state;
    if (!Array.isArray(state) || state[0] !== this.load) return undefined;
    const number: unknown = state[1];
    return typeof number === "number" && number < this.places.length ? number : undefined;
  }
}
