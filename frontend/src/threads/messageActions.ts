/** What can be done with a message: one row of buttons that goes where the reader is, and keys. */

import { fromHex } from "../crypto/bytes";
import { type Conversation } from "./conversation";
import { element, iconButton } from "./dom";
import { OFFERED } from "./emoji";
import { type Item } from "./talk";
import { type TalkWords } from "./talkWords";
import { fill } from "./words";

export interface Acts {
  readonly reply: (item: Item) => void;
  readonly edit: (item: Item) => void;
  readonly remove: (item: Item) => void;
  readonly say: (sentence: string) => void;
  readonly toComposer: () => void;
}

export class MessageActions {
  private readonly row: HTMLElement;
  private on: string | undefined;
  private picking = false;
  /** What the row shows, so that it is only made anew when that changes. */
  private shown = "";
  private filling = false;

  constructor(
    private readonly list: HTMLElement,
    private readonly words: TalkWords,
    private readonly me: string,
    private readonly conversation: () => Conversation,
    private readonly acts: Acts,
  ) {
    this.row = element("div", "said-actions");
    this.row.setAttribute("role", "group");
    this.row.setAttribute("aria-label", words.actions);
    list.addEventListener("pointerover", (event) => {
      // A finger has no hover: there a tap focuses the message.
      if (event.pointerType !== "touch" && !this.picking) this.attach(event.target);
    });
    list.addEventListener("pointerleave", () => {
      if (!this.list.contains(document.activeElement)) this.detach();
    });
    list.addEventListener("focusin", (event) => {
      this.attach(event.target);
    });
    list.addEventListener("focusout", (event) => {
      // A button that is made anew loses the focus and regains it: no act of the reader's.
      if (this.filling) return;
      if (!(event.relatedTarget instanceof Node && this.list.contains(event.relatedTarget))) this.detach();
    });
    list.addEventListener("click", (event) => {
      const message = messageOf(event.target);
      const inside = event.target instanceof Element ? event.target.closest("a, button") : null;
      if (message !== undefined && inside === null && window.getSelection()?.isCollapsed === true) {
        message.focus({ preventScroll: true });
      }
    });
    list.addEventListener("keydown", (event) => {
      this.key(event);
    });
  }

  /** After a drawing: the row goes with its message, or offers what can be done with it now. */
  refresh(): void {
    if (this.on === undefined) return;
    const there = this.list.querySelector<HTMLElement>(`[data-id="${this.on}"]`);
    if (there === null) this.detach();
    else if (!this.fill(this.on)) this.row.remove();
    else if (!there.contains(this.row)) this.put(there);
  }

  /** The message that keys go to: the last one if none was chosen. */
  enter(): void {
    this.elements().at(-1)?.focus();
  }

  react(item: Item, emoji: string, isSet: boolean): void {
    void this.conversation().send({ kind: "reaction", target: fromHex(item.id), emoji, isSet });
  }

