/** Draws an open conversation: messages, what waits, what is wrong, and who can read it. */

import { type Conversation } from "./conversation";
import { button, element, part, time, written } from "./dom";
import { type Waiting } from "./outbox";
import { type Message } from "./timeline";
import { fill, listed, moment, troubleSentence, type Words } from "./words";

const NEAR = 80;

export class ConversationView {
  private readonly scroll: HTMLElement;
  private readonly list: HTMLElement;
  private readonly composer: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly drawn = new Map<string, HTMLElement>();

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly me: string,
    private readonly conversation: () => Conversation,
  ) {
    this.scroll = part(root, "[data-scroll]", HTMLElement);
    this.list = part(root, "[data-messages]", HTMLElement);
    this.composer = part(root, "[data-composer]", HTMLFormElement);
    this.text = part(root, "#composer-text", HTMLTextAreaElement);
    this.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    part(root, "[data-earlier]", HTMLButtonElement).addEventListener("click", () => {
      void this.earlier();
    });
    part(root, "[data-accept]", HTMLButtonElement).addEventListener("click", () => {
      const person = this.conversation().trouble?.person;
      if (person !== undefined) void this.conversation().acceptKeys(person);
    });
  }

  show(): void {
    const now = this.conversation();
    const atEnd =
      this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
    part(this.root, "[data-title]", HTMLElement).textContent = now.title;
    this.drawMessages(now);
    part(this.root, "[data-earlier]", HTMLButtonElement).hidden = !now.hasEarlier;
    this.drawState(now);
    this.drawDetails(now);
    if (atEnd) this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  /** A sentence of what is being done, or "". */
  say(sentence: string): void {
    part(this.root, "[data-state]", HTMLElement).textContent = sentence;
  }

  private submit(): void {
    const text = this.text.value.trim();
    if (text === "" || this.conversation().silence !== undefined) return;
    this.text.value = "";
    this.conversation()
      .send(text)
      .catch(() => {
        // Nothing typed is lost: it goes back where it was written.
        this.text.value = text;
        this.say(this.words.tooLong);
      });
  }

  private async earlier(): Promise<void> {
    const height = this.scroll.scrollHeight;
    await this.conversation().loadEarlier();
    this.scroll.scrollTop += this.scroll.scrollHeight - height;
  }

  /** Each message is drawn once and then moved, so that a screen reader hears only what is new. */
  private drawMessages(now: Conversation): void {
    const wanted = [
      ...now.messages.map((message) => this.once(message.key, () => this.message(message, now))),
      ...now.waiting.map((one) => this.waiting(one, now)),
    ];
    wanted.forEach((item, at) => {
      const here = this.list.children[at];
      if (here !== item) this.list.insertBefore(item, here ?? null);
    });
    while (this.list.children.length > wanted.length) this.list.lastElementChild?.remove();
  }

  private once(key: string, draw: () => HTMLElement): HTMLElement {
    const item = this.drawn.get(key) ?? draw();
    this.drawn.set(key, item);
    return item;
  }

  private message(message: Message, now: Conversation): HTMLElement {
    if (message.sender === undefined) return element("li", "said is-gone", this.words.destroyed);
    const mine = message.sender === this.me;
    const name = mine ? this.words.you : now.people.name(message.sender);
    const head = element("div", "said-head", written("strong", "", name), " ");
    head.append(time(message.at, moment(message.at)));
    const text = message.body?.text ?? this.words[message.missing ?? "newer"];
    const missing = message.body === undefined ? " is-missing" : "";
    const body = written("p", `said-text${missing}`, text);
    const item = element("li", mine ? "said is-mine" : "said", head, body);
    item.dataset["seq"] = String(message.seq);
    return item;
  }

  private waiting(one: Waiting, now: Conversation): HTMLElement {
    const why = now.refused.get(one.key);
    const state = why === undefined ? this.words.waiting : `${this.words.refused} ${why}`;
    const body = written("p", "said-text", one.text);
    const item = element("li", "said is-mine is-waiting", body, written("p", "said-state", state));
    if (why !== undefined) {
      const again = button(this.words.tryAgain, () => void now.tryAgain(one.key));
      const away = button(this.words.discard, () => void now.discard(one.key));
      item.append(element("div", "btn-list", again, away));
    }
    return item;
  }

  private drawState(now: Conversation): void {
    const { trouble, silence } = now;
    const alarm = part(this.root, "[data-trouble]", HTMLElement);
    const accept = part(this.root, "[data-accept]", HTMLButtonElement);
    alarm.hidden = trouble === undefined;
    if (trouble !== undefined) {
      const name = trouble.person === undefined ? "" : now.people.name(trouble.person);
      const sentence = troubleSentence(this.words, trouble, name);
      part(alarm, "[data-trouble-text]", HTMLElement).textContent = sentence;
      part(alarm, "[data-trouble-detail]", HTMLElement).textContent = trouble.detail;
      accept.hidden = trouble.kind !== "changed-keys";
      accept.textContent = fill(this.words.accept, { name });
    }
    const notice = part(this.root, "[data-notice]", HTMLElement);
    const sentence = this.notice(now);
    notice.hidden = sentence === "";
    part(notice, "[data-notice-text]", HTMLElement).textContent = sentence;
    this.composer.hidden = now.stage !== "open" || (silence !== undefined && silence !== "renewing");
    for (const control of this.composer.elements) {
      if (control instanceof HTMLButtonElement) control.disabled = silence !== undefined;
    }
    this.say(now.stage === "loading" ? this.words.checking : now.offline ? "" : this.words.live);
  }

  private notice(now: Conversation): string {
    if (now.stage === "revoked") return this.words.revoked;
    if (now.silence === "observer" && now.stage === "open") return this.words.observer;
    if (now.silence === "renewing") return this.words.renewing;
    return now.offline ? this.words.offline : "";
  }

  private drawDetails(now: Conversation): void {
    const names = now.roster.map((row) =>
      row.member === this.me ? this.words.you : now.people.name(row.member),
    );
    part(this.root, "[data-readers]", HTMLElement).textContent =
      names.length === 0
        ? ""
        : names.length === 1
          ? this.words.onlyYou
          : fill(this.words.readers, { names: listed(names) });
    const roles = {
      owner: this.words.owner,
      member: this.words.member,
      observer: this.words.readsOnly,
      guest: this.words.guest,
    };
    const states = {
      me: "",
      unverified: this.words.unverified,
      verified: this.words.verified,
      changed: this.words.keyChanged,
    };
    part(this.root, "[data-members]", HTMLElement).replaceChildren(
      ...now.roster.map((row, at) => {
        const state = states[now.people.state(row.member)];
        const note = [roles[row.role], state].filter((word) => word !== "").join(" · ");
        return element(
          "li",
          "",
          written("strong", "", names[at] ?? ""),
          element("span", "row-note", note),
        );
      }),
    );
  }
}
