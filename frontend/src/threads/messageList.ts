/**
 * The list of messages: a window of what is here, with days, the unread divider, and what waits.
 *
 * At most WINDOW messages are drawn at a time. Scrolling to an end of the window moves it; the message
 * that the reader looks at keeps its place on the screen whatever is drawn above it.
 */

import { icon } from "../theme/icon";
import { type Conversation } from "./conversation";
import { dayName, dayOf } from "./days";
import { element } from "./dom";
import { type MessageView, type Standing } from "./messageView";
import { type Item } from "./talk";
import { type TalkWords } from "./talkWords";

const WINDOW = 400;
const STEP = 100;
const FIRST = 120;
/** Pixels from an edge at which the window moves. */
const EDGE = 400;
const NEAR = 80;
/** Messages of one person within this time stand together. */
const TOGETHER = 5 * 60_000;

/** A line between messages: drawn after the message `seq`. */
export interface Happened {
  readonly seq: number;
  readonly key: string;
  readonly draw: () => HTMLElement;
}

interface Drawn {
  readonly item: Item;
  readonly standing: string;
  readonly element: HTMLElement;
}

export class MessageList {
  /** The first message of others that was not read when the reader came; undefined if there is none. */
  private unread: number | undefined;
  /** The window, by seq; the end is open while the reader is at the latest. */
  private from = 0;
  private to = Number.POSITIVE_INFINITY;
  private begun = false;
  private loading = false;
  /** The reader was at the latest message when they last moved: they stay there whatever grows. */
  private stays = true;
  /** Where we scrolled to ourselves last: the event that tells of it may come after a picture has grown. */
  private placed = -1;
  /** Where the reader was brought to the divider, and for how many earlier pages they go on along with it. */
  private opened = -1;
  private pages = 2;
  private drawn = new Map<string, Drawn>();
  /** Who came, went, or has new keys; oldest first. */
  happened: readonly Happened[] = [];
  private readonly lines = new Map<string, HTMLElement>();
  private readonly days = new Map<string, HTMLElement>();
  private readonly divider: HTMLElement;
  private start: HTMLElement | undefined;

  constructor(
    private readonly scroll: HTMLElement,
    private readonly list: HTMLElement,
    private readonly views: MessageView,
    private readonly words: TalkWords,
    private readonly me: string,
    private readonly conversation: () => Conversation,
    /** Draws what waits in the outbox, below everything else. */
    private readonly waiting: () => readonly HTMLElement[],
    private readonly moved: () => void,
  ) {
    this.divider = element("li", "talk-unread", element("span", "", words.newMessages));
    scroll.addEventListener("scroll", () => {
      this.follow();
    }, { passive: true });
    // What is drawn before the page shows it has no height yet, and pictures and fonts come later.
    const grown = new ResizeObserver(() => {
      if (this.stays && this.to === Number.POSITIVE_INFINITY) this.toEnd();
    });
    grown.observe(scroll);
    grown.observe(list);
  }