  private elements(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-id]")];
  }

  private attach(target: EventTarget | null): void {
    const message = messageOf(target);
    const id = message?.dataset["id"];
    if (message === undefined || id === undefined) return;
    if (this.on === id && message.contains(this.row)) return;
    this.on = id;
    this.picking = false;
    if (this.fill(id)) this.put(message);
    else this.row.remove();
  }

  /** Moves the row. A button in it may hold the focus and lose it on the way, which is no act of the reader's. */
  private put(message: HTMLElement): void {
    this.filling = true;
    message.append(this.row);
    this.filling = false;
  }

  private detach(): void {
    this.on = undefined;
    this.picking = false;
    this.row.remove();
  }

  /** Whether there is anything to be done. */
  private fill(id: string): boolean {
    const item = this.conversation().talk.find(id);
    if (item === undefined || !(item.kind === "text" || item.kind === "file")) return false;
    const made = this.picking ? this.picker(item) : this.buttons(item);
    const shows = JSON.stringify([id, made.map((one) => [one.getAttribute("aria-label"), one.getAttribute("aria-pressed")])]);
    if (shows === this.shown) return true;
    this.shown = shows;
    const at = [...this.row.children].findIndex((one) => one === document.activeElement);
    this.filling = true;
    this.row.replaceChildren(...made);
    if (at >= 0) made[Math.min(at, made.length - 1)]?.focus({ preventScroll: true });
    this.filling = false;
    return true;
  }

  private buttons(item: Item): readonly HTMLElement[] {
    const { words } = this;
    const made: HTMLElement[] = [];
    // The words may have changed since the button was made.
    const newest = (): Item => this.conversation().talk.find(item.id) ?? item;
    if (this.conversation().silence === undefined) {
      made.push(
        iconButton("mood-plus", words.react, () => {
          this.pick(item);
        }),
        iconButton("corner-up-left", words.reply, () => {
          this.acts.reply(newest());
        }),
      );
      if (this.mayEdit(item)) {
        made.push(
          iconButton("edit", words.edit, () => {
            this.acts.edit(newest());
          }),
        );
      }
      const pinned = this.isPinned(item);
      made.push(
        iconButton(pinned ? "pinned-off" : "pin", pinned ? words.unpin : words.pin, () => {
          this.pin(item);
        }),
      );
    }
    made.push(
      iconButton("copy", words.copy, () => {
        this.copy(newest());
      }),
    );
    if (this.mayRemove(item)) {
      made.push(
        iconButton("trash", words.remove, () => {
          this.acts.remove(newest());
        }),
      );
    }
    return made;
  }

  private picker(item: Item): readonly HTMLElement[] {
    return OFFERED.map((emoji) => {
      const mine = item.reactions.find((one) => one.emoji === emoji)?.people.includes(this.me) ?? false;
      const made = element("button", "emoji-button", emoji);
      made.type = "button";
      made.setAttribute("aria-pressed", String(mine));
      made.setAttribute("aria-label", fill(this.words.reactWith, { emoji }));
      made.addEventListener("click", () => {
        this.picking = false;
        this.focusOn(item.id);
        this.react(item, emoji, !mine);
      });
      return made;
    });
  }

  private pick(item: Item): void {
    const there = this.list.querySelector<HTMLElement>(`[data-id="${item.id}"]`);
    // The pressed button goes away, and the focus with it would be gone from the list.
    there?.focus({ preventScroll: true });
    this.picking = true;
    this.fill(item.id);
    there?.append(this.row);
    this.row.querySelector("button")?.focus();
  }

  private focusOn(id: string): void {
    const there = this.list.querySelector<HTMLElement>(`[data-id="${id}"]`);
    there?.focus({ preventScroll: true });
    this.fill(id);
  }

  private mayEdit(item: Item): boolean {
    return item.sender === this.me && this.conversation().silence === undefined;
  }

  private mayRemove(item: Item): boolean {
    const now = this.conversation();
    const own = now.roster.find((row) => row.member === this.me);
    return now.silence === undefined && (item.sender === this.me || own?.role === "owner");
  }

  private isPinned(item: Item): boolean {
    return this.conversation().pins.includes(item.id);
  }

  private pin(item: Item): void {
    const isSet = !this.isPinned(item);
    void this.conversation().send({ kind: "pin", target: fromHex(item.id), isSet });
  }

  private copy(item: Item): void {
    const text = item.text === "" ? (item.file?.name ?? "") : item.text;
    void navigator.clipboard.writeText(text).then(() => {
      this.acts.say(this.words.copied);
    });
  }

  private key(event: KeyboardEvent): void {
    const message = messageOf(event.target);
    if (message === undefined || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.picking || event.target !== message) {
        this.picking = false;
        this.focusOn(message.dataset["id"] ?? "");
      } else this.acts.toComposer();
      return;
    }
    if (this.picking && this.row.contains(document.activeElement)) {
      this.alongPicker(event);
      return;
    }
    if (event.target !== message) return;
    if (this.walk(event, message) || this.act(event, message)) event.preventDefault();
  }

  private alongPicker(event: KeyboardEvent): void {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const all = [...this.row.querySelectorAll("button")];
    const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    const at = all.findIndex((one) => one === document.activeElement);
    all[(at + step * rtl + all.length) % all.length]?.focus();
  }

  private walk(event: KeyboardEvent, message: HTMLElement): boolean {
    const all = this.elements();
    const at = all.indexOf(message);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return false;
    if (next >= all.length) this.acts.toComposer();
    else all[Math.max(0, next)]?.focus();
    return true;
  }

  private act(event: KeyboardEvent, message: HTMLElement): boolean {
    const item = this.conversation().talk.find(message.dataset["id"] ?? "");
    if (item === undefined || !(item.kind === "text" || item.kind === "file")) return false;
    const may = this.conversation().silence === undefined;
    const code = event.key === "Delete" ? "Delete" : event.code;
    if (code === "KeyC") this.copy(item);
    else if (!may) return false;
    else if (code === "KeyR") this.acts.reply(item);
    else if (code === "KeyA") this.pick(item);
    else if (code === "KeyP") this.pin(item);
    else if (code === "KeyE" && this.mayEdit(item)) this.acts.edit(item);
    else if (code === "Delete" && this.mayRemove(item)) this.acts.remove(item);
    else return false;
    return true;
  }
}

function messageOf(target: EventTarget | null): HTMLElement | undefined {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-id]") ?? undefined) : undefined;
}
