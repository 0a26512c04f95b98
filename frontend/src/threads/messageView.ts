/** Draws one message: who, when, what, and what others made of it. */

import { icon } from "../theme/icon";
import { type FileBody } from "../wire/body";
import { type Conversation } from "./conversation";
import { clock } from "./days";
import { element, time, written } from "./dom";
import { type Mention, plain, render } from "./markdown";
import { type Item, type Reaction } from "./talk";
import { type TalkWords } from "./talkWords";
import { fill, isolated, listed, moment, type Words } from "./words";

const REACTIONS_SHOWN = 20;

/** What a message may ask of the conversation's view. */
export interface MessageActs {
  readonly jump: (id: string) => void;
  readonly history: (item: Item) => void;
  readonly react: (item: Item, emoji: string, isSet: boolean) => void;
  /** The card of a file, the same one each time. */
  readonly file: (body: FileBody) => HTMLElement;
}

/** How a message stands among its neighbours. */
export interface Standing {
  /** Of the same person, shortly after the one above: no name again. */
  readonly grouped: boolean;
  readonly pinned: boolean;
  /** Whoever has read up to here and no further. */
  readonly readers: readonly string[];
}

export class MessageView {
  constructor(
    private readonly words: Words,
    private readonly talkWords: TalkWords,
    private readonly me: string,
    private readonly conversation: () => Conversation,
    private readonly acts: MessageActs,
  ) {}

  name(user: string | undefined): string {
    if (user === this.me) return this.words.you;
    const name = user === undefined ? "" : this.conversation().name(user);
    return name === "" ? this.talkWords.someone : name;
  }

  /** Also of the reader: the person's name. */
  private own(user: string | undefined): string {
    const name = user === undefined ? "" : this.conversation().name(user);
    return name === "" ? this.name(user) : name;
  }

  draw(item: Item, standing: Standing): HTMLElement {
    const made = element("li", this.classes(item, standing));
    made.dataset["seq"] = String(item.seq);
    made.dataset["id"] = item.id;
    made.tabIndex = -1;
    if (item.kind === "destroyed") {
      made.append(element("p", "said-text is-missing", this.words.destroyed));
      return made;
    }
    const face = element("span", "said-face", initial(this.own(item.sender)));
    face.setAttribute("aria-hidden", "true");
    face.dataset["tone"] = String(tone(item.sender ?? ""));
    const body = element("div", "said-body", this.head(item, standing), ...this.content(item));
    made.append(face, body);
    this.foot(item, standing, body);
    return made;
  }

  /** One line that stands for the message elsewhere. */
  line(item: Item): string {
    switch (item.kind) {
      case "text":
        return plain(item.text);
      case "file":
        return [item.file?.name ?? "", plain(item.text)].filter((word) => word !== "").join(" — ");
      case "introduction":
        return fill(this.talkWords.introduced, { name: isolated(item.text) });
      case "deleted":
        return this.tombstone(item);
      case "earlier":
      case "newer":
      case "destroyed":
      case "broken":
        return this.words[item.kind];
    }
  }

  mentions(members: readonly string[]): readonly Mention[] {
    return members.map((member) => ({
      name: this.conversation().name(member),
      isMe: member === this.me,
    }));
  }

  private classes(item: Item, standing: Standing): string {
    const names = ["said"];
    if (item.sender === this.me) names.push("is-mine");
    if (standing.grouped) names.push("is-grouped");
    if (standing.pinned) names.push("is-pinned");
    if (item.kind === "deleted" || item.kind === "destroyed") names.push("is-gone");
    if (item.mentions.includes(this.me)) names.push("names-me");
    return names.join(" ");
  }

  private head(item: Item, standing: Standing): HTMLElement {
    const head = element("div", "said-head", written("strong", "", this.name(item.sender)), " ");
    if (item.sender !== undefined && this.conversation().isGuest(item.sender)) {
      head.append(element("span", "said-guest", this.words.guest), " ");
    }
    const at = time(item.at, clock(item.at));
    at.title = moment(item.at);
    head.append(at);
    if (standing.pinned) {
      const pin = element("span", "said-pin", icon("pin"), element("span", "visually-hidden", this.talkWords.pinned));
      head.append(" ", pin);
    }
    return head;
  }

