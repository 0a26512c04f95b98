/** Which questions are asked, which answers count, and what is wrong with them. */

import {
  type Answers,
  type Comparison,
  type Condition,
  type Definition,
  isComparison,
  isQuestion,
  itemsOf,
  type Item,
  type Op,
  OTHER,
  type QuestionItem,
  type Value,
} from "./definition";
import { compareDecimals, compareText } from "./order";
import { count, DECIMAL, isBlank, isDay, isMap, isPlain, parts } from "./reader";

export type ProblemCode =
  | "required"
  | "type"
  | "too_long"
  | "too_small"
  | "too_large"
  | "not_whole"
  | "too_early"
  | "too_late"
  | "too_few"
  | "too_many"
  | "incomplete"
  | "constraint";

/** `limit` is what the answer is held against, where there is one. */
export interface Problem {
  readonly code: ProblemCode;
  readonly limit?: string;
}

export interface Evaluation {
  /** Ids of the steps and items that are asked. */
  readonly shown: ReadonlySet<string>;
  readonly problems: Readonly<Record<string, Problem>>;
  /** The answers that count: of questions that are asked, and of the right kind. */
  readonly answers: Answers;
}

export interface Circumstances {
  /** The day in UTC, YYYY-MM-DD. */
  readonly today: string;
  /** As the server sees it: sealed questions are neither asked for nor known. */
  readonly onlyOpen?: boolean;
}

export const OTHER_LIMIT = 500;
const FILE_NAME_LIMIT = 255;

/** Goes through the form in its order: a hidden question has no answer, whatever was typed before. */
export function evaluate(definition: Definition, given: Answers, { today, onlyOpen = false }: Circumstances): Evaluation {
  const known = new Map(itemsOf(definition).map((item) => [item.id, item]));
  const shown = new Set<string>();
  const problems: Record<string, Problem> = {};
  const answers: Record<string, Value> = {};
  const holds = (condition: Condition): boolean => fulfils(condition, known, answers, today);
  for (const step of definition.steps) {
    if (step.visible !== null && !holds(step.visible)) continue;
    shown.add(step.id);
    for (const item of step.items) {
      if (item.visible !== null && !holds(item.visible)) continue;
      shown.add(item.id);
      if (!isQuestion(item) || (onlyOpen && item.sealed)) continue;
      const value = valueOf(given, item.id);
      if (isEmpty(item, value)) {
        if (item.required) problems[item.id] = { code: "required" };
        continue;
      }
      const problem = checkValue(item, value, today);
      if (problem !== undefined) {
        problems[item.id] = problem;
        continue;
      }
      answers[item.id] = value;
      if (item.constraint !== null && !holds(item.constraint.condition)) problems[item.id] = { code: "constraint" };
    }
  }
  return { shown, problems, answers };
}

/** What was given for a question; null, which JSON knows and no question does, is nothing. */
function valueOf(given: Readonly<Record<string, Value | null>>, id: string): Value | undefined {
  return Object.hasOwn(given, id) ? (given[id] ?? undefined) : undefined;
}

/** Whether nothing was answered: no words, no choice, no file. */
export function isEmpty(item: QuestionItem, value: Value | undefined): value is undefined {
  if (value === undefined) return true;
  switch (item.type) {
    case "short_text":
    case "long_text":
      return typeof value === "string" && isBlank(value);
    case "number":
    case "date":
      return value === "";
    case "multiple_choice":
      return isNoChoice(parts(value));
    case "likert":
      return isMap(value) && Object.keys(value).length === 0;
    case "ranking":
    case "file":
      return Array.isArray(value) && value.length === 0;
    case "single_choice":
    case "rating":
    case "yes_no":
      return false;
  }
}

function isNoChoice({ choices, other }: Readonly<Record<string, unknown>>): boolean {
  return Array.isArray(choices) && choices.length === 0 && other === undefined;
}

