/** Putting choices in order, by two buttons each: works by touch, keyboard and voice alike. */

import { button, element, iconButton, written } from "../../threads/dom";
import { type Choice } from "../logic";
import { type Control, type Hand, idOf, type ItemOf } from "./control";
import { put } from "./words";

export function rankingControl(item: ItemOf<"ranking">, hand: Hand): Control {
  const { words } = hand;
  const list = element("ol", "fill-ranking");
  list.id = idOf(item, "list");
  const state = element("p", "fill-ranking-state");
  const keep = button(words.rankKeep, () => {
    hand.give(order().map((choice) => choice.id));
    show();
    hand.announce(words.rankKept);
    hand.left();
    list.querySelector("button:not([disabled])")?.closest("button")?.focus();
  });
  keep.className = "fill-quiet";

  function order(): readonly Choice[] {
    const given = hand.value();
    if (!Array.isArray(given)) return item.choices;
    const ids = given as readonly string[];
    return [...item.choices].sort((left, right) => ids.indexOf(left.id) - ids.indexOf(right.id));
  }

  function move(from: number, to: number, direction: "up" | "down"): void {
    const ids = order().map((choice) => choice.id);
    const [moved] = ids.splice(from, 1);
    if (moved === undefined) return;
    ids.splice(to, 0, moved);
    hand.give(ids);
    show();
    const choice = item.choices.find((one) => one.id === moved);
    const name = choice === undefined ? "" : hand.say(choice.label);
    hand.announce(put(words.moved, { name, place: to + 1, count: ids.length }));
    hand.left();
    // The same button of the same entry, or its other one at an end of the list.
    const row = list.children[to];
    const same = row?.querySelector<HTMLButtonElement>(`[data-move="${direction}"]`);
    if (same?.disabled === false) same.focus();
    else row?.querySelector<HTMLButtonElement>("button:not([disabled])")?.focus();
  }

  function rowOf(choice: Choice, at: number, count: number): HTMLLIElement {
    const name = hand.say(choice.label);
    const up = iconButton("chevron-up", put(words.moveUp, { name }), () => {
      move(at, at - 1, "up");
    });
    const down = iconButton("chevron-down", put(words.moveDown, { name }), () => {
      move(at, at + 1, "down");
    });
    up.dataset["move"] = "up";
    down.dataset["move"] = "down";
    up.disabled = at === 0;
    down.disabled = at === count - 1;
    const number = element("span", "fill-ranking-number", String(at + 1));
    return element("li", "", number, written("span", "fill-ranking-text", name), up, down);
  }

  function show(): void {
    const isGiven = hand.value() !== undefined;
    const choices = order();
    list.replaceChildren(...choices.map((choice, at) => rowOf(choice, at, choices.length)));
    list.classList.toggle("is-given", isGiven);
    state.textContent = isGiven ? "" : words.rankUntouched;
    keep.hidden = isGiven;
  }

  show();
  return { root: element("div", "fill-control", list, state, keep), first: keep, refresh: show };
}
