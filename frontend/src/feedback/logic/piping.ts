/** Words for the page: texts in a language, answers in words, and earlier answers inside later texts. */

import { type Answers, type Choice, type Definition, isQuestion, itemsOf, type Item, type QuestionItem, type Text, type Value } from "./definition";
import { isBlank, parts } from "./reader";

/** What yes and no are called in the language shown. */
export interface SayWords {
  readonly yes: string;
  readonly no: string;
}

/** Stands where an answer is piped that was not given. */
export const NOTHING = "…";

const TOKEN = /\{\{|\}\}|\{([a-z][a-z0-9_]{0,31})\}/g;

/** The text in the language, else in the form's first, else in any that has words. */
export function inLanguage(text: Text, language: string, languages: readonly string[]): string {
  for (const one of [language, ...languages]) {
    const words = text[one];
    if (words !== undefined && !isBlank(words)) return words;
  }
  return "";
}

/** Ids of the questions that a text pipes, in any of its languages. */
export function pipesOf(text: Text): readonly string[] {
  return Object.values(text).flatMap(pipesIn);
}

export function pipesIn(words: string): readonly string[] {
  return [...words.matchAll(TOKEN)].flatMap(([, question]) => (question === undefined ? [] : [question]));
}

/** The text in the language, with earlier answers in it. */
export function fill(text: Text, language: string, definition: Definition, answers: Answers, words: SayWords): string {
  const items = new Map(itemsOf(definition).map((item) => [item.id, item]));
  return fillWords(inLanguage(text, language, definition.languages), language, definition.languages, items, answers, words);
}

export function fillWords(
  template: string,
  language: string,
  languages: readonly string[],
  items: ReadonlyMap<string, Item>,
  answers: Answers,
  words: SayWords,
): string {
  return template.replace(TOKEN, (token, question: string | undefined) => {
    if (question === undefined) return token.charAt(0);
    const item = items.get(question);
    if (item === undefined || !isQuestion(item)) return token;
    const value = Object.hasOwn(answers, question) ? answers[question] : undefined;
    return value === undefined ? NOTHING : say(item, value, language, languages, words);
  });
}

/** An answer in words: choices by their labels, days and numbers as they are. */
export function say(item: QuestionItem, value: Value, language: string, languages: readonly string[], words: SayWords): string {
  const label = (choices: readonly Choice[], id: unknown): string => {
    const found = choices.find((choice) => choice.id === id);
    return found === undefined ? String(id) : inLanguage(found.label, language, languages) || found.id;
  };
  const given = parts(value);
  switch (item.type) {
    case "short_text":
    case "long_text":
    case "number":
    case "date":
    case "rating":
      return typeof value === "string" || typeof value === "number" ? String(value) : "";
    case "yes_no":
      return value === true ? words.yes : words.no;
    case "single_choice":
      return typeof given["other"] === "string" ? given["other"] : label(item.choices, given["choice"]);
    case "multiple_choice": {
      const chosen = (given["choices"] as readonly string[]).map((id) => label(item.choices, id));
      return [...chosen, ...(typeof given["other"] === "string" ? [given["other"]] : [])].join(", ");
    }
    case "likert":
      return item.rows
        .filter((row) => Object.hasOwn(given, row.id))
        .map((row) => `${label(item.rows, row.id)}: ${label(item.columns, given[row.id])}`)
        .join("; ");
    case "ranking":
      return (value as readonly string[]).map((id) => label(item.choices, id)).join(", ");
    case "file":
      return (value as readonly { readonly name: string }[]).map((file) => file.name).join(", ");
  }
}
