/** A definition and its answers, as a person reads them. */

import { type Answers, type Definition, evaluate, fill, inLanguage, isQuestion, type QuestionItem, say, type Value } from "../logic";
import { type CaseWords } from "./words";

export interface AnsweredItem {
  readonly id: string;
  readonly label: string;
  readonly sealed: boolean;
  readonly isSection: boolean;
  /** Empty without an answer; of several things, a line each. */
  readonly words: string;
}

type Said = Pick<CaseWords, "yes" | "no" | "rated">;

/** In the order of the form, without what the person was not asked. `day`: when it was answered, YYYY-MM-DD. */
export function answersInWords(
  definition: Definition,
  given: Answers,
  language: string,
  day: string,
  words: Said,
): readonly AnsweredItem[] {
  const { shown, answers } = evaluate(definition, given, { today: day });
  const items: AnsweredItem[] = [];
  for (const step of definition.steps) {
    for (const item of step.items) {
      // What was answered is shown in any case: the logic decides only which empty questions are left out.
      const value = Object.hasOwn(given, item.id) ? given[item.id] : undefined;
      if (!shown.has(item.id) && value === undefined) continue;
      const label = fill(item.label, language, definition, { ...answers, ...given }, words);
      const inWords = isQuestion(item) && value !== undefined ? answerInWords(item, value, language, definition.languages, words) : "";
      items.push({ id: item.id, label, sealed: isQuestion(item) && item.sealed, isSection: !isQuestion(item), words: inWords });
    }
  }
  return items;
}

function answerInWords(item: QuestionItem, value: Value, language: string, languages: readonly string[], words: Said): string {
  const page = document.documentElement.lang || "en";
  const one = (part: Value): string => say(item, part, language, languages, words);
  switch (item.type) {
    case "number":
      return `${one(value)} ${inLanguage(item.unit, language, languages)}`.trim();
    case "date": {
      const at = new Date(`${one(value)}T00:00:00Z`);
      if (Number.isNaN(at.getTime())) return one(value);
      return new Intl.DateTimeFormat(page, { dateStyle: "medium", timeZone: "UTC" }).format(at);
    }
    case "rating": {
      const number = new Intl.NumberFormat(page);
      return words.rated.replace("{given}", number.format(Number(one(value)))).replace("{most}", number.format(item.scale));
    }
    case "multiple_choice": {
      const { choices, other } = value as { readonly choices: readonly string[]; readonly other?: string };
      return [...choices.map((id) => one({ choices: [id] })), ...(other === undefined ? [] : [other])].join("\n");
    }
    case "likert":
      return Object.entries(value as Readonly<Record<string, string>>)
        .map(([row, column]) => one({ [row]: column }))
        .join("\n");
    case "ranking":
      return (value as readonly string[]).map((id, at) => `${new Intl.NumberFormat(page).format(at + 1)}. ${one([id])}`).join("\n");
    case "file":
      // The files themselves stand there.
      return "";
    case "short_text":
    case "long_text":
    case "yes_no":
    case "single_choice":
      return one(value);
  }
}