/** What is wrong with an answer, by itself: neither its constraint nor whether it is asked for. */
export function checkValue(item: QuestionItem, value: unknown, today: string): Problem | undefined {
  switch (item.type) {
    case "short_text":
    case "long_text":
      if (typeof value !== "string" || !isPlain(value)) return { code: "type" };
      return count(value) > item.max_length ? { code: "too_long", limit: String(item.max_length) } : undefined;
    case "number":
      if (typeof value !== "string" || !DECIMAL.test(value) || value === "-0") return { code: "type" };
      if (item.integer && value.includes(".")) return { code: "not_whole" };
      if (item.min !== null && compareDecimals(value, item.min) < 0) return { code: "too_small", limit: item.min };
      if (item.max !== null && compareDecimals(value, item.max) > 0) return { code: "too_large", limit: item.max };
      return undefined;
    case "date": {
      if (typeof value !== "string" || !isDay(value)) return { code: "type" };
      const [min, max] = [item.min === "today" ? today : item.min, item.max === "today" ? today : item.max];
      if (min !== null && compareText(value, min) < 0) return { code: "too_early", limit: min };
      if (max !== null && compareText(value, max) > 0) return { code: "too_late", limit: max };
      return undefined;
    }
    case "single_choice": {
      if (!isMap(value) || Object.keys(value).length !== 1) return { code: "type" };
      if (value["choice"] !== undefined) {
        return item.choices.some((choice) => choice.id === value["choice"]) ? undefined : { code: "type" };
      }
      return checkOther(item.other, value["other"]);
    }
    case "multiple_choice": {
      if (!isMap(value) || Object.keys(value).some((key) => key !== "choices" && key !== "other")) return { code: "type" };
      const chosen = value["choices"];
      if (!Array.isArray(chosen)) return { code: "type" };
      const inOrder = item.choices.map((choice) => choice.id).filter((choice) => chosen.includes(choice));
      if (inOrder.length !== chosen.length || inOrder.some((choice, at) => chosen[at] !== choice)) return { code: "type" };
      const other = value["other"] === undefined ? undefined : checkOther(item.other, value["other"]);
      if (other !== undefined) return other;
      const number = chosen.length + (value["other"] === undefined ? 0 : 1);
      if (item.min !== null && number < item.min) return { code: "too_few", limit: String(item.min) };
      if (item.max !== null && number > item.max) return { code: "too_many", limit: String(item.max) };
      return undefined;
    }
    case "rating":
      if (typeof value !== "number" || !Number.isInteger(value)) return { code: "type" };
      return value >= 1 && value <= item.scale ? undefined : { code: "type" };
    case "likert": {
      if (!isMap(value)) return { code: "type" };
      const good = Object.entries(value).every(
        ([row, column]) => item.rows.some((one) => one.id === row) && item.columns.some((one) => one.id === column),
      );
      if (!good) return { code: "type" };
      return item.required && Object.keys(value).length < item.rows.length ? { code: "incomplete" } : undefined;
    }
    case "ranking": {
      if (!Array.isArray(value)) return { code: "type" };
      const all = item.choices.map((choice) => choice.id);
      const same = value.length === all.length && all.every((choice) => value.includes(choice));
      return same ? undefined : { code: "type" };
    }
    case "yes_no":
      return typeof value === "boolean" ? undefined : { code: "type" };
    case "file":
      if (!Array.isArray(value) || !value.every(isFile)) return { code: "type" };
      return value.length > item.max_files ? { code: "too_many", limit: String(item.max_files) } : undefined;
  }
}

function checkOther(allowed: boolean, value: unknown): Problem | undefined {
  if (!allowed || typeof value !== "string" || !isPlain(value) || isBlank(value)) return { code: "type" };
  return count(value) > OTHER_LIMIT ? { code: "too_long", limit: String(OTHER_LIMIT) } : undefined;
}

function isFile(value: unknown): boolean {
  if (!isMap(value) || Object.keys(value).sort().join() !== "blob,kind,name,size") return false;
  const { blob, name, size, kind } = value;
  return (
    typeof blob === "string" &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(blob) &&
    typeof name === "string" &&
    name !== "" &&
    count(name) <= FILE_NAME_LIMIT &&
    typeof kind === "string" &&
    typeof size === "number" &&
    Number.isInteger(size) &&
    size >= 0
  );
}

/** Whether the answers fulfil the condition. A question without an answer fulfils no comparison. */
export function fulfils(
  condition: Condition,
  known: ReadonlyMap<string, Item>,
  answers: Answers,
  today: string,
): boolean {
  if (isComparison(condition)) return compares(condition, known.get(condition.question), answers, today);
  if ("not" in condition) return !fulfils(condition.not, known, answers, today);
  if ("all" in condition) return condition.all.every((part) => fulfils(part, known, answers, today));
  return condition.any.some((part) => fulfils(part, known, answers, today));
}

function compares({ question, op, value: target, row }: Comparison, item: Item | undefined, answers: Answers, today: string): boolean {
  const value = Object.hasOwn(answers, question) ? answers[question] : undefined;
  if (item === undefined || !isQuestion(item) || value === undefined) return false;
  if (op === "answered") return row === undefined || (item.type === "likert" && isMap(value) && Object.hasOwn(value, row));
  if ((row !== undefined) !== (item.type === "likert")) return false;
  switch (item.type) {
    case "short_text":
    case "long_text":
      return op === "equals" && value === target;
    case "number":
      if (typeof target !== "string" || !DECIMAL.test(target)) return false;
      return ordered(op, compareDecimals(value as string, target));
    case "date": {
      const day = target === "today" ? today : target;
      return typeof day === "string" && isDay(day) && ordered(op, compareText(value as string, day));
    }
    case "rating":
      return typeof target === "number" && ordered(op, (value as number) - target);
    case "single_choice":
      return op === "equals" && (target === OTHER ? parts(value)["other"] !== undefined : parts(value)["choice"] === target);
    case "multiple_choice":
      return (
        op === "includes" &&
        (target === OTHER ? parts(value)["other"] !== undefined : (parts(value)["choices"] as readonly unknown[]).includes(target))
      );
    case "likert":
      return op === "equals" && row !== undefined && Object.hasOwn(parts(value), row) && parts(value)[row] === target;
    case "ranking":
      return op === "first" && Array.isArray(value) && value[0] === target;
    case "yes_no":
      return op === "equals" && value === target;
    case "file":
      return false;
  }
}

function ordered(op: Op, order: number): boolean {
  if (op === "equals") return order === 0;
  if (op === "gt") return order > 0;
  if (op === "ge") return order >= 0;
  if (op === "lt") return order < 0;
  return op === "le" && order <= 0;
}
