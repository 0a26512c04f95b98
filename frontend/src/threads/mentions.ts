/** Choosing whom a message names: after an @ the people of the conversation, by keyboard or pointer. */

import { element, written } from "./dom";
import { type Person } from "./mentionText";
import { type TalkWords } from "./talkWords";
import { fill } from "./words";

const SHOWN = 6;

export class Mentions {
  private found: readonly Person[] = [];
  private chosen = 0;
  private start = 0;

  constructor(
    private readonly text: HTMLTextAreaElement,
    private readonly list: HTMLElement,
    private readonly status: HTMLElement,
    private readonly words: TalkWords,
    private readonly people: () => readonly Person[],
  ) {
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", list.id);
    text.addEventListener("blur", () => {
      this.close();
    });
  }

  get isOpen(): boolean {
    return !this.list.hidden;
  }

  /** Looks at what stands before the caret. */
  look(): void {
    const before = this.text.value.slice(0, this.text.selectionStart);
    const match = /(?:^|[\s(])@([^\s@]*(?: [^\s@]*)?)$/u.exec(before);
    if (match === null || this.text.selectionStart !== this.text.selectionEnd) {
      this.close();
      return;
    }
    const asked = match[1] ?? "";
    this.start = before.length - asked.length - 1;
    this.found = this.people().filter(({ name }) => begins(name, asked)).slice(0, SHOWN);
    this.chosen = 0;
    if (this.found.length === 0) this.close();
    else this.draw();
  }

  /** Whether the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.isOpen) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + this.found.length) % this.found.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") this.take(this.chosen);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  close(): void {
    this.list.hidden = true;
    this.text.removeAttribute("aria-activedescendant");
  }

  private take(at: number): void {
    const one = this.found[at];
    if (one === undefined) return;
    this.text.setRangeText(`@${one.name} `, this.start, this.text.selectionStart, "end");
    this.close();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.text.focus();
  }

  private draw(): void {
    this.list.replaceChildren(
      ...this.found.map(({ name }, at) => {
        const made = element("li", "mention-option", written("span", "", name));
        made.id = `mention-${at}`;
        made.setAttribute("role", "option");
        made.setAttribute("aria-selected", String(at === this.chosen));
        // The text keeps the focus, else the list would close before the click.
        made.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.take(at);
        });
        return made;
      }),
    );
    this.list.hidden = false;
    this.text.setAttribute("aria-activedescendant", `mention-${this.chosen}`);
    this.status.textContent = fill(this.words.mentionsFound, {
      count: this.found.length,
      name: this.found[this.chosen]?.name ?? "",
    });
  }
}

/** Whether a name, or a word of it, begins so; accents and case don't matter. */
function begins(name: string, asked: string): boolean {
  const [whole, start] = [bare(name), bare(asked)];
  return whole.startsWith(start) || whole.split(/\s+/u).some((word) => word.startsWith(start));
}

function bare(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();
}
