/**
 * The questions of all published versions of a form, each once: the same rules as
 * comms/feedback/selectors/questions.py.
 *
 * Two versions' questions are one where id, type, padlock, choices, rows and columns agree. Where they do
 * not, each is counted for its own versions.
 */

export type Text = Readonly<Record<string, string>>;

export interface Choice {
  readonly id: string;
  readonly label: string;
}

export interface Question {
  /** The id, or id~n for one that other versions ask differently. */
  readonly key: string;
  readonly id: string;
  readonly type: string;
  readonly label: string;
  readonly sealed: boolean;
  /** Of yes or no, and of a rating, too. */
  readonly choices: readonly Choice[];
  readonly rows: readonly Choice[];
  readonly columns: readonly Choice[];
  readonly unit: string;
  readonly versions: ReadonlySet<number>;
}

export interface QuestionWords {
  readonly yes: string;
  readonly no: string;
  readonly other: string;
}

export type ChartKind = "bars" | "likert" | "histogram" | "months" | "texts" | "files";

interface Item {
  readonly id: string;
  readonly type: string;
  readonly label?: Text;
  readonly sealed?: boolean;
  readonly choices?: readonly { readonly id: string; readonly label: Text }[];
  readonly rows?: readonly { readonly id: string; readonly label: Text }[];
  readonly columns?: readonly { readonly id: string; readonly label: Text }[];
  readonly other?: boolean;
  readonly scale?: number;
  readonly low?: Text;
  readonly high?: Text;
  readonly unit?: Text;
}

/** What the analysis reads of a definition, which a reader has signed. */
export interface Definition {
  readonly languages: readonly string[];
  readonly title?: Text;
  readonly steps: readonly { readonly items: readonly Item[] }[];
}

const LISTED = ["single_choice", "multiple_choice", "yes_no", "rating"];

/** Its answers are of a list, so that it can be filtered and crossed by. */
export function isListed(question: Question): boolean {
  return LISTED.includes(question.type);
}

export function chartOf(question: Question): ChartKind {
  if (isListed(question) || question.type === "ranking") return "bars";
  switch (question.type) {
    case "likert":
      return "likert";
    case "number":
      return "histogram";
    case "date":
      return "months";
    case "file":
      return "files";
    default:
      return "texts";
  }
}

/** In the order of the newest version, then what only older ones ask. */
export function mergeQuestions(
  versions: readonly { readonly number: number; readonly definition: Definition }[],
  language: string,
  words: QuestionWords,
): readonly Question[] {
  const found = new Map<string, Question>();
  for (const { number, definition } of [...versions].sort((one, other) => other.number - one.number)) {
    for (const question of questionsOf(definition, number, language, words)) {
      const shape = JSON.stringify([
        question.id,
        question.type,
        question.sealed,
        ...[question.choices, question.rows, question.columns].map((list) => list.map((one) => one.id)),
      ]);
      const known = found.get(shape);
      found.set(
        shape,
        known === undefined ? question : { ...known, versions: new Set([...known.versions, number]) },
      );
    }
  }
  const used = new Map<string, number>();
  return [...found.values()].map((question) => {
    const count = (used.get(question.id) ?? 0) + 1;
    used.set(question.id, count);
    return count === 1 ? question : { ...question, key: `${question.id}~${count}` };
  });
}

function questionsOf(definition: Definition, number: number, language: string, words: QuestionWords): Question[] {
  const first = definition.languages[0] ?? "en";
  const order = [language, language.split("-")[0] ?? "", first];
  const say = (text: Text | undefined): string => {
    for (const one of order) if (text?.[one]) return text[one];
    return "";
  };
  const list = (rows: Item["choices"]): Choice[] =>
    (rows ?? []).map((row) => ({ id: row.id, label: say(row.label) || row.id }));
  return definition.steps
    .flatMap((step) => step.items)
    .filter((item) => item.type !== "section")
    .map((item) => ({
      key: item.id,
      id: item.id,
      type: item.type,
      label: say(item.label) || item.id,
      sealed: item.sealed === true || item.type === "file",
      choices: valuesOf(item, list(item.choices), say, words),
      rows: list(item.rows),
      columns: list(item.columns),
      unit: say(item.unit),
      versions: new Set([number]),
    }));
}

function valuesOf(
  item: Item,
  choices: readonly Choice[],
  say: (text: Text | undefined) => string,
  words: QuestionWords,
): readonly Choice[] {
  if (item.type === "yes_no") {
    return [
      { id: "true", label: words.yes },
      { id: "false", label: words.no },
    ];
  }
  if (item.type === "rating") {
    const scale = item.scale ?? 5;
    return Array.from({ length: scale }, (_none, at) => {
      const end = at === 0 ? say(item.low) : at === scale - 1 ? say(item.high) : "";
      return { id: String(at + 1), label: end === "" ? String(at + 1) : `${at + 1} · ${end}` };
    });
  }
  return item.other === true ? [...choices, { id: "other", label: words.other }] : choices;
}
