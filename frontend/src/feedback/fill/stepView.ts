/** One step of a form: its questions, and the summary of what is wrong (in GOV.UK's manner). */

import { element, written } from "../../threads/dom";
import { icon } from "../../theme/icon";
import { isQuestion, type Item, type QuestionItem, type Step } from "../logic";
import { type FileKeeper } from "./attaching";
import { type Hand } from "./control";
import { type Filling } from "./filling";
import { QuestionView } from "./questionView";
import { problemSentence } from "./sentences";
import { type FillWords } from "./words";

export interface StepTools {
  readonly words: FillWords;
  readonly keeper: FileKeeper | undefined;
  /** Something was typed: time to keep it. */
  changed(): void;
  announce(sentence: string): void;
}

export class StepView {
  readonly root: HTMLElement;
  private readonly summary = element("div", "fill-summary");
  private readonly title = element("h2", "fill-step-title");
  private readonly questions: readonly QuestionView[];
  /** Once tried to leave, missing answers are named as well. */
  private isTried = false;
  private readonly complained = new Set<string>();

  constructor(
    private readonly step: Step,
    private readonly filling: Filling,
    private readonly tools: StepTools,
  ) {
    this.summary.hidden = true;
    this.summary.tabIndex = -1;
    this.summary.setAttribute("role", "alert");
    this.title.dir = "auto";
    this.title.tabIndex = -1;
    this.questions = step.items.map((item) => new QuestionView(item, this.handOf(item), tools.keeper));
    this.root = element("div", "fill-step", this.summary, this.title, ...this.questions.map((one) => one.root));
    this.refresh();
  }

  /** The place to begin reading. */
  focus(): void {
    (this.title.hidden ? this.root : this.title).focus();
  }

  focusQuestion(id: string): void {
    this.questions.find((one) => one.item.id === id)?.focus();
  }

  /** Whether nothing is wrong; else it is said, in a summary and at each question. */
  check(): boolean {
    this.isTried = true;
    const wrong = this.filling.problemsOf(this.step);
    for (const question of this.questions) this.judge(question);
    this.summarize(wrong);
    if (wrong.length > 0) this.summary.focus();
    return wrong.length === 0;
  }

  private handOf(item: Item): Hand {
    const { filling, tools } = this;
    const id = item.id;
    return {
      words: tools.words,
      language: filling.language,
      say: (text) => filling.say(text, tools.words),
      value: () => filling.typedOf(id),
      give: (value) => {
        filling.type(id, value);
        tools.changed();
        this.refresh();
      },
      left: () => {
        const question = this.questions.find((one) => one.item.id === id);
        if (question === undefined) return;
        if (filling.evaluation.problems[id]?.code !== "required") this.complained.add(id);
        this.judge(question);
      },
      announce: (sentence) => {
        tools.announce(sentence);
      },
    };
  }

  /** What is shown, and in which words, follows every answer. */
  private refresh(): void {
    const { shown } = this.filling.evaluation;
    this.title.textContent = this.filling.say(this.step.title, this.tools.words);
    this.title.hidden = this.title.textContent === "";
    // While the views are made, an answer can't be given yet.
    for (const question of this.questions) {
      question.root.hidden = !shown.has(question.item.id);
      question.refresh();
      // What was complained of once is looked at again, so that it goes as soon as it is mended.
      if (this.isTried || this.complained.has(question.item.id)) this.judge(question);
    }
    if (!this.summary.hidden) this.summarize(this.filling.problemsOf(this.step));
  }

  private judge(question: QuestionView): void {
    const { item } = question;
    if (!isQuestion(item)) return;
    const problem = this.filling.evaluation.problems[item.id];
    const isSaid = problem !== undefined && (this.isTried || (this.complained.has(item.id) && problem.code !== "required"));
    question.complain(isSaid ? this.sentenceOf(item) : undefined);
  }

  private sentenceOf(item: QuestionItem): string {
    const problem = this.filling.evaluation.problems[item.id];
    if (problem === undefined) return "";
    const { words } = this.tools;
    return problemSentence(item, problem, this.filling.typedOf(item.id), words, (text) => this.filling.say(text, words));
  }

  private summarize(wrong: readonly QuestionItem[]): void {
    this.summary.hidden = wrong.length === 0;
    const entries = wrong.map((item) => {
      const link = document.createElement("a");
      link.href = `#q-${item.id}`;
      link.append(
        written("span", "fill-summary-question", this.filling.say(item.label, this.tools.words)),
        written("span", "", this.sentenceOf(item)),
      );
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.focusQuestion(item.id);
      });
      return element("li", "", link);
    });
    const title = element("h2", "", icon("alert-circle"), this.tools.words.onceMore);
    this.summary.replaceChildren(title, element("ul", "", ...entries));
  }
}
