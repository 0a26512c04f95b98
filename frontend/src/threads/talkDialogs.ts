/** The dialogs of a conversation: what was pinned, earlier words, deleting, jumping to a day, the keys. */

import { fromHex } from "../crypto/bytes";
import { type Conversation } from "./conversation";
import { dayOf } from "./days";
import { button, element, part, time, written } from "./dom";
import { type MessageView } from "./messageView";
import { type Item } from "./talk";
import { type TalkWords } from "./talkWords";
import { fill, moment } from "./words";

export class TalkDialogs {
  private readonly pins = part(document, "#thread-pins", HTMLDialogElement);
  private readonly history = part(document, "#message-history", HTMLDialogElement);
  private readonly removal = part(document, "#message-removal", HTMLDialogElement);
  private readonly date = part(document, "#thread-date", HTMLDialogElement);
  private readonly help = part(document, "#thread-keys", HTMLDialogElement);
  private removing: Item | undefined;

  constructor(
    root: HTMLElement,
    private readonly words: TalkWords,
    private readonly views: MessageView,
    private readonly conversation: () => Conversation,
    private readonly jump: (id: string) => Promise<void>,
  ) {
    for (const dialog of [this.pins, this.history, this.removal, this.date, this.help]) {
      for (const close of dialog.querySelectorAll("[data-close]")) {
        close.addEventListener("click", () => {
          dialog.close();
        });
      }
    }
    const onClick = (selector: string, act: () => void): void => {
      part(root, selector, HTMLButtonElement).addEventListener("click", act);
    };
    onClick("[data-pins-open]", () => void this.showPins());
    onClick("[data-date-open]", () => {
      this.showDate();
    });
    onClick("[data-keys-open]", () => {
      this.showKeys();
    });
    part(this.removal, "form", HTMLFormElement).addEventListener("submit", () => {
      const item = this.removing;
      if (item !== undefined) void this.conversation().send({ kind: "deletion", target: fromHex(item.id) });
    });
    part(this.date, "form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.toDate();
    });
  }

  showKeys(): void {
    this.help.showModal();
  }

  /** Asks once before a message goes for everybody. */
  remove(item: Item): void {
    this.removing = item;
    part(this.removal, "[data-removal-text]", HTMLElement).textContent = this.views.line(item);
    this.removal.showModal();
  }

  /** What was written before, the oldest first. */
  showHistory(item: Item): void {
    const newest = { text: item.text, at: item.editedAt ?? item.at };
    const rows = [...item.versions, newest].map(({ text, at }) =>
      element("li", "", time(at, moment(at)), this.views.text(text, item.mentions)),
    );
    part(this.history, "[data-versions]", HTMLElement).replaceChildren(...rows);
    this.history.showModal();
  }

  private async showPins(): Promise<void> {
    const state = part(this.pins, "[data-pins-state]", HTMLElement);
    state.textContent = this.words.looking;
    this.drawPins();
    this.pins.showModal();
    await this.conversation().reachPins();
    this.drawPins();
    state.textContent = this.conversation().pins.length === 0 ? this.words.noPins : "";
  }

  private drawPins(): void {
    const now = this.conversation();
    const rows = now.pins.toReversed().map((id) => {
      const item = now.talk.find(id);
      const name = written("strong", "", this.views.name(item?.sender));
      const line = written("span", "pin-line", item === undefined ? this.words.notHere : this.views.line(item));
      const head = element("span", "pin-head", name, " ");
      if (item !== undefined) head.append(time(item.at, moment(item.at)));
      const go = button(this.words.jump, () => {
        this.pins.close();
        void this.jump(id);
      });
      const away = button(this.words.unpin, () => {
        void now.send({ kind: "pin", target: fromHex(id), isSet: false }).then(() => {
          this.drawPins();
        });
      });
      const acts = element("span", "btn-list", go);
      if (now.silence === undefined) acts.append(away);
      return element("li", "", head, line, acts);
    });
    part(this.pins, "[data-pins]", HTMLElement).replaceChildren(...rows);
  }

  private showDate(): void {
    const input = part(this.date, "input", HTMLInputElement);
    input.max = dayOf(Date.now());
    input.value ||= input.max;
    part(this.date, "[data-date-state]", HTMLElement).textContent = "";
    this.date.showModal();
    input.focus();
  }

  /** The first message of that day, or the next one after it. */
  private async toDate(): Promise<void> {
    const day = part(this.date, "input", HTMLInputElement).value;
    const state = part(this.date, "[data-date-state]", HTMLElement);
    if (day === "") return;
    state.textContent = this.words.looking;
    const { talk } = this.conversation();
    // Days are by the senders' clocks; seq is what the order goes by.
    const dated = (): readonly Item[] => talk.items.filter((item) => item.sender !== undefined);
    await this.conversation().reach(() => {
      const first = dated()[0];
      return first !== undefined && dayOf(first.at) < day;
    });
    const found = dated().find((item) => dayOf(item.at) >= day);
    if (found === undefined) {
      state.textContent = fill(this.words.nothingThen, { day });
      return;
    }
    this.date.close();
    await this.jump(found.id);
  }
}
