/** What keeps a definition that can be read from making sense, and which translations are missing. */

import {
  type Choice,
  type Comparison,
  comparisonsOf,
  type Condition,
  type Definition,
  isQuestion,
  itemsOf,
  type Item,
  OTHER,
  type QuestionItem,
  type Text,
} from "./definition";
import { checkValue } from "./evaluate";
import { compareDecimals, compareText } from "./order";
import { pipesIn, pipesOf } from "./piping";
import { conditionsOf, formTexts, type PlacedText, stepTexts, textsOf } from "./places";
import { DECIMAL, isBlank, isDay } from "./reader";

export type BrokenKind =
  | "no_title"
  | "no_question"
  | "no_label"
  | "no_choices"
  | "bounds"
  | "default"
  | "unknown_question"
  | "later_question"
  | "wrong_comparison"
  | "unknown_pipe"
  | "later_pipe";

/** `of` is the item, the step, "quota" with its number, or "form"; `part` the place within; `question` what is spoken of. */
export interface Broken {
  readonly kind: BrokenKind;
  readonly of: string;
  readonly part: string;
  readonly question?: string;
}

export interface Gap {
  readonly of: string;
  readonly part: string;
  readonly choice?: string;
  readonly language: string;
}

/** Everything to mend before publishing, in the order of the form. */
export function findBroken(definition: Definition): readonly Broken[] {
  const found: Broken[] = [];
  const [source = ""] = definition.languages;
  const items = new Map(itemsOf(definition).map((item) => [item.id, item]));
  const earlier = new Set<string>();
  const missing = (text: Text): boolean => isBlank(text[source] ?? "");
  const condition = (of: string, part: string, one: Condition | null, own?: string): void => {
    for (const comparison of comparisonsOf(one)) {
      const { question } = comparison;
      const item = items.get(question);
      if (item === undefined || !isQuestion(item)) found.push({ kind: "unknown_question", of, part, question });
      else if (!earlier.has(question) && question !== own) found.push({ kind: "later_question", of, part, question });
      else if (!isFitting(comparison, item)) found.push({ kind: "wrong_comparison", of, part, question });
    }
  };
  const pipes = (of: string, part: string, names: readonly string[], own?: string): void => {
    for (const question of new Set(names)) {
      const item = items.get(question);
      if (item === undefined || !isQuestion(item)) found.push({ kind: "unknown_pipe", of, part, question });
      else if (!earlier.has(question) && question !== own) found.push({ kind: "later_pipe", of, part, question });
    }
  };
  if (missing(definition.title)) found.push({ kind: "no_title", of: "form", part: "title" });
  if (![...items.values()].some(isQuestion)) found.push({ kind: "no_question", of: "form", part: "steps" });
  for (const part of ["title", "intro"] as const) pipes("form", part, pipesOf(definition[part]));
  for (const step of definition.steps) {
    condition(step.id, "visible", step.visible);
    for (const { part, text } of stepTexts(step)) pipes(step.id, part, pipesOf(text));
    for (const item of step.items) {
      if (missing(item.label)) found.push({ kind: "no_label", of: item.id, part: "label" });
      found.push(...checkParts(item, missing));
      for (const { part, condition: one } of conditionsOf(item)) {
        condition(item.id, part, one, part === "constraint" ? item.id : undefined);
      }
      for (const { part, text } of textsOf(item)) pipes(item.id, part, pipesOf(text), part === "message" ? item.id : undefined);
      if (isQuestion(item) && typeof item.default === "string" && isText(item)) pipes(item.id, "default", pipesIn(item.default));
      earlier.add(item.id);
    }
  }
  definition.quotas.forEach((quota, at) => {
    condition(`quota${at}`, "condition", quota.condition);
  });
  pipes("form", "thanks", pipesOf(definition.thanks));
  return found;
}

function isText(item: QuestionItem): boolean {
  return item.type === "short_text" || item.type === "long_text";
}

