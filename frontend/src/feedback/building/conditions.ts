/** The editor of a condition: groups of "all of" and "any of", each part a question, how it compares, and with what. */

import { button, element, iconButton } from "../../threads/dom";
import { put } from "../fill";
import { type Comparison, type Condition, isComparison, type Op, OTHER, type QuestionItem } from "../logic";
import { choose, type Desk, fresh, group, line } from "./fields";
import { nameOf } from "./mending";

const DEEPEST = 3;

/** Draws the condition; `changed` gets the next one, or null when nothing is left of it. */
export function conditionField(desk: Desk, legend: string, add: string, none: string, condition: Condition | null, questions: readonly QuestionItem[], changed: (next: Condition | null) => void): HTMLElement {
  const { words } = desk;
  const [first] = questions;
  if (condition === null) {
    const begin = button(add, () => {
      if (first !== undefined) changed(compared(first));
    });
    begin.disabled = first === undefined;
    const say = first === undefined ? `${none} ${words.noEarlier}` : none;
    return group(legend, element("p", "form-hint", say), begin);
  }
  return group(legend, part(desk, condition, questions, 1, changed));
}

function part(desk: Desk, condition: Condition, questions: readonly QuestionItem[], depth: number, changed: (next: Condition | null) => void): HTMLElement {
  if (isComparison(condition)) return comparison(desk, condition, questions, depth, changed);
  const { words } = desk;
  const [first] = questions;
  const kind = "not" in condition ? "not" : "all" in condition ? "all" : "any";
  const parts = "not" in condition ? [condition.not] : "all" in condition ? condition.all : condition.any;
  const made = (name: string, list: readonly Condition[]): Condition | null => {
    const [only] = list;
    if (only === undefined) return null;
    if (name === "not") return { not: list.length === 1 ? only : { all: list } };
    return name === "all" ? { all: list } : { any: list };
  };
  const kinds = choose([["all", words.all], ["any", words.any], ["not", words.not]], kind, (name) => {
    changed(made(name, parts));
  });
  kinds.setAttribute("aria-label", words.value);
  const rows = parts.map((one, at) =>
    part(desk, one, questions, depth + 1, (next) => {
      const list = next === null ? parts.filter((_, other) => other !== at) : parts.map((other, number) => (number === at ? next : other));
      changed(made(kind, list));
    }),
  );
  const acts: Node[] = [];
  if (kind !== "not" && first !== undefined) {
    acts.push(button(words.addPart, () => {
      changed(made(kind, [...parts, compared(first)]));
    }));
    if (depth < DEEPEST) {
      acts.push(button(words.addGroup, () => {
        const inner: Condition = kind === "all" ? { any: [compared(first)] } : { all: [compared(first)] };
        changed(made(kind, [...parts, inner]));
      }));
    }
  }
  acts.push(iconButton("x", put(words.remove, { name: words.all }), () => {
    changed(null);
  }));
  return element("div", "build-conditions", kinds, ...rows, element("div", "btn-list", ...acts));
}

function comparison(desk: Desk, one: Comparison, questions: readonly QuestionItem[], depth: number, changed: (next: Condition | null) => void): HTMLElement {
  const { words, draft } = desk;
  const item = questions.find((question) => question.id === one.question);
  const names: (readonly [string, string])[] = questions.map((question) => [question.id, nameOf(draft, question.id)] as const);
  if (item === undefined) names.unshift([one.question, put(words.unknownQuestion, { name: nameOf(draft, one.question) })]);
  const which = choose(names, one.question, (id) => {
    const chosen = questions.find((question) => question.id === id);
    if (chosen !== undefined) changed(compared(chosen));
  });
  which.setAttribute("aria-label", words.row);
  const parts: Node[] = [which];
  if (item !== undefined) {
    const ops = opsOf(item);
    const labels: Readonly<Record<Op, string>> = {
      answered: words.opAnswered, equals: words.opEquals, includes: words.opIncludes, first: words.opFirst,
      gt: words.opGt, ge: words.opGe, lt: words.opLt, le: words.opLe,
    };
    const how = choose(ops.map((op) => [op, labels[op]] as const), one.op, (op) => {
      changed(compared(item, op as Op));
    });
    how.setAttribute("aria-label", words.comparison);
    if (item.type === "likert" && one.op !== "answered") {
      const row = choose(item.rows.map((each) => [each.id, labelOf(desk, each)] as const), one.row ?? "", (id) => {
        changed({ ...one, row: id });
      });
      row.setAttribute("aria-label", words.row);
      parts.push(row);
    }
    parts.push(how);
    if (one.op !== "answered") parts.push(target(desk, one, item, changed));
  }
  const acts: Node[] = [];
  if (depth < DEEPEST) {
    acts.push(button(words.addPart, () => {
      const [first] = questions;
      if (first !== undefined) changed({ all: [one, compared(first)] });
    }));
    acts.push(button(words.negate, () => {
      changed({ not: one });
    }));
  }
  acts.push(iconButton("x", put(words.remove, { name: nameOf(draft, one.question) }), () => {
    changed(null);
  }));
  return element("div", "build-comparison", ...parts, element("div", "btn-list", ...acts));
}

