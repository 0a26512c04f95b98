/** Questions that are answered by writing: texts, numbers, days. */

import { element } from "../../threads/dom";
import { count } from "../logic";
import { type Control, type Hand, idOf, input, type ItemOf } from "./control";
import { numberInField, plainNumber } from "./filling";
import { put } from "./words";

/** The rest is counted only where it comes near. */
const NEAR = 0.8;

export function textControl(item: ItemOf<"short_text" | "long_text">, hand: Hand): Control {
  const field =
    item.type === "long_text" ? document.createElement("textarea") : input("text", idOf(item), "fill-text");
  field.id = idOf(item);
  field.className = "fill-text";
  field.dir = "auto";
  field.autocomplete = "off";
  if (field instanceof HTMLTextAreaElement) field.rows = 5;
  const given = hand.value();
  field.value = typeof given === "string" ? given : "";
  const rest = element("p", "fill-rest");
  const telling = (): void => {
    const left = item.max_length - count(field.value);
    const isNear = count(field.value) > NEAR * item.max_length;
    rest.textContent = !isNear ? "" : put(left < 0 ? hand.words.charsOver : hand.words.charsLeft, { count: Math.abs(left) });
    rest.classList.toggle("is-over", left < 0);
  };
  field.addEventListener("input", () => {
    hand.give(field.value === "" ? undefined : field.value.normalize());
    telling();
  });
  field.addEventListener("change", () => {
    hand.left();
  });
  telling();
  return { root: element("div", "fill-control", field, rest), first: field, field };
}

export function numberControl(item: ItemOf<"number">, hand: Hand): Control {
  const field = input("text", idOf(item), "fill-text fill-number");
  // Not type=number: that drops what it can't read, and rolls the value when the page is scrolled.
  const isNegative = item.min === null || item.min.startsWith("-");
  field.inputMode = isNegative ? "text" : item.integer ? "numeric" : "decimal";
  field.dir = "ltr";
  const given = hand.value();
  field.value = typeof given === "string" ? numberInField(given, hand.language) : "";
  field.addEventListener("input", () => {
    hand.give(field.value.trim() === "" ? undefined : plainNumber(field.value, hand.language, item.integer));
  });
  field.addEventListener("change", () => {
    hand.left();
  });
  const unit = element("span", "fill-unit");
  unit.id = idOf(item, "unit");
  unit.dir = "auto";
  const refresh = (): void => {
    unit.textContent = hand.say(item.unit);
    unit.hidden = unit.textContent === "";
  };
  refresh();
  return { root: element("div", "fill-control fill-with-unit", field, unit), first: field, field, refresh };
}

export function dateControl(item: ItemOf<"date">, hand: Hand): Control {
  const field = input("date", idOf(item), "fill-text fill-date");
  const given = hand.value();
  field.value = typeof given === "string" ? given : "";
  // A day that is half typed has no value: it isn't the same as none.
  const give = (): void => {
    hand.give(field.value !== "" ? field.value : field.validity.badInput ? "?" : undefined);
  };
  field.addEventListener("input", give);
  field.addEventListener("blur", () => {
    give();
    hand.left();
  });
  return { root: element("div", "fill-control", field), first: field, field };
}
