/** The outline: steps and questions in their order, to choose, add and move by keyboard, pointer or finger. */

import { icon } from "../../theme/icon";
import { button, element, iconButton, written } from "../../threads/dom";
import { put } from "../fill";
import { type Definition, isQuestion, type Item, ITEM_TYPES, type ItemType, type Step } from "../logic";
import { addItem, addStep, duplicateItem, freshId, moveItem, moveStep, newItem, placeItem, withoutItem, withoutStep } from "./draft";
import { choose } from "./fields";
import { typeName } from "./itemEditor";
import { nameOf } from "./mending";
import { type BuilderWords } from "./words";

/** "" is the form itself; otherwise a step's or an item's id. */
export type Chosen = string;

export interface OutlineHand {
  readonly words: BuilderWords;
  choose(id: Chosen): void;
  take(next: Definition, chosen?: Chosen): void;
}

export function outline(draft: Definition, chosen: Chosen, wrong: ReadonlySet<string>, hand: OutlineHand): HTMLElement {
  const { words } = hand;
  const form = row(words.form, "forms", "", chosen, wrong.has("form"), hand);
  const steps = draft.steps.map((step, at) => stepRows(draft, step, at, chosen, wrong, hand));
  const more = button(words.addStep, () => {
    const made = addStep(draft);
    hand.take(made.draft, made.id);
  });
  return element("div", "build-outline-in", form, ...steps, more);
}

function stepRows(draft: Definition, step: Step, at: number, chosen: Chosen, wrong: ReadonlySet<string>, hand: OutlineHand): HTMLElement {
  const { words } = hand;
  const title = step.title[draft.languages[0] ?? ""] ?? "";
  const name = put(words.step, { number: at + 1 });
  const head = row(title === "" ? name : `${name}: ${title}`, "list-numbers", step.id, chosen, wrong.has(step.id), hand);
  if (chosen === step.id) {
    head.append(
      acts(name, hand, {
        up: at > 0 ? () => moveStep(draft, step.id, -1) : undefined,
        down: at < draft.steps.length - 1 ? () => moveStep(draft, step.id, 1) : undefined,
        remove: draft.steps.length > 1 ? () => withoutStep(draft, step.id) : undefined,
      }, step.id),
    );
  }
  const list = element("ol", "build-items", ...step.items.map((item) => itemRow(draft, item, chosen, wrong, hand)));
  drops(list, (id) => {
    hand.take(placeItem(draft, id, step.id), id);
  });
  const options: readonly (readonly [string, string])[] = [["", words.addQuestion], ...ITEM_TYPES.map((type) => [type, typeName(words, type)] as const)];
  const add = choose(options, "", (type) => {
    if (type === "") return;
    const id = freshId(draft, "q");
    const after = step.items.some((item) => item.id === chosen) ? chosen : undefined;
    hand.take(addItem(draft, step.id, newItem(id, type as ItemType), after), id);
  });
  add.setAttribute("aria-label", `${words.addQuestion}: ${name}`);
  add.classList.add("build-add");
  return element("section", "build-step", head, list, add);
}

function itemRow(draft: Definition, item: Item, chosen: Chosen, wrong: ReadonlySet<string>, hand: OutlineHand): HTMLElement {
  const { words } = hand;
  const told = nameOf(draft, item.id);
  const name = told === item.id ? typeName(words, item.type) : told;
  const lock = !isQuestion(item) ? "align-left" : item.sealed ? "lock" : "eye";
  const made = element("li", "", row(name, lock, item.id, chosen, wrong.has(item.id), hand, !isQuestion(item) ? "" : item.sealed ? words.sealed : words.open));
  made.draggable = true;
  made.addEventListener("dragstart", (event) => {
    event.dataTransfer?.setData("text/plain", item.id);
  });
  drops(made, (id) => {
    const step = draft.steps.find((one) => one.items.some((other) => other.id === item.id));
    if (step !== undefined) hand.take(placeItem(draft, id, step.id, item.id), id);
  });
  if (chosen === item.id) {
    const at = draft.steps.findIndex((step) => step.items.includes(item));
    const place = draft.steps[at]?.items.indexOf(item) ?? 0;
    made.append(
      acts(name, hand, {
        up: at > 0 || place > 0 ? () => moveItem(draft, item.id, -1) : undefined,
        down: at < draft.steps.length - 1 || place < (draft.steps[at]?.items.length ?? 0) - 1 ? () => moveItem(draft, item.id, 1) : undefined,
        remove: () => withoutItem(draft, item.id),
      }, item.id, () => {
        const copy = duplicateItem(draft, item.id);
        hand.take(copy.draft, copy.id);
      }),
    );
  }
  return made;
}

interface Moves {
  readonly up: (() => Definition) | undefined;
  readonly down: (() => Definition) | undefined;
  readonly remove: (() => Definition) | undefined;
}

function acts(name: string, hand: OutlineHand, moves: Moves, id: string, duplicate?: () => void): HTMLElement {
  const { words } = hand;
  const one = (symbol: string, sentence: string, act: (() => Definition) | undefined, stays = true): HTMLButtonElement => {
    const made = iconButton(symbol, put(sentence, { name }), () => {
      if (act !== undefined) hand.take(act(), stays ? id : "");
    });
    made.disabled = act === undefined;
    return made;
  };
  return element(
    "div",
    "build-acts",
    one("chevron-up", words.moveUp, moves.up),
    one("chevron-down", words.moveDown, moves.down),
    ...(duplicate === undefined ? [] : [iconButton("copy", put(words.duplicate, { name }), duplicate)]),
    one("trash", words.remove, moves.remove, false),
  );
}

function row(name: string, symbol: string, id: Chosen, chosen: Chosen, isWrong: boolean, hand: OutlineHand, state = ""): HTMLElement {
  const label = written("span", "build-row-name", name);
  const made = element("button", `build-row${isWrong ? " is-wrong" : ""}`, icon(symbol), label);
  if (state !== "") made.append(element("span", "visually-hidden", `, ${state}`));
  if (isWrong) made.append(icon("alert-triangle"));
  made.type = "button";
  made.dataset["row"] = id === "" ? "form" : id;
  if (id === chosen) made.setAttribute("aria-current", "true");
  made.addEventListener("click", () => {
    hand.choose(id);
  });
  return element("div", "build-row-line", made);
}

function drops(target: HTMLElement, dropped: (id: string) => void): void {
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    event.stopPropagation();
    target.classList.add("is-target");
  });
  target.addEventListener("dragleave", () => {
    target.classList.remove("is-target");
  });
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    event.stopPropagation();
    target.classList.remove("is-target");
    const id = event.dataTransfer?.getData("text/plain") ?? "";
    if (id !== "") dropped(id);
  });
}
