/**
 * What a form is: its languages, steps and questions, as docs/forms.md describes it.
 *
 * The server reads the same bytes in comms/feedback/logic; tests/vectors/form_logic.json holds both to one meaning.
 */

/** Words by language. A language that is missing falls back to the form's first. */
export type Text = Readonly<Record<string, string>>;

export type ItemType =
  | "short_text"
  | "long_text"
  | "number"
  | "date"
  | "single_choice"
  | "multiple_choice"
  | "rating"
  | "likert"
  | "ranking"
  | "yes_no"
  | "file"
  | "section";

export type Op = "answered" | "equals" | "includes" | "first" | "gt" | "ge" | "lt" | "le";

/** Of an earlier question; in a constraint also of its own. `row` names the row of a Likert matrix. */
export interface Comparison {
  readonly question: string;
  readonly op: Op;
  readonly value?: string | number | boolean;
  readonly row?: string;
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | Comparison;

export interface Choice {
  readonly id: string;
  readonly label: Text;
}

export interface Constraint {
  readonly condition: Condition;
  readonly message: Text;
}

export type SingleValue = { readonly choice: string } | { readonly other: string };
export interface MultipleValue {
  /** In the order of the definition. */
  readonly choices: readonly string[];
  readonly other?: string;
}
export type LikertValue = Readonly<Record<string, string>>;
export interface FileValue {
  readonly blob: string;
  readonly name: string;
  readonly size: number;
  readonly kind: string;
}

/** Text, a number as a decimal string, a date as YYYY-MM-DD; a rating; yes or no; the rest by their types. */
export type Value =
  | string
  | number
  | boolean
  | SingleValue
  | MultipleValue
  | LikertValue
  | readonly string[]
  | readonly FileValue[];

/** By the question's id. Nothing for a question that has no answer. */
export type Answers = Readonly<Record<string, Value>>;

interface Base {
  readonly id: string;
  readonly label: Text;
  readonly hint: Text;
  readonly visible: Condition | null;
}

interface Question extends Base {
  readonly required: boolean;
  /** Encrypted in the browser for the form's readers; otherwise the server may read and count it. */
  readonly sealed: boolean;
  readonly constraint: Constraint | null;
  readonly default: Value | null;
}

export interface TextItem extends Question {
  readonly type: "short_text" | "long_text";
  /** In characters. */
  readonly max_length: number;
}
export interface NumberItem extends Question {
  readonly type: "number";
  readonly integer: boolean;
  readonly min: string | null;
  readonly max: string | null;
  readonly unit: Text;
}
export interface DateItem extends Question {
  readonly type: "date";
  /** YYYY-MM-DD or "today". */
  readonly min: string | null;
  readonly max: string | null;
}
export interface SingleItem extends Question {
  readonly type: "single_choice";
  readonly choices: readonly Choice[];
  readonly other: boolean;
}
export interface MultipleItem extends Question {
  readonly type: "multiple_choice";
  readonly choices: readonly Choice[];
  readonly other: boolean;
  /** How many may be chosen. */
  readonly min: number | null;
  readonly max: number | null;
}
export interface RatingItem extends Question {
  readonly type: "rating";
  /** 1 to this. */
  readonly scale: number;
  readonly low: Text;
  readonly high: Text;
}
export interface LikertItem extends Question {
  readonly type: "likert";
  readonly rows: readonly Choice[];
  readonly columns: readonly Choice[];
}
export interface RankingItem extends Question {
  readonly type: "ranking";
  readonly choices: readonly Choice[];
}
export interface YesNoItem extends Question {
  readonly type: "yes_no";
}
export interface FileItem extends Question {
  readonly type: "file";
  readonly max_files: number;
}
/** Text between the questions. */
export interface SectionItem extends Base {
  readonly type: "section";
}

export type QuestionItem =
  | TextItem
  | NumberItem
  | DateItem
  | SingleItem
  | MultipleItem
  | RatingItem
  | LikertItem
  | RankingItem
  | YesNoItem
  | FileItem;
export type Item = QuestionItem | SectionItem;

export interface Step {
  readonly id: string;
  readonly title: Text;
  readonly visible: Condition | null;
  readonly items: readonly Item[];
}

/** Full when `limit` submissions fulfil the condition. */
export interface Quota {
  readonly condition: Condition;
  readonly limit: number;
}

export interface Definition {
  readonly format: 1;
  /** BCP 47; the first is the one that the others are translated from. */
  readonly languages: readonly string[];
  readonly title: Text;
  readonly intro: Text;
  /** Said when the answers were sent. */
  readonly thanks: Text;
  readonly steps: readonly Step[];
  readonly quotas: readonly Quota[];
}

export const ITEM_TYPES: readonly ItemType[] = [
  "short_text",
  "long_text",
  "number",
  "date",
  "single_choice",
  "multiple_choice",
  "rating",
  "likert",
  "ranking",
  "yes_no",
  "file",
  "section",
];

/** The choice id that stands for a text of one's own. */
export const OTHER = "other";

export function isQuestion(item: Item): item is QuestionItem {
  return item.type !== "section";
}

export function isComparison(condition: Condition): condition is Comparison {
  return "question" in condition;
}

/** Every item in order. */
export function itemsOf(definition: Definition): readonly Item[] {
  return definition.steps.flatMap((step) => step.items);
}

/** Every comparison in a condition. */
export function comparisonsOf(condition: Condition | null): readonly Comparison[] {
  if (condition === null) return [];
  if (isComparison(condition)) return [condition];
  if ("not" in condition) return comparisonsOf(condition.not);
  return ("all" in condition ? condition.all : condition.any).flatMap(comparisonsOf);
}
