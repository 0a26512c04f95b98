/** What is drawn of each question: its chart, the facts beside it, or the texts. */

import { isolated } from "../../threads/bidi";
import { element, written } from "../../threads/dom";
import { fill } from "../../threads/words";
import { binNumbers } from "./bins";
import { type Chart, drawChart, figureOf } from "./charts";
import { chartOf, type Question } from "./questions";
import { given, type Row } from "./records";
import { cross, firsts, type Period, periodsOf, type Tally, tally, trend } from "./tally";
import { type AnalysisWords } from "./words";

/** Texts that are listed at once. */
const TEXTS_SHOWN = 50;

export interface Figure {
  readonly question: Question;
  /** Undefined: nobody answered, or it is of texts. */
  readonly chart?: Chart;
  readonly facts: readonly (readonly [string, string])[];
  readonly texts: readonly string[];
}

export function figureFor(question: Question, rows: readonly Row[], words: AnalysisWords): Figure {
  const counted = tally(question, rows);
  const none: Figure = { question, facts: [], texts: [] };
  if (counted.answered === 0) return none;
  const n = counted.answered;
  switch (chartOf(question)) {
    case "bars":
      return { ...none, chart: bars(question, counted, words) };
    case "likert":
      return {
        ...none,
        chart: {
          kind: "stack",
          n,
          head: words.statement,
          columns: question.columns.map((one) => one.label),
          rows: question.rows.map((row) => ({
            label: row.label,
            counts: question.columns.map((one) => counted.count(one.id, row.id)),
          })),
        },
      };
    case "histogram":
      return histogram(question, rows, words);
    case "months": {
      const days = valuesIn(question, rows);
      const periods = periodsOf(days, "month");
      const counts = periods.map((month) => days.filter((one) => one.startsWith(month.slice(0, 7))).length);
      const cells = periods.map((month, at) => ({ label: dayText(month, "month"), count: counts[at] ?? 0 }));
      return { ...none, chart: { kind: "line", n, head: words.month, cells } };
    }
    case "files":
      return { ...none, facts: [[words.files, figureOf(valuesIn(question, rows).reduce((sum, one) => sum + Number(one), 0))]] };
    case "texts":
      return { ...none, texts: valuesIn(question, rows) };
  }
}

/** The inside of a question's card, below its title. */
export function drawFigure({ question, chart, facts, texts }: Figure, words: AnalysisWords): readonly Node[] {
  const found: Node[] = [];
  if (chart !== undefined) found.push(drawChart(chart, question.label, words));
  if (facts.length > 0) {
    const rows = facts.map(([name, value]) => element("div", "", element("dt", "", name), element("dd", "", value)));
    found.push(element("dl", "chart-facts", ...rows));
  }
  if (texts.length > 0) {
    found.push(element("p", "chart-n", fill(words.n, { n: figureOf(texts.length) })));
    const list = element("ul", "chart-texts", ...texts.slice(0, TEXTS_SHOWN).map((text) => written("li", "", text)));
    list.tabIndex = 0;
    list.setAttribute("aria-label", isolated(question.label));
    found.push(list);
    if (texts.length > TEXTS_SHOWN) {
      found.push(element("p", "chart-note", fill(words.moreTexts, { count: figureOf(texts.length - TEXTS_SHOWN) })));
    }
  }
  return found.length > 0 ? found : [element("p", "chart-none", words.nobody)];
}

/** Two questions set against each other; undefined if nobody answered both. */
export function crossChart(down: Question, across: Question, rows: readonly Row[]): Chart | undefined {
  const { counts, n } = cross(down, across, rows);
  if (n === 0) return undefined;
  return {
    kind: "stack",
    n,
    head: down.label,
    columns: across.choices.map((one) => one.label),
    rows: down.choices.map((choice, at) => ({ label: choice.label, counts: counts[at] ?? [] })),
  };
}

/** Submissions over time, and each answer of the question that is followed, on the same periods. */
export function trendCharts(
  rows: readonly Row[],
  period: Period,
  words: AnalysisWords,
  follow?: Question,
): readonly { readonly label: string; readonly chart: Chart }[] {
  const periods = periodsOf(
    rows.map((row) => row.receivedOn),
    period,
  );
  if (periods.length === 0) return [];
  const head = period === "month" ? words.month : words.weekFrom;
  const line = (label: string, counts: readonly number[]): { label: string; chart: Chart } => ({
    label,
    chart: {
      kind: "line",
      head,
      n: counts.reduce((sum, count) => sum + count, 0),
      cells: periods.map((day, at) => ({ label: dayText(day, period), count: counts[at] ?? 0 })),
    },
  });
  const followed = (follow?.choices ?? []).map((one) => line(one.label, trend(rows, periods, period, follow, one.id)));
  return [line(words.submissions, trend(rows, periods, period)), ...followed];
}

function bars(question: Question, counted: Tally, words: AnalysisWords): Chart {
  const isRanking = question.type === "ranking";
  const note = isRanking ? words.first : question.type === "multiple_choice" ? words.several : "";
  const cells = question.choices.map((one) => ({
    label: one.label,
    count: isRanking ? counted.count("1", one.id) : counted.count(one.id),
  }));
  return { kind: "bars", n: counted.answered, head: words.answer, cells, note };
}

function histogram(question: Question, rows: readonly Row[], words: AnalysisWords): Figure {
  const numbers = binNumbers(valuesIn(question, rows));
  if (numbers === undefined) return { question, facts: [], texts: [] };
  const { bins, n, isWhole, least, median, mean, most } = numbers;
  const head = question.unit === "" ? words.number : question.unit;
  return {
    question,
    chart: { kind: "histogram", n, head, cells: bins, note: isWhole ? "" : words.upperEnd },
    facts: [
      [words.least, least],
      [words.median, median],
      [words.mean, mean],
      [words.most, most],
    ],
    texts: [],
  };
}

function valuesIn(question: Question, rows: readonly Row[]): readonly string[] {
  const asked = rows.filter((row) => question.versions.has(row.version));
  return asked.flatMap((row) => (firsts(question, row).length > 0 ? given(question, row.answers) : [])).map((one) => one.value);
}

/** A week's Monday or a month, in the page's language. Days are in UTC, as they are kept. */
export function dayText(day: string, period: Period): string {
  const language = document.documentElement.lang || "en";
  const style: Intl.DateTimeFormatOptions =
    period === "month" ? { month: "short", year: "numeric" } : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(language, { ...style, timeZone: "UTC", numberingSystem: "latn" }).format(
    new Date(`${day}T00:00:00Z`),
  );
}
