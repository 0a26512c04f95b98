/**
 * A form being filled in: what was typed, where the person stands, what is asked now. No page, no network.
 *
 * What was typed into a question that is hidden meanwhile is kept, and isn't sent.
 */

import {
  type Answers,
  DECIMAL,
  type Definition,
  evaluate,
  type Evaluation,
  fill,
  isQuestion,
  type Item,
  itemsOf,
  type QuestionItem,
  type SayWords,
  type Step,
  type Text,
  type Value,
} from "../logic";

/** Behind the last step. */
export const REVIEW = "review";

/** What is kept of a form that isn't sent yet. */
export interface Kept {
  readonly language: string;
  /** A step's id, or "review". */
  readonly at: string;
  readonly typed: Answers;
  /** Questions whose default was put in, so that an emptied one stays empty. */
  readonly begun: readonly string[];
}

export class Filling {
  language: string;
  at: string;
  private typed: Record<string, Value>;
  private readonly begun: Set<string>;
  private found: Evaluation;

  constructor(
    readonly definition: Definition,
    language: string,
    private readonly today: () => string,
    kept?: Kept,
  ) {
    const known = new Set(itemsOf(definition).map((item) => item.id));
    this.typed = Object.fromEntries(Object.entries(kept?.typed ?? {}).filter(([id]) => known.has(id)));
    this.begun = new Set(kept?.begun);
    this.language = definition.languages.includes(kept?.language ?? "") ? (kept?.language ?? "") : language;
    this.found = this.evaluate();
    this.at = this.places.includes(kept?.at ?? "") ? (kept?.at ?? "") : (this.places[0] ?? REVIEW);
  }

  get kept(): Kept {
    return { language: this.language, at: this.at, typed: { ...this.typed }, begun: [...this.begun] };
  }

  get evaluation(): Evaluation {
    return this.found;
  }

  /** Steps that are asked and have something to show. */
  get steps(): readonly Step[] {
    return this.definition.steps.filter(
      (step) => this.found.shown.has(step.id) && step.items.some((item) => this.found.shown.has(item.id)),
    );
  }

  get step(): Step | undefined {
    return this.steps.find((step) => step.id === this.at);
  }

  /** From 1; the review is the last. */
  get progress(): { readonly number: number; readonly count: number } {
    return { number: this.places.indexOf(this.at) + 1, count: this.places.length };
  }

  /** What is wrong with the answers of a step, or of the whole form. */
  problemsOf(step?: Step): readonly QuestionItem[] {
    const items: readonly Item[] = step?.items ?? itemsOf(this.definition);
    return items.filter(isQuestion).filter((item) => this.found.problems[item.id] !== undefined);
  }

  typedOf(id: string): Value | undefined {
    return Object.hasOwn(this.typed, id) ? this.typed[id] : undefined;
  }

  type(id: string, value: Value | undefined): void {
    if (value === undefined) this.typed = Object.fromEntries(Object.entries(this.typed).filter(([key]) => key !== id));
    else this.typed = { ...this.typed, [id]: value };
    this.found = this.evaluate();
  }

  /** Puts in the defaults of a step that is seen for the first time. */
  beginStep(say: (text: Text) => string): void {
    for (const item of this.step?.items ?? []) {
      if (!isQuestion(item) || this.begun.has(item.id) || !this.found.shown.has(item.id)) continue;
      this.begun.add(item.id);
      if (item.default === null || this.typedOf(item.id) !== undefined) continue;
      const piped = item.type === "short_text" || item.type === "long_text";
      this.type(item.id, piped && typeof item.default === "string" ? say({ [this.language]: item.default }) : item.default);
    }
  }

  /** To the step behind this one, or the review; undefined if there is none. */
  get following(): string | undefined {
    return this.places[this.places.indexOf(this.at) + 1];
  }

  get preceding(): string | undefined {
    return this.places[this.places.indexOf(this.at) - 1];
  }

  /** Whether one can stand there now: a step that is asked, or the review. */
  isPlace(at: string): boolean {
    return this.places.includes(at);
  }

