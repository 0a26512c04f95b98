/** What is saved of an analysis: rows for the team's own work, or tables for publication; each with a codebook. */

import { type Bytes } from "../../crypto/bytes";
import { fill } from "../../threads/words";
import { chartOf, type Question } from "./questions";
import { given, type Row } from "./records";
import { publicTables } from "./publication";
import { csv, type Sheet, type Value, xlsx } from "./sheets";
import { LEAST, type Table } from "./suppression";
import { type AnalysisWords } from "./words";
import { zip } from "./zip";

export type Kind = "publication" | "work";
export type Format = "csv" | "xlsx" | "json";

export interface Export {
  readonly kind: Kind;
  readonly format: Format;
  readonly title: string;
  /** Those that the filter leaves. */
  readonly rows: readonly Row[];
  readonly questions: readonly Question[];
  /** Two questions set against each other, if both are chosen. */
  readonly cross: readonly [Question | undefined, Question | undefined];
}

export interface Made {
  readonly name: string;
  readonly type: string;
  readonly content: Bytes;
  /** How many cells were left out. */
  readonly suppressed: number;
}

export function exportFile(wanted: Export, words: AnalysisWords): Made {
  const { kind, format, title, questions } = wanted;
  const name = `${slug(title)}-${kind === "work" ? "rows" : "tables"}`;
  const codebook = codebookOf(questions, words);
  const tables = kind === "publication" ? publicTables(wanted.rows, questions, wanted.cross, words) : [];
  const suppressed = tables.reduce((sum, table) => sum + table.cells.filter((cell) => cell.count === null).length, 0);
  const data: Sheet = kind === "work" ? rowsSheet(wanted.rows, questions, words) : tablesSheet(tables, words);
  switch (format) {
    case "csv": {
      const files = [data, codebook].map((sheet) => ({ name: `${slug(sheet.name)}.csv`, content: csv(sheet) }));
      return { name: `${name}.zip`, type: "application/zip", content: zip(files), suppressed };
    }
    case "xlsx":
      return {
        name: `${name}.xlsx`,
        type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content: xlsx([data, codebook]),
        suppressed,
      };
    case "json": {
      const body = kind === "work" ? { rows: wanted.rows } : { rule: fill(words.rule, { least: LEAST }), tables };
      const text = JSON.stringify({ title, kind, ...body, codebook: codebookJson(questions) }, null, 1);
      return { name: `${name}.json`, type: "application/json", content: new TextEncoder().encode(text), suppressed };
    }
  }
}

/** Hands the file to the browser's downloads. */
export function save({ name, type, content }: Made): void {
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([content], { type }));
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by the next turn; until then the address must stand.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}

/** One row for each submission; a column for each value of several answers, each row of a matrix, each rank. */
function rowsSheet(rows: readonly Row[], questions: readonly Question[], words: AnalysisWords): Sheet {
  const columns = questions.flatMap((question) => columnsOf(question));
  const about = [words.received, words.version, words.language, words.state, words.category, words.rating];
  const head: readonly Value[] = ["id", ...about, ...columns.map((one) => one.name)];
  const body = rows.map((row): readonly Value[] => [
    row.id,
    row.receivedOn,
    row.version,
    row.language,
    row.state,
    row.category,
    row.rating === 0 ? "" : row.rating,
    ...columns.map((column) => (column.question.versions.has(row.version) ? column.value(row) : "")),
  ]);
  return { name: words.rows, rows: [head, ...body] };
}

interface Column {
  readonly name: string;
  readonly question: Question;
  readonly value: (row: Row) => Value;
}

function columnsOf(question: Question): readonly Column[] {
  const { key: name, id } = question;
  const values = (row: Row): readonly string[] => given(question, row.answers).map((one) => one.value);
  const other: Column = { name: `${name}.other_text`, question, value: (row) => otherOf(row.answers[id]) };
  const hasOther = question.choices.some((one) => one.id === "other");
  switch (question.type) {
    case "multiple_choice": {
      const each = question.choices.map((choice) => ({
        name: `${name}.${choice.id}`,
        question,
        value: (row: Row): Value => (values(row).length === 0 ? "" : values(row).includes(choice.id) ? 1 : 0),
      }));
      return hasOther ? [...each, other] : each;
    }
    case "likert":
      return question.rows.map((line) => ({
        name: `${name}.${line.id}`,
        question,
        value: (row) => given(question, row.answers).find((one) => one.row === line.id)?.value ?? "",
      }));
    case "ranking":
      return question.choices.map((choice) => ({
        name: `${name}.${choice.id}`,
        question,
        value: (row) => Number(given(question, row.answers).find((one) => one.row === choice.id)?.value ?? 0) || "",
      }));
    case "rating":
      return [{ name, question, value: (row) => (values(row)[0] === undefined ? "" : Number(values(row)[0])) }];
    case "file":
      return [{ name: `${name}.files`, question, value: (row) => (values(row)[0] === undefined ? "" : Number(values(row)[0])) }];
    default: {
      const plain: Column = { name, question, value: (row) => values(row)[0] ?? "" };
      return hasOther ? [plain, other] : [plain];
    }
  }
}

function otherOf(answer: unknown): string {
  const text = typeof answer === "object" && answer !== null ? (answer as { other?: unknown }).other : undefined;
  return typeof text === "string" ? text : "";
}

function tablesSheet(tables: readonly Table[], words: AnalysisWords): Sheet {
  const head = [words.question, words.row, words.value, words.count];
  const body = tables.flatMap((table) =>
    table.cells.map(({ row, value, count }): readonly Value[] => [table.title, row, value, count ?? fill(words.tooFew, { least: LEAST })]),
  );
  return { name: words.tables, rows: [head, ...body, [], [fill(words.rule, { least: LEAST })]] };
}

function codebookOf(questions: readonly Question[], words: AnalysisWords): Sheet {
  const head = ["id", words.question, words.type, words.padlock, words.versions, words.row, words.value, words.choice];
  const rows = questions.flatMap((question): readonly Value[][] => {
    const versions = [...question.versions].sort((one, other) => one - other).join(" ");
    const about: Value[] = [question.key, question.label, question.type, question.sealed ? words.isSealed : words.isOpen, versions];
    const lists = [
      ...question.rows.map((one): Value[] => [one.id, "", one.label]),
      ...[...question.choices, ...question.columns].map((one): Value[] => ["", one.id, one.label]),
    ];
    return lists.length === 0 ? [[...about, "", "", question.unit]] : lists.map((list) => [...about, ...list]);
  });
  return { name: words.codebook, rows: [head, ...rows] };
}

function codebookJson(questions: readonly Question[]): readonly unknown[] {
  return questions.map(({ key, id, type, label, sealed, choices, rows, columns, unit, versions }) => ({
    key,
    id,
    type,
    label,
    sealed,
    chart: chartOf({ key, id, type, label, sealed, choices, rows, columns, unit, versions }),
    ...(unit === "" ? {} : { unit }),
    ...(choices.length > 0 ? { choices } : {}),
    ...(rows.length > 0 ? { rows, columns } : {}),
    versions: [...versions].sort((one, other) => one - other),
  }));
}

/** Of any script, without what file names or shells mean something by. */
function slug(text: string): string {
  const found = text.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return found.slice(0, 60) || "form";
}
