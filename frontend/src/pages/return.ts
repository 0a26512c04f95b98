/** The way back of whoever has a return code. */

import { FILL_NAMES } from "../feedback/fill";
import { type PageWords, start } from "../feedback/returning/start";
import { RETURN_NAMES } from "../feedback/returning/words";
import { words } from "./shell/words";

function wordsOf(language: string): PageWords {
  const tongue = document.querySelector<HTMLElement>(`[name="tongue"][value="${CSS.escape(language)}"]`);
  const voice = tongue?.dataset["voice"] ?? "en";
  return { fill: words(`fill-words-${voice}`, FILL_NAMES), back: words(`return-words-${voice}`, RETURN_NAMES) };
}

start(wordsOf);