  /** A text of the form in the person's language, with earlier answers in it. */
  say(text: Text, words: SayWords): string {
    return fill(text, this.language, this.definition, this.found.answers, words);
  }

  private get places(): readonly string[] {
    return [...this.steps.map((step) => step.id), REVIEW];
  }

  private evaluate(): Evaluation {
    return evaluate(this.definition, this.typed, { today: this.today() });
  }
}

/** The day in UTC, as conditions mean it. */
export function todayUtc(now = Date.now()): string {
  return new Date(now).toISOString().slice(0, 10);
}

/** Whether a language is written from the right. */
export function directionOfLanguage(language: string): "ltr" | "rtl" {
  return /^(ar|arc|ckb|dv|fa|he|ks|nqo|ps|sd|syr|ug|ur|yi)(-|$)|-(Arab|Hebr|Thaa|Syrc)\b/i.test(language) ? "rtl" : "ltr";
}

/**
 * The decimal that was meant: any script's digits, spaces between groups, a comma or a point.
 *
 * A comma or a point stands before decimals or between groups of three, by the language of the form: "1,500" is one and
 * a half thousand in English and one and a half in French. A whole number has no decimals. What is no number stays as
 * it was typed, so that the person sees and mends it.
 */
export function plainNumber(typed: string, language: string, isWhole = false): string {
  const digits = Array.from(typed.trim(), (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    for (const zero of [0x660, 0x6f0, 0x966]) if (code >= zero && code < zero + 10) return String(code - zero);
    return letter;
  }).join("");
  const plain = digits.replace(/[\s\u00a0\u202f\u066c'’\u200e\u200f\u061c]/g, "").replaceAll("\u060c", ",").replace(/^[\u2212\u2013]/, "-");
  const parts = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(withPoint(plain, language, isWhole));
  if (parts === null) return typed.trim();
  const [, sign = "", whole = "0", fraction = ""] = parts;
  const value = fraction === "" ? whole : `${whole}.${fraction}`;
  return sign === "-" && /[1-9]/.test(value) ? `-${value}` : value;
}

/** A decimal as `plainNumber` made it, to be changed by the person: with the language's mark before its decimals. */
export function numberInField(value: string, language: string): string {
  return DECIMAL.test(value) ? value.replace(".", decimalMark(language)) : value;
}

/** Its decimals behind a point, its groups without a mark; as it is when the marks stand nowhere sensible. */
function withPoint(plain: string, language: string, isWhole: boolean): string {
  const marks: readonly string[] = plain.match(/[,.\u066b]/g) ?? [];
  const last = marks.at(-1);
  if (last === undefined) return plain;
  const isAlone = marks.length === 1;
  const isRepeated = marks.indexOf(last) < marks.length - 1;
  const mayGroup = last !== "\u066b" && (isRepeated || (isAlone && (isWhole || last !== decimalMark(language))));
  if (mayGroup && isGrouped(plain, last)) return plain.replaceAll(last, "");
  if (isRepeated) return plain;
  const at = plain.lastIndexOf(last);
  const [whole, fraction] = [plain.slice(0, at), plain.slice(at + 1)];
  const [group] = marks;
  if (isAlone || group === undefined) return `${whole}.${fraction}`;
  return isGrouped(whole, group) ? `${whole.replaceAll(group, "")}.${fraction}` : plain;
}

/** Groups of three; in South Asia the upper ones have two. Nothing groups behind a zero. */
function isGrouped(plain: string, mark: string): boolean {
  const [first = "", ...groups] = plain.replace(/^[+-]/, "").split(mark);
  const end = groups.at(-1) ?? "";
  return /^[1-9]\d{0,2}$/.test(first) && /^\d{3}$/.test(end) && groups.every((group) => /^\d{2,3}$/.test(group));
}

function decimalMark(language: string): string {
  try {
    return new Intl.NumberFormat(language).formatToParts(0.5).find((one) => one.type === "decimal")?.value ?? ".";
  } catch {
    return ".";
  }
}