  /** Whether the reader sees the latest message. */
  get atEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return this.to === Number.POSITIVE_INFINITY && scrollHeight - scrollTop - clientHeight < NEAR;
  }

  /** The last place that has been on the screen, or Infinity at the end: whoever has scrolled up reads no further. */
  get seenUpTo(): number {
    if (this.atEnd) return Number.POSITIVE_INFINITY;
    const edge = this.scroll.getBoundingClientRect().bottom;
    const last = this.elements.findLast((one) => one.getBoundingClientRect().bottom <= edge);
    return Number(last?.dataset["seq"] ?? 0);
  }

  show(): void {
    const now = this.conversation();
    const items = now.talk.items;
    if (!this.begun && now.stage === "open") this.begin(items, now.readBefore);
    const anchor = this.anchor();
    this.draw(items, now);
    if (this.stays && this.to === Number.POSITIVE_INFINITY) this.toEnd();
    else this.restore(anchor);
    this.moved();
  }

  /** Messages came while nobody looked at them: the divider goes above the first that wasn't read. */
  markUnread(seq: number): void {
    if (this.unread === undefined || this.unread <= this.conversation().readUpTo) this.unread = seq;
  }

  /** The reader has written, so everything above was seen. */
  clearUnread(): void {
    this.unread = undefined;
  }

  toLatest(): void {
    const items = this.conversation().talk.items;
    this.from = items.at(-FIRST)?.seq ?? 0;
    this.to = Number.POSITIVE_INFINITY;
    this.stays = true;
    this.draw(items, this.conversation());
    this.toEnd();
    this.moved();
  }

  /** Draws a message with its neighbours and brings it into view; undefined if it is not here. */
  jump(id: string): HTMLElement | undefined {
    const now = this.conversation();
    const items = now.talk.items;
    const at = items.findIndex((item) => item.id === id);
    if (at < 0) return undefined;
    if (!this.drawn.has(id)) {
      this.from = items[Math.max(0, at - STEP)]?.seq ?? 0;
      this.to = items[at + STEP]?.seq ?? Number.POSITIVE_INFINITY;
      this.draw(items, now);
    }
    this.stays = false;
    const found = this.drawn.get(id)?.element;
    found?.scrollIntoView({ block: "center" });
    this.moved();
    return found;
  }

  /** The drawn messages from top to bottom. */
  get elements(): readonly HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[data-id]")];
  }

  private begin(items: readonly Item[], read: number): void {
    this.begun = true;
    this.from = items.at(-FIRST)?.seq ?? 0;
    this.unread = this.firstUnread(items, read);
    if (this.unread !== undefined && this.unread < this.from) this.from = this.unread;
    if (this.unread === undefined) return;
    this.stays = false;
    // After the first drawing: the reader begins where they stopped.
    queueMicrotask(() => {
      this.toDivider();
      // Where that is the top of what is loaded, nobody could scroll on to ask for what is before it.
      this.follow();
    });
  }

  private firstUnread(items: readonly Item[], read: number): number | undefined {
    return items.find((item) => item.seq > read && item.sender !== this.me)?.seq;
  }

  private toDivider(): void {
    this.divider.scrollIntoView({ block: "center" });
    this.opened = this.scroll.scrollTop;
  }

  private toEnd(): void {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.placed = this.scroll.scrollTop;
  }

  /** Moves the window with the reader; asks for earlier pages at its beginning. */
  private follow(): void {
    if (!this.stays || this.scroll.scrollTop !== this.placed) this.stays = this.atEnd;
    const items = this.conversation().talk.items;
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    if (scrollTop < EDGE) {
      const at = items.findIndex((item) => item.seq >= this.from);
      if (at > 0) {
        this.from = items[Math.max(0, at - STEP)]?.seq ?? 0;
        const last = items[Math.max(0, at - STEP) + WINDOW];
        if (last !== undefined) this.to = Math.min(this.to, last.seq);
        this.show();
      } else {
        if (this.conversation().hasEarlier) void this.earlier();
        this.moved();
      }
    } else if (scrollHeight - scrollTop - clientHeight < EDGE && Number.isFinite(this.to)) {
      const end = items.findIndex((item) => item.seq > this.to);
      const next = end < 0 ? items.length : Math.min(items.length, end + STEP);
      this.to = next >= items.length ? Number.POSITIVE_INFINITY : (items[next - 1]?.seq ?? 0);
      this.from = Math.max(this.from, items[next - WINDOW]?.seq ?? 0);
      this.show();
    } else this.moved();
  }

  /** One earlier page from the server; the reader's place stays. */
  async earlier(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    const { readBefore, talk } = this.conversation();
    const before = talk.items[0]?.seq ?? 0;
    const isFirstHere = this.unread !== undefined && this.unread === this.firstUnread(talk.items, readBefore);
    // Nobody has scrolled since the page brought them to the divider.
    const untouched = (): boolean => isFirstHere && this.scroll.scrollTop === this.opened;
    const isOpening = untouched();
    await this.conversation().loadEarlier();
    this.loading = false;
    const goesAlong = isOpening && untouched() && this.pages-- > 0;
    const items = this.conversation().talk.items;
    // The divider stood above the first of those that were here: there may be unread ones before it.
    if (isFirstHere && this.unread !== undefined) this.unread = this.firstUnread(items, readBefore) ?? this.unread;
    const at = items.findIndex((item) => item.seq >= before);
    if (this.from >= before && at > 0) {
      this.from = items[Math.max(0, goesAlong ? 0 : at - STEP)]?.seq ?? 0;
      this.show();
    }
    if (goesAlong) this.toDivider();
  }

  private draw(items: readonly Item[], now: Conversation): void {
    const focused = document.activeElement?.closest<HTMLElement>("[data-id]")?.dataset["id"];
    const had = focused !== undefined && this.list.contains(document.activeElement);
    const readers = this.readersOf(items, now);
    const pinned = new Set(now.pins);
    const wanted: HTMLElement[] = [];
    const kept = new Map<string, Drawn>();
    let before: Item | undefined;
    let lastDay: string | undefined;
    const isWhole = this.from <= (items[0]?.seq ?? 0);
    const first = isWhole ? now.start : this.from;
    if (isWhole && now.stage === "open" && !now.hasEarlier) wanted.push(this.beginning(now, items.length === 0));
    const due = this.happened.filter(({ seq }) => seq >= first);
    for (const item of items) {
      if (item.seq < this.from) continue;
      if (item.seq > this.to) break;
      while ((due[0]?.seq ?? Infinity) < item.seq) {
        wanted.push(...this.line(due.shift()));
        before = undefined;
      }
      const day = dayOf(item.at);
      const isNewDay = item.sender !== undefined && lastDay !== day;
      if (isNewDay) wanted.push(this.day(item, day));
      if (item.seq === this.unread) wanted.push(this.divider);
      const grouped = !isNewDay && item.seq !== this.unread && together(before, item);
      const standing = { grouped, pinned: pinned.has(item.id), readers: readers.get(item.id) ?? [] };
      const one = this.one(item, standing);
      kept.set(item.id, one);
      wanted.push(one.element);
      if (item.sender !== undefined) {
        before = item;
        lastDay = day;
      }
    }
    if (this.to === Number.POSITIVE_INFINITY) {
      for (const one of due) wanted.push(...this.line(one));
      wanted.push(...this.waiting());
    }
    this.drawn = kept;
    this.lay(wanted);
    if (had && !this.list.contains(document.activeElement)) {
      this.drawn.get(focused)?.element.focus({ preventScroll: true });
    }
  }

  /** Above the first message that this person can read. */
  private beginning(now: Conversation, isEmpty: boolean): HTMLElement {
    const { beginning, joinedHere, nothingWritten } = this.words;
    const sentence = [now.start > 0 ? joinedHere : beginning, isEmpty ? nothingWritten : ""].join(" ").trim();
    if (this.start?.textContent !== sentence) {
      this.start = element("li", "talk-start", icon("lock"), element("span", "", sentence));
    }
    return this.start;
  }

  private line(one: Happened | undefined): readonly HTMLElement[] {
    if (one === undefined) return [];
    const made = this.lines.get(one.key) ?? one.draw();
    this.lines.set(one.key, made);
    return [made];
  }

  private one(item: Item, standing: Standing): Drawn {
    const known = this.drawn.get(item.id);
    // A quote shows words of another message, which may have changed with it.
    const quoted = item.replyTo === undefined ? undefined : this.conversation().talk.find(item.replyTo);
    const silence = this.conversation().silence ?? "";
    const now = JSON.stringify([standing, silence, this.views.name(item.sender), quoted && this.views.line(quoted)]);
    if (known?.item === item && known.standing === now) return known;
    const fresh = this.views.draw(item, standing);
    return { item, standing: now, element: known === undefined ? fresh : renew(known.element, fresh) };
  }

  /** Puts `wanted` into the list, touching only what differs. */
  private lay(wanted: readonly HTMLElement[]): void {
    const keep = new Set<Element>(wanted);
    for (const child of [...this.list.children]) if (!keep.has(child)) child.remove();
    wanted.forEach((one, at) => {
      if (this.list.children[at] !== one) this.list.insertBefore(one, this.list.children[at] ?? null);
    });
  }

  private day(item: Item, day: string): HTMLElement {
    const name = dayName(item.at);
    const key = `${day} ${item.id}`;
    const known = this.days.get(key);
    if (known?.textContent === name) return known;
    const made = element("li", "talk-day", element("span", "", name));
    this.days.set(key, made);
    return made;
  }

  /** Under the last message that each person has read; whoever writes has read until there. */
  private readersOf(items: readonly Item[], now: Conversation): ReadonlyMap<string, readonly string[]> {
    const upTo = new Map<string, number>();
    const present = new Set(now.roster.map((row) => row.member));
    for (const [member, { head }] of now.passing.read) {
      if (member !== this.me && present.has(member)) upTo.set(member, head.seq);
    }
    for (const { sender, seq } of items) {
      const before = sender === undefined ? undefined : upTo.get(sender);
      if (sender !== undefined && before !== undefined && before < seq) upTo.set(sender, seq);
    }
    const found = new Map<string, string[]>();
    for (const [member, seq] of upTo) {
      const last = items.findLast((item) => item.seq <= seq);
      if (last === undefined || last.sender === member) continue;
      found.set(last.id, [...(found.get(last.id) ?? []), member]);
    }
    return found;
  }

  /** The first message on the screen, and where it is. */
  private anchor(): { id: string; top: number } | undefined {
    const edge = this.scroll.getBoundingClientRect().top;
    for (const one of this.elements) {
      const box = one.getBoundingClientRect();
      if (box.bottom > edge && one.dataset["id"] !== undefined) return { id: one.dataset["id"], top: box.top };
    }
    return undefined;
  }

  private restore(anchor: { id: string; top: number } | undefined): void {
    const found = anchor && this.drawn.get(anchor.id)?.element;
    if (found === undefined || anchor === undefined) return;
    this.scroll.scrollTop += found.getBoundingClientRect().top - anchor.top;
  }
}

/**
 * The same element with what `fresh` shows. It stays where it is, and so do the focus on it and the buttons
 * in it: a button that moves between pressing and letting go of the mouse is never clicked.
 */
function renew(known: HTMLElement, fresh: HTMLElement): HTMLElement {
  const { className } = fresh;
  if (known.className !== className) known.className = className;
  const stays = known.querySelector(":scope > .said-actions");
  for (const child of [...known.childNodes]) if (child !== stays) child.remove();
  known.prepend(...fresh.childNodes);
  return known;
}

function together(before: Item | undefined, item: Item): boolean {
  return (
    before !== undefined &&
    before.sender === item.sender &&
    item.kind !== "destroyed" &&
    before.kind !== "introduction" &&
    item.replyTo === undefined &&
    Math.abs(item.at - before.at) < TOGETHER
  );
}
