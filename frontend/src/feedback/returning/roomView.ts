/** What a code has opened: where it stands, what was sent, the dialogue, the rating, and how to erase it all. */

import { type Bytes } from "../../crypto/bytes";
import { button, element, written } from "../../threads/dom";
import { icon } from "../../theme/icon";
import { directionOfLanguage, type FillWords, reviewView } from "../fill";
import { evaluate, fill, type QuestionItem } from "../logic";
import { type CaseState } from "../strangers";
import { type Room } from "./room";
import { filesView, TalkView, type Unsent } from "./talkView";
import { type ReturnWords } from "./words";

interface Words {
  readonly fill: FillWords;
  readonly back: ReturnWords;
}

const STATES = {
  new: "stateNew",
  triage: "stateTriage",
  progress: "stateProgress",
  answered: "stateAnswered",
  closed: "stateClosed",
} as const satisfies Record<CaseState, keyof ReturnWords>;

export class RoomView {
  readonly root = element("div", "");
  private readonly aborting = new AbortController();
  private title = element("h1", "");
  private talk: TalkView | undefined;

  constructor(
    private readonly room: Room,
    private words: Words,
    private language: string,
    private readonly close: (why: "left" | "erased") => void,
    private readonly begun?: Unsent,
  ) {
    this.draw();
  }

  /** In another language, with the message that isn't sent yet; what is on its way arrives first. */
  speak(words: Words, language: string): void {
    this.words = words;
    this.language = language;
    void this.talk?.idle.then(() => {
      if (this.language === language) this.draw();
    });
  }

  focus(): void {
    this.title.focus();
  }

  /** The message that isn't sent yet, for whoever opens the same again. */
  get locked(): { readonly of: Bytes; readonly unsent: Unsent } | undefined {
    return this.talk === undefined ? undefined : { of: this.room.submission.hash, unsent: this.talk.unsent };
  }

  end(): void {
    this.aborting.abort();
  }

  private draw(): void {
    const { room, words, language } = this;
    const { back } = words;
    this.root.lang = language;
    this.root.dir = directionOfLanguage(language);
    this.title = written("h1", "", fill(room.definition.title, language, room.definition, room.answers, words.fill));
    this.title.tabIndex = -1;
    const leave = button(back.leave, () => {
      this.close("left");
    });
    leave.className = "btn";
    const state = element("p", "partner-state");
    const showState = (): void => {
      state.replaceChildren(icon("clock"), back[STATES[room.state]]);
    };
    showState();
    this.talk = new TalkView(room, back, this.aborting.signal, this.talk?.unsent ?? this.begun, showState);
    const parts: Node[] = [
      this.title,
      state,
      this.talk.root,
    ];
    if (room.said.some((one) => !one.isOwn)) parts.push(this.rating());
    parts.push(this.sent(), this.erasing(), element("div", "partner-part partner-buttons", leave));
    this.root.replaceChildren(...parts);
  }

  private sent(): HTMLElement {
    const { room, words, language } = this;
    const { definition, answers } = room;
    const { shown } = evaluate(definition, answers, { today: new Date().toISOString().slice(0, 10) });
    const review = reviewView(
      definition.steps.filter((step) => step.items.some((item) => shown.has(item.id))),
      shown,
      {
        words: words.fill,
        definition,
        language,
        answers,
        say: (text) => fill(text, language, definition, answers, words.fill),
        filesOf: (item: QuestionItem) => filesView(room, words.back, room.sealed.files.filter((file) => file.question === item.id)),
      },
    );
    const summary = element("summary", "fill-quiet", words.back.show);
    return element("section", "partner-part", element("h2", "", words.back.youSent), element("details", "", summary, review));
  }

  private rating(): HTMLElement {
    const { room } = this;
    const { back } = this.words;
    const said = element("p", "fill-hint");
    said.setAttribute("role", "status");
    const boxes = Array.from({ length: 5 }, (_, at) => {
      const box = document.createElement("input");
      box.type = "radio";
      box.name = "rating";
      box.className = "fill-box";
      box.checked = room.rating === at + 1;
      if (at === 0) box.setAttribute("aria-label", `1: ${back.rateLow}`);
      if (at === 4) box.setAttribute("aria-label", `5: ${back.rateHigh}`);
      box.addEventListener("change", () => {
        room.rate(at + 1).then(
          () => {
            said.textContent = back.rated;
          },
          () => {
            said.textContent = back.failed;
          },
        );
      });
      return element("label", "fill-choice", box, element("span", "fill-choice-text", String(at + 1)));
    });
    const ends = element("div", "fill-ends", element("span", "", back.rateLow), element("span", "", back.rateHigh));
    ends.setAttribute("aria-hidden", "true");
    const legend = element("legend", "fill-label", back.rateTitle);
    const group = element("fieldset", "fill-question", legend, element("div", "fill-rating", ...boxes), ends, said);
    return element("section", "partner-part", group);
  }

  private erasing(): HTMLElement {
    const { back } = this.words;
    const said = element("p", "fill-error");
    said.setAttribute("role", "alert");
    const erase = button(back.erase, () => {
      if (!window.confirm(back.eraseAsk)) return;
      erase.disabled = true;
      this.room.erase().then(
        () => {
          this.close("erased");
        },
        () => {
          erase.disabled = false;
          said.textContent = back.failed;
        },
      );
    });
    erase.className = "btn btn-danger";
    return element("section", "partner-part", element("h2", "", back.eraseTitle), element("p", "", back.eraseLead), erase, said);
  }
}
