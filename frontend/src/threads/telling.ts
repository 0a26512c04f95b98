/**
 * A notification of this browser while a page of conversations is open and nobody looks at it. It says that
 * something waits in Entente: no name, no title, no number. One until somebody has looked again.
 *
 * The permission is asked for by a button only. Whether this browser tells is kept in this browser.
 */

import { readEnvelope } from "../wire/envelope";
import { button, element, part } from "./dom";
import { type Server } from "./server";
import { type Event } from "./socketMessages";
import { type Words } from "./words";

const KEPT = "entente.tell";
/** Two tabs of one browser show one notification between them. */
const TAG = "entente.waiting";

type Told = Pick<Words, "waits" | "tellHere" | "tellOff" | "tellOn" | "tellBlocked" | "tellFailed">;

export class Telling {
  private muted: ReadonlySet<string> = new Set();
  private shown: Notification | undefined;
  private hasFailed = false;

  constructor(
    private readonly place: HTMLElement,
    private readonly server: Pick<Server, "muted" | "mute">,
    private readonly words: Told,
    private readonly me: string,
  ) {
    const seen = (): void => {
      if (!isLookedAt()) return;
      this.shown?.close();
      this.shown = undefined;
    };
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("focus", seen);
    window.addEventListener("storage", (event) => {
      if (event.key === KEPT) this.draw();
    });
    this.draw();
  }

  /** Which conversations the person has muted. */
  async load(): Promise<void> {
    this.muted = new Set(await this.server.muted());
  }

  isMuted(thread: string): boolean {
    return this.muted.has(thread);
  }

  /** Raises ServerError, or TypeError without a connection; then nothing has changed. */
  async mute(thread: string, wanted: boolean): Promise<void> {
    await this.server.mute(thread, wanted);
    const muted = new Set(this.muted);
    if (wanted) muted.add(thread);
    else muted.delete(thread);
    this.muted = muted;
  }

  /** What the socket says of any conversation: a message of somebody else's is a reason to tell. */
  async note(event: Event): Promise<void> {
    if (event.kind !== "envelope" || this.muted.has(event.thread)) return;
    if (isLookedAt() || this.shown !== undefined || !this.isOn) return;
    const envelope = await readEnvelope(event.raw).catch(() => undefined);
    if (envelope === undefined || envelope.header.sender === this.me) return;
    this.tell();
  }

  private get isOn(): boolean {
    return permission() === "granted" && recalled() && !this.hasFailed;
  }

  private tell(): void {
    try {
      const shown = new Notification("Entente", { body: this.words.waits, tag: TAG, lang: document.documentElement.lang });
      shown.addEventListener("click", () => {
        window.focus();
        shown.close();
      });
      this.shown = shown;
    } catch {
      // Some phones have the word but not the thing.
      this.hasFailed = true;
      this.draw();
    }
  }

  private async ask(): Promise<void> {
    const answer = await Notification.requestPermission();
    if (answer === "granted") remember(true);
    this.draw();
  }

  private draw(): void {
    this.place.hidden = permission() === "unsupported";
    this.place.replaceChildren(...this.contents());
  }

  private contents(): readonly HTMLElement[] {
    const { words } = this;
    if (this.hasFailed) return [element("p", "row-note", words.tellFailed)];
    if (permission() === "denied") return [element("p", "row-note", words.tellBlocked)];
    if (this.isOn) {
      const off = button(words.tellOff, () => {
        remember(false);
        this.draw();
        part(this.place, "button", HTMLButtonElement).focus();
      });
      return [element("p", "row-note", words.tellOn), off];
    }
    return [button(words.tellHere, () => void this.ask())];
  }
}

function permission(): NotificationPermission | "unsupported" {
  return "Notification" in window ? Notification.permission : "unsupported";
}

function isLookedAt(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function recalled(): boolean {
  return window.localStorage.getItem(KEPT) === "yes";
}

function remember(wanted: boolean): void {
  if (wanted) window.localStorage.setItem(KEPT, "yes");
  else window.localStorage.removeItem(KEPT);
}
