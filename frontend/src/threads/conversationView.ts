/** One open conversation on the page: joins the list, the composer, the notices and the dialogs, and says what is new. */

import { isStorageFull } from "../keys";
import { unforced } from "./bidi";
import { type Conversation } from "./conversation";
import { Composer } from "./composer";
import { part } from "./dom";
import { offerChoice, showDraft } from "./draftNote";
import { type Drafts, type DraftView } from "./drafts";
import { type Files } from "./files";
import { MessageActions } from "./messageActions";
import { type Happened, MessageList } from "./messageList";
import { MessageView } from "./messageView";
import { Notices } from "./notices";
import { Outgoing } from "./outgoing";
import { TalkDialogs } from "./talkDialogs";
import { type TalkWords } from "./talkWords";
import { type Message } from "./timeline";
import { fill, isolated, language, listed, type Words } from "./words";

/** Milliseconds between two looks at who is writing. */
const WRITING_TICK = 1_000;
/** Names of people who write at once. */
const WRITERS_NAMED = 3;
/** Milliseconds in which a reader who scrolls is not asked where they are. */
const MOVE_PAUSE = 300;

export class ConversationView {
  private readonly composer: Composer;
  private readonly views: MessageView;
  private readonly list: MessageList;
  private readonly actions: MessageActions;
  private readonly dialogs: TalkDialogs;
  private readonly notices: Notices;
  private readonly latest: HTMLButtonElement;
  private readonly typing: HTMLElement;
  private readonly said: HTMLElement;
  private whenMoved: () => void = () => undefined;
  private moving: number | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly talkWords: TalkWords,
    private readonly me: string,
    private readonly conversation: () => Conversation,
    files: Files,
  ) {
    const scroll = part(root, "[data-scroll]", HTMLElement);
    const messages = part(root, "[data-messages]", HTMLElement);
    this.latest = part(root, "[data-latest]", HTMLButtonElement);
    this.typing = part(root, "[data-typing]", HTMLElement);
    this.said = part(root, "[data-said]", HTMLElement);
    const jump = (id: string): void => void this.jump(id);
    this.views = new MessageView(words, talkWords, me, conversation, {
      jump,
      history: (item) => {
        this.dialogs.showHistory(item);
      },
      react: (item, emoji, isSet) => {
        this.actions.react(item, emoji, isSet);
      },
      file: (body) => files.views.card(body),
    });
    this.notices = new Notices(root, words, this.views, me, conversation);
    const outgoing = new Outgoing(words, talkWords, this.views, files.views);
    this.list = new MessageList(
      scroll, messages, this.views, talkWords, me, conversation,
      () => outgoing.draw(conversation()),
      () => {
        this.moved();
      },
    );
    this.dialogs = new TalkDialogs(root, talkWords, this.views, conversation, (id) => this.jump(id));
    const attaching = files.attaching(root, {
      ready: () => {
        this.composer.send();
      },
      mayAttach: () => this.composer.mayAttach(),
    });
    this.composer = new Composer(root, talkWords, me, this.views, conversation, attaching, {
      sent: () => {
        this.notices.complain("");
        this.list.clearUnread();
        this.list.toLatest();
      },
      refused: (error) => {
        this.notices.complain(isStorageFull(error) ? this.words.noRoom : this.words.failed);
      },
      tooLong: (size) => {
        const numbers = new Intl.NumberFormat(language());
        const format = (count: number): string => numbers.format(count);
        this.notices.complain(
          size === undefined ? "" : fill(this.words.tooLong, { length: format(size.length), fits: format(size.fits) }),
        );
      },
      jump,
      leave: () => {
        this.actions.enter();
      },
    });
    this.actions = new MessageActions(messages, talkWords, me, conversation, {
      reply: (item) => {
        this.composer.reply(item);
      },
      edit: (item) => {
        this.composer.edit(item);
      },
      remove: (item) => {
        this.dialogs.remove(item);
      },
      say: (sentence) => {
        this.announce(sentence);
      },
      toComposer: () => {
        this.composer.focus();
      },
    });
    this.listen(scroll);
    window.setInterval(() => {
      this.drawWriters();
    }, WRITING_TICK);
  }

  /** Drafts that follow the person to and from other browsers. */
  useDrafts(make: (view: DraftView) => Drafts): Drafts {
    const note = part(this.root, "[data-draft]", HTMLElement);
    const drafts = this.composer.useDrafts((current, put) =>
      make({
        current,
        fill: (written) => {
          put(written);
          if (written.text !== "") this.announce(this.talkWords.draftLoaded);
        },
        differs: (theirs) => {
          showDraft(note, theirs, this.talkWords);
        },
      }),
    );
    offerChoice(note, drafts);
    return drafts;
  }

  /** Lines between messages: who came, went, or has new keys; oldest first. Shown by the next `show`. */
  set happened(lines: readonly Happened[]) {
    this.list.happened = lines;
  }

  show(): void {
    const now = this.conversation();
    part(this.root, "[data-title]", HTMLElement).textContent = unforced(now.title);
    this.list.show();
    this.actions.refresh();
    this.composer.show();
    part(this.root, "[data-earlier]", HTMLButtonElement).hidden = !now.hasEarlier;
    this.drawPinCount(now);
    this.drawWriters();
    this.notices.show();
  }

  /** How far the messages have been on the screen. */
  get seenUpTo(): number {
    return this.list.seenUpTo;
  }

  /** Calls `act` soon after other messages have come on the screen. */
  onMove(act: () => void): void {
    this.whenMoved = act;
  }

  /** New ones: said aloud, and marked if nobody is looking. */
  arrived(messages: readonly Message[]): void {
    const others = messages.filter(
      ({ body, sender }) => (body?.kind === "text" || body?.kind === "file") && sender !== this.me,
    );
    const [first] = others;
    const last = others.at(-1);
    if (first === undefined || last === undefined) return;
    if (document.visibilityState === "hidden" || !this.list.atEnd) this.list.markUnread(first.seq);
    const item = this.conversation().talk.items.findLast((one) => one.seq === last.seq);
    if (item === undefined) return;
    const name = isolated(this.views.name(item.sender));
    this.announce(fill(this.talkWords.newFrom, { name, text: this.views.line(item) }));
  }

  /** A sentence of what is being done, or "". */
  say(sentence: string): void {
    this.notices.say(sentence);
  }

  /** A press begins the conversation that continues this one, where its last owner is lost. */
  offerSuccessor(begin: () => Promise<void>): void {
    this.notices.offerSuccessor(begin);
  }

  private announce(sentence: string): void {
    this.said.textContent = sentence;
  }

  private listen(scroll: HTMLElement): void {
    part(this.root, "[data-earlier]", HTMLButtonElement).addEventListener("click", () => {
      void this.list.earlier();
    });
    this.latest.addEventListener("click", () => {
      this.list.toLatest();
      this.composer.focus();
    });
    scroll.addEventListener("keydown", (event) => {
      if (event.target !== scroll || event.key !== "Enter") return;
      event.preventDefault();
      this.actions.enter();
    });
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== "/") return;
      event.preventDefault();
      this.dialogs.showKeys();
    });
  }

  /** Brings a message into view; earlier pages are loaded until it is there. */
  private async jump(id: string): Promise<void> {
    const now = this.conversation();
    if (now.talk.find(id) === undefined) {
      this.announce(this.talkWords.looking);
      const found = await now.reach(() => now.talk.find(id) !== undefined);
      if (!found) {
        this.announce(this.talkWords.notHere);
        return;
      }
    }
    const there = this.list.jump(id);
    if (there === undefined) return;
    there.classList.add("is-found");
    there.focus({ preventScroll: true });
    window.setTimeout(() => {
      there.classList.remove("is-found");
    }, 2_000);
  }

  private moved(): void {
    this.moving ??= window.setTimeout(() => {
      this.moving = undefined;
      this.whenMoved();
      this.drawLatest();
    }, MOVE_PAUSE);
    if (this.latest.hidden !== this.list.atEnd) this.drawLatest();
  }

  /** The way down, with how much of it is new. */
  private drawLatest(): void {
    this.latest.hidden = this.list.atEnd;
    if (this.latest.hidden) return;
    const { talk, readUpTo } = this.conversation();
    const count = talk.items.filter(
      ({ seq, sender, kind }) => seq > readUpTo && sender !== this.me && (kind === "text" || kind === "file"),
    ).length;
    const { latest, newBelow } = this.talkWords;
    part(this.latest, "[data-latest-text]", HTMLElement).textContent = count === 0 ? latest : fill(newBelow, { count });
    this.latest.classList.toggle("btn-primary", count > 0);
  }

  private drawPinCount(now: Conversation): void {
    const open = part(this.root, "[data-pins-open]", HTMLButtonElement);
    const count = now.pins.length;
    const label = count === 0 ? this.talkWords.pinned : fill(this.talkWords.pinnedCount, { count });
    part(open, "[data-pins-count]", HTMLElement).textContent = count === 0 ? "" : String(count);
    open.setAttribute("aria-label", label);
    open.title = label;
  }

  private drawWriters(): void {
    const now = this.conversation();
    const names = now.stage === "open" ? now.writers.map((one) => this.views.name(one)) : [];
    const sentence =
      names.length === 0
        ? ""
        : names.length === 1
          ? fill(this.talkWords.isWriting, { name: isolated(names[0] ?? "") })
          : names.length <= WRITERS_NAMED
            ? fill(this.talkWords.areWriting, { names: listed(names) })
            : this.talkWords.manyWriting;
    if (this.typing.textContent !== sentence) this.typing.textContent = sentence;
  }
}
