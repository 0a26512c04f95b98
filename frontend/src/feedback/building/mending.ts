/** Mends for what is found: each gives the draft in which that one finding is gone. */

import {
  type Broken,
  type Condition,
  type Definition,
  isComparison,
  isQuestion,
  itemsOf,
  type Item,
  type Leak,
  type Text,
} from "../logic";
import { findItem, findStep, withItem, withStep } from "./draft";

/** Seals the open question, so that it may depend on what is sealed; of a step, all that is open in it. */
export function sealInstead(draft: Definition, leak: Leak): Definition | undefined {
  if (leak.kind === "quota") return undefined;
  const step = findStep(draft, leak.of);
  if (step !== undefined) return withStep(draft, { ...step, items: step.items.map(sealed) });
  const item = findItem(draft, leak.of);
  return item === undefined ? undefined : withItem(draft, sealed(item));
}

/** Takes away what the open question shows of the sealed one: the condition, the words, the quota. */
export function takeAway(draft: Definition, leak: Leak): Definition | undefined {
  switch (leak.kind) {
    case "quota":
      return { ...draft, quotas: draft.quotas.filter((_, at) => String(at) !== leak.of) };
    case "step_visible": {
      const step = findStep(draft, leak.of);
      return step && withStep(draft, { ...step, visible: without(step.visible, leak.sealed) });
    }
    case "step_piping": {
      const step = findStep(draft, leak.of);
      return step && withStep(draft, { ...step, title: unpiped(step.title, leak.sealed) });
    }
    case "open_file":
      return undefined;
    case "visible":
    case "constraint":
    case "default":
    case "piping": {
      const item = findItem(draft, leak.of);
      if (item === undefined || !isQuestion(item)) return undefined;
      if (leak.kind === "visible") return withItem(draft, { ...item, visible: without(item.visible, leak.sealed) });
      if (leak.kind === "constraint" && item.constraint !== null) {
        const condition = without(item.constraint.condition, leak.sealed);
        return withItem(draft, { ...item, constraint: condition === null ? null : { ...item.constraint, condition } });
      }
      if (leak.kind === "default") return withItem(draft, { ...item, default: null });
      return withItem(draft, eachText(item, (text) => unpiped(text, leak.sealed)));
    }
  }
}

/** A mend for what is broken, where there is one that surely fits. */
export function mendBroken(draft: Definition, broken: Broken): Definition | undefined {
  const { question } = broken;
  if (question === undefined) return undefined;
  if (broken.of.startsWith("quota")) {
    const at = Number(broken.of.slice(5));
    return { ...draft, quotas: draft.quotas.filter((_, number) => number !== at) };
  }
  const isPipe = broken.kind === "unknown_pipe" || broken.kind === "later_pipe";
  if (broken.of === "form") {
    const clean = (text: Text): Text => unpiped(text, question);
    return { ...draft, title: clean(draft.title), intro: clean(draft.intro), thanks: clean(draft.thanks) };
  }
  const step = findStep(draft, broken.of);
  if (step !== undefined) {
    return withStep(draft, isPipe ? { ...step, title: unpiped(step.title, question) } : { ...step, visible: without(step.visible, question) });
  }
  const item = findItem(draft, broken.of);
  if (item === undefined) return undefined;
  if (isPipe) {
    const clean = eachText(item, (text) => unpiped(text, question));
    return withItem(draft, isQuestion(clean) && broken.part === "default" ? { ...clean, default: null } : clean);
  }
  if (broken.part === "constraint" && isQuestion(item) && item.constraint !== null) {
    const condition = without(item.constraint.condition, question);
    return withItem(draft, { ...item, constraint: condition === null ? null : { ...item.constraint, condition } });
  }
  return withItem(draft, { ...item, visible: without(item.visible, question) });
}

/** The condition without what speaks of the question; null if nothing else is left. */
export function without(condition: Condition | null, question: string): Condition | null {
  if (condition === null) return null;
  if (isComparison(condition)) return condition.question === question ? null : condition;
  if ("not" in condition) {
    const part = without(condition.not, question);
    return part === null ? null : { not: part };
  }
  const parts = ("all" in condition ? condition.all : condition.any).map((part) => without(part, question)).filter((part) => part !== null);
  const [only, ...more] = parts;
  if (only === undefined) return null;
  if (more.length === 0) return only;
  return "all" in condition ? { all: parts } : { any: parts };
}

/** The words without the answer of the question in them. */
function unpiped(text: Text, question: string): Text {
  return Object.fromEntries(Object.entries(text).map(([language, words]) => [language, words.replaceAll(`{${question}}`, "").trim()]));
}

function sealed(item: Item): Item {
  return isQuestion(item) ? { ...item, sealed: true } : item;
}

function eachText(item: Item, change: (text: Text) => Text): Item {
  const choices = (list: readonly { readonly id: string; readonly label: Text }[]): readonly { readonly id: string; readonly label: Text }[] =>
    list.map((one) => ({ ...one, label: change(one.label) }));
  const base = { ...item, label: change(item.label), hint: change(item.hint) };
  if (base.type === "section") return base;
  const asked = base.constraint === null ? base : { ...base, constraint: { ...base.constraint, message: change(base.constraint.message) } };
  switch (asked.type) {
    case "single_choice":
    case "multiple_choice":
    case "ranking":
      return { ...asked, choices: choices(asked.choices) };
    case "likert":
      return { ...asked, rows: choices(asked.rows), columns: choices(asked.columns) };
    case "number":
      return { ...asked, unit: change(asked.unit) };
    case "rating":
      return { ...asked, low: change(asked.low), high: change(asked.high) };
    case "short_text":
    case "long_text":
    case "date":
    case "yes_no":
    case "file":
      return asked;
  }
}

/** How a question is called in a list: its words in the first language, else its id. */
export function nameOf(draft: Definition, id: string): string {
  const found = itemsOf(draft).find((item) => item.id === id) ?? draft.steps.find((step) => step.id === id);
  if (found === undefined) return id;
  const text = "label" in found ? found.label : found.title;
  const words = (text[draft.languages[0] ?? ""] ?? "").trim();
  return words === "" ? id : words;
}
