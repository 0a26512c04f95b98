/** Counts of chosen submissions: one question, two against each other, and over time. */

import { given, type Row } from "./records";
import { type Choice, type Question } from "./questions";

export interface Tally {
  /** How many submissions answered it, whatever they said. */
  readonly answered: number;
  /** How many were asked: those of the versions that have it. */
  readonly asked: number;
  readonly count: (value: string, row?: string) => number;
}

export function tally(question: Question, rows: readonly Row[]): Tally {
  const counts = new Map<string, number>();
  let [answered, asked] = [0, 0];
  for (const row of rows) {
    if (!question.versions.has(row.version)) continue;
    asked += 1;
    const values = given(question, row.answers);
    if (values.length > 0) answered += 1;
    // A value counts once for each submission, however often it stands there.
    for (const name of new Set(values.map((one) => nameOf(one.row, one.value)))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return { answered, asked, count: (value, row = "") => counts.get(nameOf(row, value)) ?? 0 };
}

function nameOf(row: string, value: string): string {
  return `${row}\n${value}`;
}

/** Values of `down` by values of `across`, of those who answered both. */
export function cross(down: Question, across: Question, rows: readonly Row[]): { counts: number[][]; n: number } {
  const counts = down.choices.map(() => across.choices.map(() => 0));
  const [places, besides] = [placesOf(down.choices), placesOf(across.choices)];
  let n = 0;
  for (const row of rows) {
    if (!down.versions.has(row.version) || !across.versions.has(row.version)) continue;
    const found = firsts(down, row).map((value) => places.get(value));
    const beside = firsts(across, row).map((value) => besides.get(value));
    if (found.length > 0 && beside.length > 0) n += 1;
    for (const one of found) {
      const line = one === undefined ? undefined : counts[one];
      if (line === undefined) continue;
      for (const other of beside) if (other !== undefined) line[other] = (line[other] ?? 0) + 1;
    }
  }
  return { counts, n };
}

/** What stands for an answer by itself: of a ranking, what came first. */
export function firsts(question: Question, row: Row): readonly string[] {
  const values = given(question, row.answers);
  if (question.type === "ranking") return values.filter((one) => one.value === "1").map((one) => one.row);
  return [...new Set(values.map((one) => one.value))];
}

function placesOf(choices: readonly Choice[]): ReadonlyMap<string, number> {
  return new Map(choices.map((one, at) => [one.id, at]));
}

export type Period = "week" | "month";

/** The first day of the week (Monday) or month of a day, both YYYY-MM-DD. */
export function firstDay(day: string, period: Period): string {
  if (period === "month") return `${day.slice(0, 7)}-01`;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** Every period from the first to the last day, also those in which nothing came. At most ten years of weeks. */
export function periodsOf(days: readonly string[], period: Period): readonly string[] {
  const firsts = days.filter((day) => !Number.isNaN(Date.parse(day))).map((day) => firstDay(day, period)).sort();
  const [first, last] = [firsts[0], firsts.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found: string[] = [];
  const date = new Date(`${first}T00:00:00Z`);
  for (let day = first; day <= last; day = date.toISOString().slice(0, 10)) {
    found.push(day);
    if (period === "week") date.setUTCDate(date.getUTCDate() + 7);
    else date.setUTCMonth(date.getUTCMonth() + 1);
  }
  return found.slice(-520);
}

/** How many submissions came in each period, with `value` for an answer to `question` if given. */
export function trend(
  rows: readonly Row[],
  periods: readonly string[],
  period: Period,
  question?: Question,
  value = "",
): readonly number[] {
  const places = new Map(periods.map((day, at) => [day, at]));
  const counts = periods.map(() => 0);
  for (const row of rows) {
    if (question !== undefined) {
      if (!question.versions.has(row.version) || !firsts(question, row).includes(value)) continue;
    }
    const at = places.get(firstDay(row.receivedOn, period));
    if (at !== undefined) counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts;
}
