/** One question: its words, who can read the answer, the control, and what is wrong with it. */

import { button, element, written } from "../../threads/dom";
import { icon } from "../../theme/icon";
import { isQuestion, type Item, type QuestionItem } from "../logic";
import { type FileKeeper, fileControl } from "./attaching";
import { likertControl, multipleControl, ratingControl, singleControl, yesNoControl } from "./choosing";
import { type Control, type Hand, idOf } from "./control";
import { rankingControl } from "./ranking";
import { dateControl, numberControl, textControl } from "./writing";

export function controlOf(item: QuestionItem, hand: Hand, keeper: FileKeeper | undefined): Control {
  switch (item.type) {
    case "short_text":
    case "long_text":
      return textControl(item, hand);
    case "number":
      return numberControl(item, hand);
    case "date":
      return dateControl(item, hand);
    case "single_choice":
      return singleControl(item, hand);
    case "multiple_choice":
      return multipleControl(item, hand);
    case "rating":
      return ratingControl(item, hand);
    case "likert":
      return likertControl(item, hand);
    case "ranking":
      return rankingControl(item, hand);
    case "yes_no":
      return yesNoControl(item, hand);
    case "file":
      return fileControl(item, hand, keeper);
  }
}

/** Chosen by mistake, a radio has no way back of its own. */
const CLEARABLE: readonly Item["type"][] = ["single_choice", "rating", "likert", "ranking", "yes_no"];

export class QuestionView {
  readonly root: HTMLElement;
  private readonly label = element("span", "fill-label-text");
  private readonly hint = element("p", "fill-hint");
  private readonly error = element("p", "fill-error");
  private readonly body = element("div", "fill-body");
  private readonly clear: HTMLButtonElement;
  private control: Control | undefined;

  constructor(
    readonly item: Item,
    private readonly hand: Hand,
    private readonly keeper: FileKeeper | undefined,
  ) {
    this.label.dir = "auto";
    this.hint.dir = "auto";
    this.hint.id = idOf(item, "hint");
    this.error.id = idOf(item, "error");
    this.clear = button(hand.words.clear, () => {
      hand.give(undefined);
      this.drawControl();
      hand.left();
      this.focus();
    });
    this.clear.className = "fill-quiet";
    this.root = isQuestion(item) ? this.question(item) : this.section();
    this.refresh();
  }

  /** The words anew: a piped answer may have changed. */
  refresh(): void {
    this.label.textContent = this.hand.say(this.item.label);
    this.hint.textContent = this.hand.say(this.item.hint);
    this.hint.hidden = this.hint.textContent === "";
    this.control?.refresh?.();
    this.clear.hidden = !CLEARABLE.includes(this.item.type) || this.hand.value() === undefined || this.isRequired;
  }

  /** Says what is wrong, or nothing any more. */
  complain(sentence: string | undefined): void {
    if (this.error.textContent === (sentence ?? "")) return;
    this.error.replaceChildren(...(sentence === undefined ? [] : [icon("alert-circle"), written("span", "", sentence)]));
    this.error.hidden = sentence === undefined;
    this.root.classList.toggle("is-wrong", sentence !== undefined);
    const field = this.control?.field;
    if (sentence === undefined) field?.removeAttribute("aria-invalid");
    else field?.setAttribute("aria-invalid", "true");
  }

  focus(): void {
    this.control?.first.focus();
  }

  private get isRequired(): boolean {
    return isQuestion(this.item) && this.item.required;
  }

  private section(): HTMLElement {
    this.hint.className = "fill-section-text";
    this.label.className = "fill-section-title";
    return element("div", "fill-section", this.label, this.hint);
  }

  private question(item: QuestionItem): HTMLElement {
    const isField = ["short_text", "long_text", "number", "date"].includes(item.type);
    const marks: (Node | string)[] = item.required ? [] : [" ", element("span", "fill-optional", this.hand.words.optional)];
    const who = element(
      "p",
      item.sealed ? "fill-who is-sealed" : "fill-who",
      icon(item.sealed ? "lock" : "eye"),
      element("span", "", item.sealed ? this.hand.words.sealedWho : this.hand.words.openWho),
    );
    who.id = idOf(item, "who");
    this.error.hidden = true;
    this.error.setAttribute("role", "alert");
    const described = `${this.hint.id} ${who.id} ${this.error.id}`;
    this.drawControl();
    const rest = [this.hint, who, this.error, this.body, this.clear];
    if (isField) {
      const label = element("label", "fill-label", this.label, ...marks);
      label.htmlFor = idOf(item);
      this.control?.field?.setAttribute("aria-describedby", described);
      return element("div", "fill-question", label, ...rest);
    }
    const root = element("fieldset", "fill-question", element("legend", "fill-label", this.label, ...marks), ...rest);
    root.setAttribute("aria-describedby", described);
    return root;
  }

  private drawControl(): void {
    if (!isQuestion(this.item)) return;
    this.control = controlOf(this.item, this.hand, this.keeper);
    this.body.replaceChildren(this.control.root);
  }
}
