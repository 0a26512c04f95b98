/** The page on which a form is built. */

import { BUILDER_NAMES } from "../feedback/building/words";
import { LIST_NAMES } from "../feedback/building/troubles";
import { startBuilder } from "../feedback/building/start";
import { FILL_NAMES, type FillWords } from "../feedback/fill";
import { words } from "./shell/words";

const root = document.querySelector<HTMLElement>("[data-form-builder]");
// The partner's sentences of the languages that the product speaks; for any other one the nearest.
const spoken = new Map<string, FillWords>();
for (const found of document.querySelectorAll<HTMLElement>("script[id^=fill-words-]")) {
  spoken.set(found.id.slice("fill-words-".length), words(found.id, FILL_NAMES));
}
const fillWords = (language: string): FillWords => {
  const found = spoken.get(language) ?? spoken.get(language.split("-")[0] ?? "") ?? spoken.get("en") ?? [...spoken.values()][0];
  if (found === undefined) throw new Error("The page has no sentences for the preview.");
  return found;
};
if (root !== null) void startBuilder(root, words("builder-words", BUILDER_NAMES), words("form-troubles", LIST_NAMES), fillWords);
