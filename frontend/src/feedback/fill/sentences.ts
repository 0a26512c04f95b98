/** What is wrong with an answer, in a sentence that names the mend. */

import { count, OTHER_LIMIT, type Problem, type QuestionItem, type Text, type Value } from "../logic";
import { type FillWords, put } from "./words";

export function problemSentence(
  item: QuestionItem,
  problem: Problem,
  value: Value | undefined,
  words: FillWords,
  say: (text: Text) => string,
): string {
  const limit = problem.limit ?? "";
  switch (problem.code) {
    case "required":
      return requiredSentence(item, words);
    case "type":
      if (item.type === "number") return words.errNumber;
      if (item.type === "date") return words.errDate;
      return item.type === "single_choice" || item.type === "multiple_choice" ? words.errOther : words.errGeneric;
    case "too_long": {
      const length = count(writtenOf(value));
      return put(words.errLong, { count: length - (limit === "" ? OTHER_LIMIT : Number(limit)) });
    }
    case "too_small":
      return put(words.errSmall, { limit });
    case "too_large":
      return put(words.errLarge, { limit });
    case "not_whole":
      return words.errWhole;
    case "too_early":
      return put(words.errEarly, { limit });
    case "too_late":
      return put(words.errLate, { limit });
    case "too_few":
      return put(words.errFew, { limit });
    case "too_many":
      return item.type === "file" ? put(words.fileTooMany, { limit }) : put(words.errMany, { limit });
    case "incomplete":
      return words.errRows;
    case "constraint":
      return (item.constraint === null ? "" : say(item.constraint.message)) || words.errGeneric;
  }
}

function requiredSentence(item: QuestionItem, words: FillWords): string {
  switch (item.type) {
    case "single_choice":
    case "yes_no":
    case "rating":
      return words.errChoose;
    case "multiple_choice":
      return words.errChooseSome;
    case "likert":
      return words.errRows;
    case "ranking":
      return words.errRank;
    case "file":
      return words.errFile;
    case "number":
      return words.errNumber;
    case "date":
      return words.errDate;
    case "short_text":
    case "long_text":
      return words.errAnswer;
  }
}

/** The text that a limit speaks of: of the whole answer, or of "other". */
function writtenOf(value: Value | undefined): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && "other" in value && typeof value.other === "string") return value.other;
  return "";
}
