/** Draws what waits in the outbox, below the messages; what was refused says why, with a way on and a way out. */

import { type Conversation } from "./conversation";
import { button, element, written } from "./dom";
import { type Files } from "./files";
import { type MessageView } from "./messageView";
import { type Waiting } from "./outbox";
import { type TalkWords } from "./talkWords";
import { fill, isolated, type Words } from "./words";

export class Outgoing {
  /** Drawn once for each reason to be refused: the buttons in it stay where they are. */
  private readonly drawn = new Map<string, HTMLElement>();

  constructor(
    private readonly words: Words,
    private readonly talkWords: TalkWords,
    private readonly views: MessageView,
    private readonly files: Files["views"],
  ) {}

  /** Everything that waits, in the order in which it goes. */
  draw(now: Conversation): readonly HTMLElement[] {
    return now.waiting.map((one) => {
      const why = now.refused.get(one.key);
      const key = `${one.key} ${why ?? ""}`;
      const made = this.drawn.get(key) ?? this.one(one, why, now);
      this.drawn.set(key, made);
      return made;
    });
  }

  private one(waiting: Waiting, why: string | undefined, now: Conversation): HTMLElement {
    const { body, key } = waiting;
    const isText = body.kind === "text" || body.kind === "file";
    const shown = isText
      ? this.views.text(body.text ?? "", body.mentions ?? [])
      : written("p", "said-text", this.line(waiting));
    const file = body.kind === "file" ? [this.files.plain(body)] : [];
    const state = why === undefined ? this.words.waiting : `${this.words.refused} ${why}`;
    const item = element("li", `said is-mine is-waiting${isText ? "" : " is-act"}`);
    const part = element("div", "said-body", ...file, shown, written("p", "said-state", state));
    if (why !== undefined) {
      const again = button(this.words.tryAgain, () => void now.tryAgain(key));
      const away = button(this.words.discard, () => void now.discard(key));
      part.append(element("div", "btn-list", again, away));
      item.classList.add("is-refused");
    }
    item.append(element("span", "said-face is-empty"), part);
    return item;
  }

  /** An act on another message, in a line. */
  private line({ body }: Waiting): string {
    const { talkWords } = this;
    switch (body.kind) {
      case "edit":
        return fill(talkWords.waitingEdit, { text: isolated(body.text) });
      case "deletion":
        return talkWords.waitingDeletion;
      case "reaction":
        return fill(talkWords.waitingReaction, { emoji: body.emoji });
      case "pin":
        return body.isSet ? talkWords.waitingPin : talkWords.waitingUnpin;
      case "file":
        return fill(talkWords.file, { name: isolated(body.name) });
      case "introduction":
        return body.name;
      case "text":
      case "receipt":
      case "typing":
        return "";
    }
  }
}
