/** The tables that are published of an analysis, without the cells that could point at somebody. */

import { binNumbers } from "./bins";
import { dayText } from "./figures";
import { chartOf, isListed, type Question } from "./questions";
import { type Row } from "./records";
import { type Cell, hideChoices, hideGrid, hideParts, LEAST, type Table } from "./suppression";
import { firsts, periodsOf, tally, trend } from "./tally";
import { type AnalysisWords } from "./words";

/** Why tables of so many of all submissions can't be published; undefined when they can. */
export function refusalOf(all: number, chosen: number): "tooFewAll" | "nearlyAll" | undefined {
  if (chosen < LEAST) return "tooFewAll";
  // The tables of all minus these would be those of the few that are left.
  return all > chosen && all - chosen < LEAST ? "nearlyAll" : undefined;
}

/** Of every question that can be counted, of two against each other, and of when submissions came. */
export function publicTables(
  rows: readonly Row[],
  questions: readonly Question[],
  cross: readonly [Question | undefined, Question | undefined],
  words: AnalysisWords,
): readonly Table[] {
  // Of so few, every table says something about each of them.
  if (rows.length < LEAST) return [];
  const tables = questions.flatMap((question) => tableFor(question, rows, words));
  const [down, across] = cross;
  const crossed = down !== undefined && across !== undefined ? crossTable(down, across, rows, words) : [];
  return [...tables, ...crossed, overTime(rows, words)];
}

/** Values that add up with "no answer" to all who were asked. */
interface Parts {
  readonly labels: readonly string[];
  readonly counts: readonly number[];
  readonly spare: number;
}

function tableFor(question: Question, rows: readonly Row[], words: AnalysisWords): readonly Table[] {
  const counted = tally(question, rows);
  if (counted.asked < LEAST) return [];
  const { key, label: title } = question;
  const of = (cells: readonly Cell[]): readonly Table[] => [{ question: key, title, cells }];
  if (question.type === "multiple_choice") {
    const counts = question.choices.map((one) => counted.count(one.id));
    const none = counted.asked - counted.answered;
    const isTelling = none > 0 && none < LEAST;
    // While "no answer" is small, how many answered is not told either: with it, neither share nor rest is known.
    const hidden = counted.answered < LEAST ? counts.map(() => true) : hideChoices(counts, isTelling ? counted.asked : counted.answered);
    const cells = question.choices.map((one, at) => cell("", one.label, counts[at] ?? 0, hidden[at]));
    return of([...cells, cell("", words.noAnswer, none, isTelling || counted.answered < LEAST)]);
  }
  if (chartOf(question) === "likert") {
    return of(
      question.rows.flatMap((row) => {
        const counts = question.columns.map((one) => counted.count(one.id, row.id));
        const spare = counted.asked - counts.reduce((sum, count) => sum + count, 0);
        return cellsOf({ labels: question.columns.map((one) => one.label), counts, spare }, row.label, words);
      }),
    );
  }
  const parts = partsOf(question, rows, counted.asked, words);
  return parts === undefined ? [] : of(cellsOf(parts, "", words));
}

/** Undefined for what is not counted. */
function partsOf(question: Question, rows: readonly Row[], asked: number, words: AnalysisWords): Parts | undefined {
  const answered = rows.filter((row) => question.versions.has(row.version)).map((row) => firsts(question, row)[0]);
  const values = answered.filter((one): one is string => one !== undefined);
  const spare = asked - values.length;
  switch (chartOf(question)) {
    case "bars": {
      const counts = question.choices.map((one) => values.filter((value) => value === one.id).length);
      return { labels: question.choices.map((one) => one.label), counts, spare };
    }
    case "histogram": {
      const bins = binNumbers(values)?.bins ?? [];
      return { labels: bins.map((one) => one.label), counts: bins.map((one) => one.count), spare: asked - (binNumbers(values)?.n ?? 0) };
    }
    case "months": {
      const months = periodsOf(values, "month");
      const counts = months.map((month) => values.filter((value) => value.startsWith(month.slice(0, 7))).length);
      return { labels: months.map((month) => dayText(month, "month")), counts, spare };
    }
    case "likert":
    case "files":
    case "texts":
      return { labels: [words.answer], counts: [values.length], spare };
  }
}

function cellsOf({ labels, counts, spare }: Parts, row: string, words: AnalysisWords): readonly Cell[] {
  const hidden = hideParts(counts, spare);
  return [...labels, words.noAnswer].map((label, at) => cell(row, label, counts[at] ?? spare, hidden[at]));
}

/** Only of questions with one answer each: what adds up to known sums can be shown not to give anything away. */
function crossTable(down: Question, across: Question, rows: readonly Row[], words: AnalysisWords): readonly Table[] {
  if ([down, across].some((one) => one.type === "multiple_choice" || !isListed(one)) || down.key === across.key) return [];
  const asked = rows.filter((row) => down.versions.has(row.version) && across.versions.has(row.version));
  // Where one of them was put to others too, the sums are not those of its own table, and their difference might tell.
  const isSame = [down, across].every((one) => rows.every((row) => !one.versions.has(row.version) || asked.includes(row)));
  if (asked.length < LEAST || !isSame) return [];
  const [rowNames, columnNames] = [down, across].map((one) => [...one.choices.map((choice) => choice.id), ""]) as [string[], string[]];
  const counts = rowNames.map(() => columnNames.map(() => 0));
  for (const row of asked) {
    const line = counts[rowNames.indexOf(firsts(down, row)[0] ?? "")];
    const column = columnNames.indexOf(firsts(across, row)[0] ?? "");
    if (line !== undefined) line[column] = (line[column] ?? 0) + 1;
  }
  const sums = counts.map((line) => line.reduce((sum, count) => sum + count, 0));
  const below = columnNames.map((_name, column) => counts.reduce((sum, line) => sum + (line[column] ?? 0), 0));
  const hiddenIn = (totals: readonly number[]): readonly boolean[] => hideParts(totals.slice(0, -1), totals.at(-1) ?? 0);
  const hidden = hideGrid(counts, hiddenIn(sums), hiddenIn(below));
  const labels = (question: Question): readonly string[] => [...question.choices.map((one) => one.label), words.noAnswer];
  const [rowLabels, columnLabels] = [labels(down), labels(across)];
  const cells = counts.flatMap((line, at) =>
    line.map((count, column) => cell(rowLabels[at] ?? "", columnLabels[column] ?? "", count, hidden[at]?.[column])),
  );
  return [{ question: `${down.key} × ${across.key}`, title: `${down.label} × ${across.label}`, cells }];
}

function overTime(rows: readonly Row[], words: AnalysisWords): Table {
  const months = periodsOf(
    rows.map((row) => row.receivedOn),
    "month",
  );
  const counts = trend(rows, months, "month");
  const hidden = hideParts(counts, 0);
  const cells = months.map((month, at) => cell("", dayText(month, "month"), counts[at] ?? 0, hidden[at]));
  return { question: "", title: words.submissions, cells };
}

function cell(row: string, value: string, count: number, isOut: boolean | undefined): Cell {
  return { row, value, count: isOut === false ? count : null };
}
