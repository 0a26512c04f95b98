/** Submissions as the analysis counts them, and which of them are chosen. */

import { type CaseState } from "../strangers";
import { type Choice, isListed, type Question } from "./questions";

const DAY = /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/;

export type Answers = Readonly<Record<string, unknown>>;

/** One submission. `answers` are the open ones, with the sealed ones once they are opened. */
export interface Row {
  readonly id: string;
  readonly version: number;
  /** YYYY-MM-DD. */
  readonly receivedOn: string;
  readonly language: string;
  readonly state: CaseState;
  readonly urgency: number;
  readonly category: string;
  readonly rating: number;
  readonly answers: Answers;
}

/** The filters of the address. "" and undefined: all. */
export interface Filter {
  readonly version?: number | undefined;
  readonly since: string;
  readonly until: string;
  readonly language: string;
  readonly state: string;
  readonly category: string;
  readonly where: readonly { readonly question: string; readonly value: string }[];
}

export function readFilter(query: URLSearchParams): Filter {
  const version = Number(query.get("version") ?? "");
  return {
    version: Number.isInteger(version) && version > 0 ? version : undefined,
    since: day(query.get("since")),
    until: day(query.get("until")),
    language: query.get("language") ?? "",
    state: query.get("state") ?? "",
    category: query.get("category") ?? "",
    where: query.getAll("where").flatMap((text) => {
      const at = text.indexOf(":");
      return at > 0 && at < text.length - 1 ? [{ question: text.slice(0, at), value: text.slice(at + 1) }] : [];
    }),
  };
}

function day(text: string | null): string {
  return DAY.test(text ?? "") ? (text ?? "") : "";
}

export function choose(rows: readonly Row[], filter: Filter, questions: readonly Question[]): readonly Row[] {
  const wheres = filter.where.map(({ question, value }) => ({
    value,
    // Only by open questions: the address, which others see, must tell nothing of sealed ones.
    asked: questions.filter((one) => one.id === question && !one.sealed),
  }));
  return rows.filter(
    (row) =>
      (filter.version === undefined || row.version === filter.version) &&
      (filter.since === "" || row.receivedOn >= filter.since) &&
      (filter.until === "" || row.receivedOn <= filter.until) &&
      (filter.language === "" || row.language === filter.language) &&
      (filter.state === "" || row.state === filter.state) &&
      (filter.category === "" || row.category === filter.category) &&
      wheres.every(({ asked, value }) =>
        asked.some(
          (one) => one.versions.has(row.version) && given(one, row.answers).some((pair) => pair.value === value),
        ),
      ),
  );
}

/** One countable value of an answer; `row` of a matrix, or the choice of a ranking, whose value is its place. */
export interface Given {
  readonly row: string;
  readonly value: string;
}

/**
 * What an answer counts as; nothing for one that is not there, or that the question does not offer: whoever
 * sends answers can seal whatever they like.
 */
export function given(question: Question, answers: Answers): readonly Given[] {
  const found = said(question, answers);
  const isOf = (list: readonly Choice[], id: string): boolean => list.some((one) => one.id === id);
  if (isListed(question)) return found.filter((one) => isOf(question.choices, one.value));
  if (question.type === "ranking") return found.filter((one) => isOf(question.choices, one.row));
  if (question.type === "likert") {
    return found.filter((one) => isOf(question.rows, one.row) && isOf(question.columns, one.value));
  }
  if (question.type === "date") return found.filter((one) => DAY.test(one.value));
  return found;
}

function said(question: Question, answers: Answers): readonly Given[] {
  const answer = answers[question.id];
  if (answer === undefined || answer === null) return [];
  const plain = (value: string): Given => ({ row: "", value });
  switch (question.type) {
    case "single_choice":
    case "multiple_choice": {
      if (typeof answer !== "object") return [];
      const { choice, choices, other } = answer as { choice?: unknown; choices?: unknown; other?: unknown };
      const ids = [choice, ...(Array.isArray(choices) ? (choices as unknown[]) : [])].filter(
        (one): one is string => typeof one === "string",
      );
      return [...ids, ...(typeof other === "string" ? ["other"] : [])].map(plain);
    }
    case "ranking":
      return Array.isArray(answer) ? answer.map((one, at) => ({ row: String(one), value: String(at + 1) })) : [];
    case "likert":
      return typeof answer === "object"
        ? Object.entries(answer as Record<string, unknown>).map(([row, value]) => ({ row, value: String(value) }))
        : [];
    case "yes_no":
      return typeof answer === "boolean" ? [plain(String(answer))] : [];
    case "rating":
      return typeof answer === "number" ? [plain(String(answer))] : [];
    case "file":
      return Array.isArray(answer) ? [plain(String(answer.length))] : [];
    default:
      return typeof answer === "string" ? [plain(answer)] : [];
  }
}
