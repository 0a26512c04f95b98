/**
 * The files beside the words that are being written: chosen, dropped or pasted, on their way at once.
 *
 * Sending waits for them. Until then the words stay in the composer, where nothing of them is lost.
 */

import { type FileBody } from "../../wire/body";
import { part } from "../dom";
import { fill } from "../words";
import { Attachment, type AttachmentTools } from "./attachment";
import { type FileWords } from "./words";

const AT_ONCE = 10;

/** Files on their way into messages. */
export interface Taken {
  readonly bodies: readonly FileBody[];
  /** They are in messages of the outbox now: nothing to resume any more. */
  readonly settle: () => Promise<void>;
  /** The messages could not be made: they hang on the words again. */
  readonly giveBack: () => void;
}

export const NO_FILES: Taken = {
  bodies: [],
  settle: () => Promise.resolve(),
  giveBack: () => undefined,
};

export interface AttachingView {
  /** Every file that was to be sent with the words is there: send them now. */
  readonly ready: () => void;
  /** Whether this person may write now. */
  readonly mayAttach: () => boolean;
}

export class Attaching {
  private readonly list: HTMLElement;
  private readonly state: HTMLElement;
  private attachments: readonly Attachment[] = [];
  private queue: Promise<void> = Promise.resolve();
  private isWanted = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly tools: Omit<AttachmentTools, "changed" | "removed" | "queue">,
    private readonly words: FileWords,
    private readonly view: AttachingView,
  ) {
    this.list = part(root, "[data-attached-list]", HTMLElement);
    this.state = part(root, "[data-attached-state]", HTMLElement);
    this.listenToButton();
    this.listenToDrops(part(root, "[data-conversation]", HTMLElement));
    part(root, "#composer-text", HTMLTextAreaElement).addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.add(files);
    });
  }

  /** Whether anything hangs on what is being written. */
  get isEmpty(): boolean {
    return this.attachments.length === 0;
  }

  /**
   * The files for a message that is sent now; they hang on nothing afterwards. Undefined while one of them
   * is on its way or failed: the words then stay where they are, and `ready` follows.
   */
  take(): Taken | undefined {
    const taken = this.attachments;
    const bodies = taken.map((one) => one.body).filter((body) => body !== undefined);
    if (bodies.length < taken.length) {
      this.want();
      return undefined;
    }
    this.isWanted = false;
    this.attachments = [];
    this.say("");
    this.show();
    return {
      bodies,
      settle: async () => {
        await Promise.all(taken.map((one) => one.settle()));
      },
      giveBack: () => {
        this.attachments = [...taken, ...this.attachments];
        this.show();
      },
    };
  }

  add(files: readonly File[]): void {
    if (files.length === 0 || !this.view.mayAttach()) return;
    const room = AT_ONCE - this.attachments.length;
    this.say(files.length > room ? fill(this.words.tooMany, { count: AT_ONCE }) : "");
    const fresh = files.slice(0, Math.max(0, room)).map(
      (file) =>
        new Attachment(file, this.words, {
          ...this.tools,
          queue: (work) => this.enqueue(work),
          changed: () => {
            this.changed();
          },
          removed: (one) => {
            this.attachments = this.attachments.filter((other) => other !== one);
            this.show();
            this.changed();
          },
        }),
    );
    this.attachments = [...this.attachments, ...fresh];
    this.show();
    for (const one of fresh) one.start();
  }

  /** One file after the other: each is then there as early as it can be. */
  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work);
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** From now on everything that is there is sent as soon as all of it is there. */
  private want(): void {
    this.isWanted = !this.attachments.some((one) => one.hasFailed);
    this.say(this.isWanted ? this.words.whenReady : this.words.notAll);
  }

  private changed(): void {
    if (!this.isWanted) return;
    if (this.attachments.some((one) => one.body === undefined)) this.want();
    else {
      this.isWanted = false;
      this.say("");
      this.view.ready();
    }
  }

  private show(): void {
    this.list.replaceChildren(...this.attachments.map((one) => one.row));
    part(this.root, "[data-attached]", HTMLElement).hidden = this.attachments.length === 0;
  }

  private say(sentence: string): void {
    this.state.textContent = sentence;
  }

  private listenToButton(): void {
    const input = part(this.root, "[data-attach-input]", HTMLInputElement);
    part(this.root, "[data-attach]", HTMLButtonElement).addEventListener("click", () => {
      input.click();
    });
    input.addEventListener("change", () => {
      this.add([...(input.files ?? [])]);
      input.value = "";
    });
  }

  private listenToDrops(zone: HTMLElement): void {
    const holdsFiles = (event: DragEvent): boolean =>
      event.dataTransfer?.types.includes("Files") === true && this.view.mayAttach();
    zone.addEventListener("dragover", (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      zone.classList.add("is-dropping");
    });
    zone.addEventListener("dragleave", (event) => {
      if (event.relatedTarget instanceof Node && zone.contains(event.relatedTarget)) return;
      zone.classList.remove("is-dropping");
    });
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("is-dropping");
      if (!holdsFiles(event)) return;
      event.preventDefault();
      this.add([...(event.dataTransfer?.files ?? [])]);
    });
    // A file that misses the zone would take the place of the page.
    for (const name of ["dragover", "drop"] as const) {
      window.addEventListener(name, (event) => {
        if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
      });
    }
  }
}
