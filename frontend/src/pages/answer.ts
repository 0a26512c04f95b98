/** The page of a form, for whoever answers it. */

import { ANSWER_NAMES } from "../feedback/answering/words";
import { type PageWords, start } from "../feedback/answering/start";
import { FILL_NAMES } from "../feedback/fill";
import { words } from "./shell/words";

const found = new Map<string, PageWords>();

/** The page's own sentences in a language of the form, or in the nearest one that the product speaks. */
function wordsOf(language: string): PageWords {
  const tongue = document.querySelector<HTMLElement>(`[name="tongue"][value="${CSS.escape(language)}"]`);
  const voice = tongue?.dataset["voice"] ?? document.querySelector<HTMLElement>("[data-voice]")?.dataset["voice"] ?? "en";
  const known = found.get(voice) ?? {
    fill: words(`fill-words-${voice}`, FILL_NAMES),
    answer: words(`answer-words-${voice}`, ANSWER_NAMES),
  };
  found.set(voice, known);
  return known;
}

void start(wordsOf);
