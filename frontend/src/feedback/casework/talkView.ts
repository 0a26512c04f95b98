/** The conversation with the person and the notes of the team, drawn; texts go in as texts only. */

import { element, time, written } from "../../threads/dom";
import { moment } from "../../threads/words";
import { type FileBody } from "../../wire/body";
import { type CaseWords } from "./words";

/** A message or a note that was opened, or that could not be. */
export interface Said {
  /** The name of a member; empty for the person who answered. */
  readonly who: string;
  readonly isMine: boolean;
  /** Milliseconds. */
  readonly at: number;
  /** Undefined when it can't be opened: it was changed on the way, or is not for this reader. */
  readonly text: string | undefined;
  readonly files: readonly FileBody[];
}

export type DrawFile = (body: FileBody) => HTMLElement;

/** One message of the conversation. */
export function drawMessage(said: Said, words: CaseWords, file: DrawFile): HTMLElement {
  const who = nameOf(said, words);
  const face = element("span", "said-face", said.who === "" ? "•" : initial(said.who));
  face.setAttribute("aria-hidden", "true");
  face.dataset["tone"] = said.who === "" ? "1" : "0";
  const head = element("div", "said-head", written("strong", "", who), " ", time(said.at, moment(said.at)));
  const body = element("div", "said-body", head);
  if (said.text === undefined) body.append(element("p", "said-text is-missing", words.broken));
  else if (said.text !== "") body.append(written("p", "said-text", said.text));
  for (const one of said.files) body.append(file(one));
  return element("li", said.who === "" ? "said" : "said is-team", face, body);
}

/** One note of the team. */
export function drawNote(said: Said, words: CaseWords): HTMLElement {
  const who = nameOf(said, words);
  const head = element("div", "case-note-head", written("strong", "", who), time(said.at, moment(said.at)));
  const text =
    said.text === undefined
      ? element("p", "case-note-text muted", words.broken)
      : written("p", "case-note-text", said.text);
  return element("li", "case-note", head, text);
}

function nameOf(said: Said, words: CaseWords): string {
  if (said.isMine) return words.you;
  return said.who === "" ? words.person : said.who;
}

function initial(name: string): string {
  return (Array.from(name.trim())[0] ?? "?").toUpperCase();
}