function target(desk: Desk, one: Comparison, item: QuestionItem, changed: (next: Condition | null) => void): HTMLElement {
  const { words } = desk;
  const options = targets(desk, item);
  if (options !== undefined) {
    const made = choose(options, String(one.value), (value) => {
      changed({ ...one, value: item.type === "yes_no" ? value === "true" : item.type === "rating" ? Number(value) : value });
    });
    made.setAttribute("aria-label", words.value);
    return made;
  }
  const made = line(String(one.value ?? ""), (value) => {
    changed({ ...one, value });
  }, 500);
  made.id = fresh();
  made.setAttribute("aria-label", item.type === "date" ? words.dayOrToday : words.value);
  if (item.type === "number") made.inputMode = "decimal";
  return made;
}

function targets(desk: Desk, item: QuestionItem): readonly (readonly [string, string])[] | undefined {
  const { words } = desk;
  switch (item.type) {
    case "yes_no":
      return [["true", words.yes], ["false", words.no]];
    case "rating":
      return Array.from({ length: item.scale }, (_, at) => [String(at + 1), String(at + 1)] as const);
    case "single_choice":
    case "multiple_choice":
      return [...item.choices.map((each) => [each.id, labelOf(desk, each)] as const), ...(item.other ? [[OTHER, words.otherText] as const] : [])];
    case "ranking":
      return item.choices.map((each) => [each.id, labelOf(desk, each)] as const);
    case "likert":
      return item.columns.map((each) => [each.id, labelOf(desk, each)] as const);
    case "short_text":
    case "long_text":
    case "number":
    case "date":
    case "file":
      return undefined;
  }
}

function labelOf({ draft }: Desk, one: { readonly id: string; readonly label: Readonly<Record<string, string>> }): string {
  const words = one.label[draft.languages[0] ?? ""];
  return words === undefined || words === "" ? one.id : words;
}

export function opsOf(item: QuestionItem): readonly Op[] {
  switch (item.type) {
    case "number":
    case "date":
    case "rating":
      return ["equals", "gt", "ge", "lt", "le", "answered"];
    case "multiple_choice":
      return ["includes", "answered"];
    case "ranking":
      return ["first", "answered"];
    case "file":
      return ["answered"];
    case "short_text":
    case "long_text":
    case "single_choice":
    case "likert":
    case "yes_no":
      return ["equals", "answered"];
  }
}

/** A comparison with a question that makes sense from the first on. */
export function compared(item: QuestionItem, wanted?: Op): Comparison {
  const op = wanted ?? opsOf(item)[0] ?? "answered";
  const base = { question: item.id, op };
  if (op === "answered") return base;
  switch (item.type) {
    case "yes_no":
      return { ...base, value: true };
    case "rating":
      return { ...base, value: item.scale };
    case "number":
      return { ...base, value: "0" };
    case "date":
      return { ...base, value: "today" };
    case "single_choice":
    case "multiple_choice":
    case "ranking":
      return { ...base, value: item.choices[0]?.id ?? "" };
    case "likert":
      return { ...base, value: item.columns[0]?.id ?? "", row: item.rows[0]?.id ?? "r1" };
    case "short_text":
    case "long_text":
    case "file":
      return { ...base, value: "" };
  }
}
