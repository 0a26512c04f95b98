/**
 * A form from its first step to the review, one step at a time. The page of partners and the builder's preview
 * show the same.
 */

import { button, element } from "../../threads/dom";
import { type FileKeeper } from "./attaching";
import { directionOfLanguage, type Filling, REVIEW } from "./filling";
import { reviewView } from "./reviewView";
import { StepView } from "./stepView";
import { type FillWords, put } from "./words";

export interface FormTools {
  /** The page's own sentences in a language of the form, or in the nearest one that there is. */
  words(language: string): FillWords;
  readonly keeper?: FileKeeper | undefined;
  /** Something was typed, or another step is shown. */
  changed(): void;
  /** What stands under the review: the button that sends. */
  ending(): Node;
  /** From the first step back to where the form began. */
  readonly leave?: () => void;
  /** The person has gone to another step, forwards or backwards. */
  readonly moved?: (at: string) => void;
}

export class FormView {
  private readonly place = element("p", "fill-place");
  private readonly bar = document.createElement("progress");
  private readonly body = element("div", "fill-page");
  private readonly live = element("p", "visually-hidden");
  private step: StepView | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly filling: Filling,
    private readonly tools: FormTools,
  ) {
    this.live.setAttribute("aria-live", "polite");
    this.bar.className = "fill-progress";
    root.replaceChildren(element("div", "fill-head", this.place, this.bar), this.body, this.live);
  }

  /** Draws where the person stands; with `focus`, reading goes on there. */
  show(focus = true): void {
    const { filling, tools } = this;
    const words = tools.words(filling.language);
    this.root.lang = filling.language;
    this.root.dir = directionOfLanguage(filling.language);
    const { number, count } = filling.progress;
    this.place.textContent = put(words.stepOf, { number, count });
    this.bar.setAttribute("aria-label", this.place.textContent);
    this.bar.max = count;
    this.bar.value = number;
    if (filling.step === undefined) this.showReview(words);
    else this.showStep(words);
    if (focus) {
      window.scrollTo({ top: 0 });
      if (this.step === undefined) this.body.querySelector<HTMLElement>("h2")?.focus();
      else this.step.focus();
    }
  }

  /** Nothing that was typed is lost by it. */
  speak(language: string): void {
    this.filling.language = language;
    this.tools.changed();
    this.show(false);
  }

  /** To a step, and there to a question. */
  go(at: string, question?: string): void {
    this.filling.at = at;
    this.tools.changed();
    this.tools.moved?.(at);
    this.show();
    if (question !== undefined) this.step?.focusQuestion(question);
  }

  private showStep(words: FillWords): void {
    const { filling, tools } = this;
    const { step } = filling;
    if (step === undefined) return;
    filling.beginStep((text) => filling.say(text, words));
    this.step = new StepView(step, filling, {
      words,
      keeper: tools.keeper,
      changed: () => {
        tools.changed();
      },
      announce: (sentence) => {
        this.live.textContent = sentence;
      },
    });
    this.step.root.tabIndex = -1;
    const form = element("form", "", this.step.root, this.actions(words));
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.step?.check() === true) this.go(filling.following ?? REVIEW);
    });
    this.body.replaceChildren(form);
  }

  private actions(words: FillWords): HTMLElement {
    const next = element("button", "btn btn-primary fill-next", words.next);
    next.type = "submit";
    return element("div", "fill-actions", next, ...this.back(words));
  }

  private back(words: FillWords): readonly Node[] {
    const { preceding } = this.filling;
    const leave = this.tools.leave;
    if (preceding === undefined && leave === undefined) return [];
    const back = button(words.back, () => {
      if (preceding === undefined) leave?.();
      else this.go(preceding);
    });
    back.className = "btn fill-back";
    return [back];
  }

  private showReview(words: FillWords): void {
    const { filling } = this;
    this.step = undefined;
    // A change of one answer may have opened an earlier question that is not answered yet.
    const [open] = filling.problemsOf();
    const step = open === undefined ? undefined : filling.steps.find((one) => one.items.some((item) => item.id === open.id));
    if (step !== undefined) {
      filling.at = step.id;
      this.show(false);
      (this.step as StepView | undefined)?.check();
      return;
    }
    const title = element("h2", "fill-step-title", words.review);
    title.tabIndex = -1;
    const review = reviewView(filling.steps, filling.evaluation.shown, {
      words,
      definition: filling.definition,
      language: filling.language,
      answers: filling.evaluation.answers,
      say: (text) => filling.say(text, words),
      change: (where, item) => {
        this.go(where.id, item.id);
      },
    });
    const lead = element("p", "fill-lead", words.reviewLead);
    this.body.replaceChildren(title, lead, review, this.tools.ending(), element("div", "fill-actions", ...this.back(words)));
  }
}
