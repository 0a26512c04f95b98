/** The part of the page that changes while an edition goes out, fetched anew and put in place. */

const BETWEEN_MS = 700;
const POLL_MS = 3000;
/** A moving edition is looked at now and then even when connected: a lost event must not freeze the page. */
const CALM_MS = 15000;

export interface LiveWords {
  readonly live: string;
  readonly polling: string;
}

export class LivePart {
  private readonly part: HTMLElement;
  private readonly words: LiveWords;
  private isConnected = false;
  private running = false;
  private again = false;
  private last = 0;
  private timer: number | undefined;
  private state: string | undefined;

  constructor(part: HTMLElement, words: LiveWords) {
    this.part = part;
    this.words = words;
    this.state = this.shownState();
    this.plan();
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        this.renew();
      }
    });
  }

  connected(yes: boolean): void {
    this.isConnected = yes;
    this.showLink();
    this.renew();
  }

  /** Fetch the part, at most once in BETWEEN_MS; a call in between is made good afterwards. */
  renew(): void {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    const wait = Math.max(0, this.last + BETWEEN_MS - Date.now());
    window.setTimeout(() => {
      void this.fetchPart().finally(() => {
        this.last = Date.now();
        this.running = false;
        this.plan();
        if (this.again) {
          this.again = false;
          this.renew();
        }
      });
    }, wait);
  }

  private plan(): void {
    window.clearTimeout(this.timer);
    if (!this.part.hasAttribute("data-moving")) {
      return;
    }
    this.timer = window.setTimeout(
      () => {
        this.renew();
      },
      this.isConnected ? CALM_MS : POLL_MS,
    );
  }

  private async fetchPart(): Promise<void> {
    const address = this.part.dataset["part"];
    if (address === undefined || document.hidden || this.isBeingUsed()) {
      return;
    }
    let html: string;
    try {
      const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) {
        return;
      }
      html = await answer.text();
    } catch {
      return;
    }
    // Asked again: somebody may have ticked or focused something while the answer was on its way.
    if (this.isBeingUsed()) {
      return;
    }
    const fresh = new DOMParser().parseFromString(html, "text/html");
    this.part.replaceChildren(...fresh.body.childNodes);
    this.showLink();
    const state = this.shownState();
    if (state !== this.state && (await this.follow())) {
      this.state = state;
    }
  }

  private shownState(): string | undefined {
    return this.part.querySelector<HTMLElement>("[data-state]")?.dataset["state"];
  }

  /** The edition is in another state: what the rest of the page says of it, and what was announced, is past.
   * False when the server didn't answer: asked again with the next part. */
  private async follow(): Promise<boolean> {
    let page: Document;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      return false;
    }
    const live = page.querySelector(`#${this.part.id}`);
    if (live === null) {
      // It has another page now: a draft's, or the review's.
      location.reload();
      return true;
    }
    this.part.toggleAttribute("data-moving", live.hasAttribute("data-moving"));
    for (const fresh of page.querySelectorAll<HTMLElement>("[data-follows]")) {
      document
        .querySelector(`[data-follows="${fresh.dataset["follows"] ?? ""}"]`)
        ?.replaceChildren(...fresh.childNodes);
    }
    document.querySelector("#announcements")?.replaceChildren();
    this.showLink();
    return true;
  }

  /** Never pull a form from under someone's fingers. */
  private isBeingUsed(): boolean {
    const focused = document.activeElement;
    return (
      (focused !== null && focused !== document.body && this.part.contains(focused)) ||
      this.part.querySelector("input:checked, [aria-busy='true']") !== null
    );
  }

  private showLink(): void {
    const place = this.part.querySelector<HTMLElement>("[data-live-link]");
    if (place !== null) {
      const words = this.isConnected ? this.words.live : this.words.polling;
      place.textContent = this.part.hasAttribute("data-moving") ? words : "";
    }
  }
}
