/** What was answered, drawn anew from what was checked: open and sealed answers in the words of the version answered. */

import { element, part, written } from "../../threads/dom";
import { type SealedAnswers, type SealedFile } from "../../wire/submission";
import { type CaseDetail } from "../server";
import { type Answers, readDefinition } from "../logic";
import { type AnsweredItem, answersInWords } from "./answerWords";
import { type CaseWords } from "./words";

export class AnswersView {
  constructor(
    private readonly root: HTMLElement,
    private readonly words: CaseWords,
    private readonly file: (file: SealedFile) => HTMLElement,
  ) {}

  /** Puts the checked questions and answers in the place of what the server drew. */
  show(detail: CaseDetail, sealed: SealedAnswers): void {
    const decoder = new TextDecoder();
    const list = part(this.root, "[data-answers]", HTMLElement);
    const lock = list.querySelector(".answer-lock");
    const definition = readDefinition(decoder.decode(detail.definition));
    const open = JSON.parse(decoder.decode(detail.openAnswers) || "{}") as Answers;
    const answers = { ...open, ...(JSON.parse(sealed.answers) as Answers) };
    const items = answersInWords(definition, answers, list.lang, detail.row.receivedOn, this.words);
    list.replaceChildren(...items.map((item) => this.draw(item, lock, sealed.files)));
  }

  private draw(item: AnsweredItem, lock: Element | null, files: readonly SealedFile[]): HTMLElement {
    if (item.isSection) return written("li", "answer-section", item.label);
    const question = written("p", "answer-question", item.label);
    if (item.sealed && lock !== null) question.append(" ", lock.cloneNode(true));
    const words = element("div", "answer-words");
    words.dir = "auto";
    const own = files.filter((one) => one.question === item.id);
    if (item.words !== "") words.append(written("span", "", item.words));
    for (const one of own) words.append(this.file(one));
    if (item.words === "" && own.length === 0) {
      const none = element("span", "muted", this.words.noAnswer);
      none.lang = document.documentElement.lang;
      words.append(none);
    }
    const made = element("li", item.sealed ? "answer is-sealed is-open" : "answer", question, words);
    made.dataset["question"] = item.id;
    return made;
  }
}