function checkParts(item: Item, missing: (text: Text) => boolean): readonly Broken[] {
  if (!isQuestion(item)) return [];
  const found: Broken[] = [];
  const tell = (kind: BrokenKind, part: string): void => {
    found.push({ kind, of: item.id, part });
  };
  const list = (part: string, choices: readonly Choice[], least: number): void => {
    if (choices.length < least) tell("no_choices", part);
    if (choices.some((choice) => missing(choice.label))) tell("no_label", part);
  };
  switch (item.type) {
    case "single_choice":
      list("choices", item.choices, item.other ? 1 : 2);
      break;
    case "multiple_choice": {
      list("choices", item.choices, 1);
      const most = item.choices.length + (item.other ? 1 : 0);
      const [min, max] = [item.min ?? 0, item.max ?? most];
      if (min > max || min > most || max < 1) tell("bounds", "min");
      break;
    }
    case "ranking":
      list("choices", item.choices, 2);
      break;
    case "likert":
      list("rows", item.rows, 1);
      list("columns", item.columns, 2);
      break;
    case "number":
      if (item.min !== null && item.max !== null && compareDecimals(item.min, item.max) > 0) tell("bounds", "min");
      break;
    case "date":
      if (item.min !== null && item.max !== null && item.min !== "today" && item.max !== "today" && compareText(item.min, item.max) > 0) {
        tell("bounds", "min");
      }
      break;
    case "short_text":
    case "long_text":
    case "rating":
    case "yes_no":
    case "file":
      break;
  }
  if (item.constraint !== null && missing(item.constraint.message)) tell("no_label", "message");
  if (item.default !== null && (item.type === "file" || checkValue(item, item.default, "2000-01-01")?.code === "type")) {
    tell("default", "default");
  }
  return found;
}

/** Whether a question of this kind can be compared like that. */
function isFitting({ op, value, row }: Comparison, item: QuestionItem): boolean {
  if (row !== undefined && (item.type !== "likert" || !item.rows.some((one) => one.id === row))) return false;
  if (op === "answered") return true;
  const orders = ["equals", "gt", "ge", "lt", "le"].includes(op);
  switch (item.type) {
    case "short_text":
    case "long_text":
      return op === "equals" && typeof value === "string";
    case "number":
      return orders && typeof value === "string" && DECIMAL.test(value);
    case "date":
      return orders && typeof value === "string" && (value === "today" || isDay(value));
    case "rating":
      return orders && typeof value === "number";
    case "single_choice":
      return op === "equals" && isChoice(value, item.choices, item.other);
    case "multiple_choice":
      return op === "includes" && isChoice(value, item.choices, item.other);
    case "likert":
      return op === "equals" && row !== undefined && isChoice(value, item.columns, false);
    case "ranking":
      return op === "first" && isChoice(value, item.choices, false);
    case "yes_no":
      return op === "equals" && typeof value === "boolean";
    case "file":
      return false;
  }
}

function isChoice(value: unknown, choices: readonly Choice[], other: boolean): boolean {
  return (other && value === OTHER) || choices.some((choice) => choice.id === value);
}

/** Texts that have words in the first language and none in another one. */
export function findGaps(definition: Definition): readonly Gap[] {
  const [source = "", ...others] = definition.languages;
  const gaps: Gap[] = [];
  const look = (of: string, texts: readonly PlacedText[]): void => {
    for (const { part, choice, text } of texts) {
      if (isBlank(text[source] ?? "")) continue;
      for (const language of others) {
        if (isBlank(text[language] ?? "")) gaps.push({ of, part, ...(choice === undefined ? {} : { choice }), language });
      }
    }
  };
  look("form", formTexts(definition));
  for (const step of definition.steps) {
    look(step.id, stepTexts(step));
    for (const item of step.items) look(item.id, textsOf(item));
  }
  return gaps;
}
