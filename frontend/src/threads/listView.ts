/** Draws the list of conversations. */

import { element, part, time, written } from "./dom";
import { type Entry, type Overview } from "./overview";
import { fill, listed, moment, type Words } from "./words";

export class ListView {
  private readonly list: HTMLElement;
  private readonly more: HTMLButtonElement;
  private readonly nothing: HTMLElement;
  /** Conversations in which something of this person waits to be sent. */
  waiting: ReadonlySet<string> = new Set();
  private readonly pageTitle = document.title;
  private entries: readonly Entry[] = [];

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly address: (thread: string) => string,
    private readonly open: string,
    private readonly me: string,
  ) {
    this.list = part(root, "[data-list]", HTMLElement);
    this.more = part(root, "[data-list-more]", HTMLButtonElement);
    this.nothing = part(root, "[data-nothing]", HTMLElement);
    document.addEventListener("visibilitychange", () => {
      this.count();
    });
  }

  onMore(act: () => void): void {
    this.more.addEventListener("click", act);
  }

  show(overview: Overview): void {
    this.say("");
    this.entries = overview.entries;
    this.count();
    this.list.replaceChildren(...overview.entries.map((entry) => this.row(entry, overview)));
    this.more.hidden = overview.next === "";
    this.nothing.hidden = overview.entries.length > 0 || this.open !== "";
  }

  /**
   * In the tab's title: in how many conversations something is unread. None of their own titles: browsers keep
   * what a tab was called in their history, where nothing is sealed.
   */
  private count(): void {
    const isSeen = document.visibilityState === "visible";
    const unread = this.entries.filter(({ id, seq, readUpTo }) => seq > readUpTo && !(isSeen && id === this.open));
    document.title = unread.length === 0 ? this.pageTitle : `(${unread.length}) ${this.pageTitle}`;
  }

  /** A sentence in the place of the list; none for "". */
  say(sentence: string): void {
    const state = part(this.root, "[data-list-state]", HTMLElement);
    state.textContent = sentence;
    state.hidden = sentence === "";
  }

  private row(entry: Entry, overview: Overview): HTMLElement {
    const others = entry.members
      .filter((member) => member !== this.me)
      .map((member) => overview.people.name(member))
      .filter((name) => name !== "");
    const title = written("span", "row-title", entry.title ?? this.words.untitled);
    const note = element("span", "row-note", element("span", "", listed(others)), " ");
    note.append(time(entry.activityAt, moment(entry.activityAt)));
    if (this.waiting.has(entry.id) && entry.id !== this.open) {
      note.append(element("span", "row-waiting", this.words.waiting));
    }
    const link = element("a", "row-link", element("span", "row-text", title, note));
    link.href = this.address(entry.id);
    if (entry.id === this.open) link.setAttribute("aria-current", "page");
    const unread = entry.seq - entry.readUpTo;
    if (unread > 0 && entry.id !== this.open) {
      const said = element("span", "visually-hidden", fill(this.words.unread, { count: unread }));
      const shown = element("span", "", String(unread));
      shown.setAttribute("aria-hidden", "true");
      const count = element("span", "thread-unread", shown, said);
      count.title = said.textContent;
      link.append(element("span", "row-end", count));
    }
    return element("li", "", link);
  }
}
