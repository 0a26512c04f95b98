/** Questions that are answered by choosing: one, several, yes or no, a rating, a row of each. */

import { element, written } from "../../threads/dom";
import { type Choice, type LikertValue, type MultipleValue, OTHER, type SingleValue, type Value } from "../logic";
import { type Control, type Hand, idOf, input, type ItemOf } from "./control";

interface Box {
  readonly label: HTMLLabelElement;
  readonly box: HTMLInputElement;
  readonly text: HTMLElement;
}

function boxOf(kind: "radio" | "checkbox", name: string, id: string, words: string): Box {
  const box = input(kind, `${name}-${id}`, "fill-box");
  box.name = name;
  box.value = id;
  const text = written("span", "fill-choice-text", words);
  const label = element("label", "fill-choice", box, text);
  return { label, box, text };
}

/** Choices under each other, with "other" and its text last. */
function list(
  kind: "radio" | "checkbox",
  item: ItemOf<"single_choice" | "multiple_choice">,
  hand: Hand,
  chosen: { readonly ids: readonly string[]; readonly other: string | undefined },
  read: (ids: readonly string[], other: string | undefined) => void,
): Control {
  const name = idOf(item);
  const boxes = item.choices.map((choice) => boxOf(kind, name, choice.id, hand.say(choice.label)));
  const root = element("div", "fill-choices", ...boxes.map(({ label }) => label));
  for (const { box } of boxes) box.checked = chosen.ids.includes(box.value);
  const otherText = input("text", idOf(item, "other-text"), "fill-text");
  otherText.dir = "auto";
  otherText.value = chosen.other ?? "";
  otherText.setAttribute("aria-label", hand.words.otherText);
  const ownField = element("div", "fill-other", otherText);
  const own = boxOf(kind, name, OTHER, hand.words.other);
  own.box.checked = chosen.other !== undefined;
  if (item.other) root.append(own.label, ownField);
  const changed = (): void => {
    ownField.hidden = !own.box.checked;
    const ids = boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
    read(ids, item.other && own.box.checked ? otherText.value.trim().normalize() : undefined);
  };
  ownField.hidden = !own.box.checked;
  root.addEventListener("change", (event) => {
    changed();
    if (event.target === own.box && own.box.checked) otherText.focus();
    else hand.left();
  });
  otherText.addEventListener("input", changed);
  return {
    root,
    first: boxes[0]?.box ?? own.box,
    refresh: () => {
      for (const [at, choice] of item.choices.entries()) setText(boxes[at]?.text, hand.say(choice.label));
    },
  };
}

function setText(place: HTMLElement | undefined, words: string): void {
  if (place !== undefined && place.textContent !== words) place.textContent = words;
}

export function singleControl(item: ItemOf<"single_choice">, hand: Hand): Control {
  const given = hand.value() as Partial<SingleValue & Record<"choice" | "other", string>> | undefined;
  const chosen = { ids: given?.choice === undefined ? [] : [given.choice], other: given?.other };
  return list("radio", item, hand, chosen, ([id], other) => {
    hand.give(other !== undefined ? { other } : id === undefined ? undefined : { choice: id });
  });
}

export function multipleControl(item: ItemOf<"multiple_choice">, hand: Hand): Control {
  const given = hand.value() as MultipleValue | undefined;
  return list("checkbox", item, hand, { ids: given?.choices ?? [], other: given?.other }, (choices, other) => {
    if (choices.length === 0 && other === undefined) hand.give(undefined);
    else hand.give(other === undefined ? { choices } : { choices, other });
  });
}

function radios(
  name: string,
  choices: readonly { readonly id: string; readonly words: string; readonly value: Value }[],
  hand: Hand,
  className: string,
): { readonly root: HTMLElement; readonly first: HTMLElement } {
  const boxes = choices.map((choice) => {
    const made = boxOf("radio", name, choice.id, choice.words);
    made.box.checked = hand.value() === choice.value;
    made.box.addEventListener("change", () => {
      hand.give(choice.value);
      hand.left();
    });
    return made;
  });
  const root = element("div", className, ...boxes.map(({ label }) => label));
  return { root, first: boxes[0]?.box ?? root };
}

export function yesNoControl(item: ItemOf<"yes_no">, hand: Hand): Control {
  const choices = [
    { id: "yes", words: hand.words.yes, value: true },
    { id: "no", words: hand.words.no, value: false },
  ];
  return radios(idOf(item), choices, hand, "fill-choices fill-side");
}

export function ratingControl(item: ItemOf<"rating">, hand: Hand): Control {
  const choices = Array.from({ length: item.scale }, (_, at) => ({ id: String(at + 1), words: String(at + 1), value: at + 1 }));
  const { root, first } = radios(idOf(item), choices, hand, "fill-rating");
  const ends = element("div", "fill-ends");
  // The ends are part of what the first and the last stand for, for those who hear them too.
  const refresh = (): void => {
    const [low, high] = [hand.say(item.low), hand.say(item.high)];
    ends.replaceChildren(written("span", "", low), written("span", "", high));
    ends.hidden = low === "" && high === "";
    const boxes = root.querySelectorAll("input");
    const name = (box: Element | undefined, number: number, words: string): void => {
      if (words === "") box?.removeAttribute("aria-label");
      else box?.setAttribute("aria-label", `${number}: ${words}`);
    };
    name(boxes[0], 1, low);
    name(boxes[boxes.length - 1], item.scale, high);
  };
  ends.setAttribute("aria-hidden", "true");
  refresh();
  return { root: element("div", "fill-control", root, ends), first, refresh };
}

/** A group of radios for each row; wide screens lay them out as one table, under one line of heads. */
export function likertControl(item: ItemOf<"likert">, hand: Hand): Control {
  const root = element("div", "fill-likert");
  root.dataset["columns"] = String(item.columns.length);
  const head = element("div", "fill-likert-head");
  head.setAttribute("aria-hidden", "true");
  root.append(head);
  const given = (): LikertValue => (hand.value() ?? {}) as LikertValue;
  const rows = item.rows.map((row) => likertRow(item, row, hand, given));
  root.append(...rows.map((one) => one.root));
  const refresh = (): void => {
    head.replaceChildren(
      element("span", ""),
      ...item.columns.map((column) => written("span", "fill-likert-column", hand.say(column.label))),
    );
    for (const row of rows) row.refresh();
  };
  refresh();
  return { root, first: root.querySelector("input") ?? root, refresh };
}

function likertRow(
  item: ItemOf<"likert">,
  row: Choice,
  hand: Hand,
  given: () => LikertValue,
): { readonly root: HTMLElement; readonly refresh: () => void } {
  const name = idOf(item, row.id);
  const title = element("span", "fill-likert-row");
  title.id = `${name}-label`;
  title.dir = "auto";
  const boxes = item.columns.map((column) => {
    const made = boxOf("radio", name, column.id, "");
    made.box.checked = given()[row.id] === column.id;
    made.box.addEventListener("change", () => {
      hand.give({ ...given(), [row.id]: column.id });
      hand.left();
    });
    return made;
  });
  const root = element("div", "fill-likert-group", title, ...boxes.map(({ label }) => label));
  root.setAttribute("role", "radiogroup");
  root.setAttribute("aria-labelledby", title.id);
  return {
    root,
    refresh: () => {
      setText(title, hand.say(row.label));
      for (const [at, column] of item.columns.entries()) setText(boxes[at]?.text, hand.say(column.label));
    },
  };
}