  private content(item: Item): readonly HTMLElement[] {
    if (item.kind === "deleted") return [element("p", "said-text is-missing", this.tombstone(item))];
    if (item.kind === "introduction") return [element("p", "said-text is-missing", this.line(item))];
    if (item.kind !== "text" && item.kind !== "file") {
      return [element("p", "said-text is-missing", this.words[item.kind])];
    }
    const parts: HTMLElement[] = [];
    if (item.replyTo !== undefined) parts.push(this.quote(item.replyTo));
    if (item.file !== undefined) parts.push(this.acts.file(item.file));
    if (item.text !== "") parts.push(this.text(item.text, item.mentions));
    if (item.versions.length > 0) parts.push(this.edited(item));
    return parts;
  }

  /** Markdown with the names that stand out. */
  text(text: string, mentions: readonly string[]): HTMLElement {
    return element("div", "said-text", render(text, this.mentions(mentions)));
  }

  private tombstone(item: Item): string {
    if (item.deletedBy === this.me) return this.talkWords.deletedByYou;
    const by = isolated(this.name(item.deletedBy));
    const author = isolated(this.name(item.sender));
    return item.deletedBy === item.sender
      ? fill(this.talkWords.deletedByAuthor, { name: author })
      : fill(this.talkWords.deletedByOwner, { name: by, author });
  }

  private quote(id: string): HTMLElement {
    const target = this.conversation().talk.find(id);
    const made = element("button", "said-quote");
    made.type = "button";
    if (target === undefined) made.append(this.talkWords.notHere);
    else {
      made.append(written("strong", "", this.name(target.sender)), " ");
      made.append(written("span", "", this.line(target)));
    }
    made.addEventListener("click", () => {
      this.acts.jump(id);
    });
    return made;
  }

  private edited(item: Item): HTMLElement {
    const made = element("button", "said-edited", this.talkWords.edited);
    made.type = "button";
    if (item.editedAt !== undefined) {
      made.title = fill(this.talkWords.editedAt, { when: moment(item.editedAt) });
    }
    made.addEventListener("click", () => {
      this.acts.history(item);
    });
    return made;
  }

  private foot(item: Item, standing: Standing, body: HTMLElement): void {
    if (item.reactions.length > 0) {
      const shown = item.reactions.slice(0, REACTIONS_SHOWN);
      const row = element("div", "said-reactions", ...shown.map((one) => this.reaction(item, one)));
      const more = item.reactions.length - shown.length;
      if (more > 0) row.append(element("span", "row-note", fill(this.talkWords.moreReactions, { count: more })));
      body.append(row);
    }
    if (standing.readers.length > 0) {
      const names = standing.readers.map((one) => this.name(one));
      body.append(element("p", "said-readers", icon("eye"), fill(this.talkWords.readBy, { names: listed(names) })));
    }
  }

  private reaction(item: Item, { emoji, people }: Reaction): HTMLElement {
    const mine = people.includes(this.me);
    const made = element("button", mine ? "reaction is-mine" : "reaction", element("span", "", emoji), " ");
    made.append(element("span", "reaction-count", String(people.length)));
    made.type = "button";
    const names = listed(people.map((one) => this.name(one)));
    const label = fill(this.talkWords.reactedBy, { emoji, names });
    made.title = label;
    made.setAttribute("aria-label", label);
    made.setAttribute("aria-pressed", String(mine));
    made.disabled = this.conversation().silence !== undefined;
    made.addEventListener("click", () => {
      this.acts.react(item, emoji, !mine);
    });
    return made;
  }
}

function initial(name: string): string {
  return Array.from(name.trim())[0]?.toLocaleUpperCase() ?? "·";
}

/** One of six tones, always the same for the same person. */
function tone(person: string): number {
  let sum = 0;
  for (const letter of person) sum = (31 * sum + (letter.codePointAt(0) ?? 0)) % 6_007;
  return sum % 6;
}
