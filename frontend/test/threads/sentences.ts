/** The sentences of trouble, word for word, and the words that the page really brings. */

import { readFileSync } from "node:fs";

import { type TroubleKind } from "../../src/threads/trouble";
import { isolated, type Words } from "../../src/threads/words";

const TEMPLATE = new URL("../../../templates/threads/_words.html", import.meta.url);

/** The sentences of the template in English, by the names that scripts know. */
export function pageWords(): Words {
  const text = readFileSync(TEMPLATE, "utf8");
  const byVariable = new Map<string, string>();
  for (const [, sentence = "", variable = ""] of text.matchAll(/\{% translate "([^"]*)" as (\w+) %\}/g)) {
    byVariable.set(variable, sentence);
  }
  const blocks = /\{% blocktranslate asvar (\w+) %\}(.*?)\{% endblocktranslate %\}/gs;
  for (const [, variable = "", sentence = ""] of text.matchAll(blocks)) byVariable.set(variable, sentence);
  const listed = /\{% words "threads-words" (.*?) %\}/s.exec(text)?.[1] ?? "";
  const pairs = listed.split(/\s+/).map((pair) => pair.split("=") as [string, string]);
  return Object.fromEntries(pairs.map(([name, variable]) => [name, byVariable.get(variable) ?? ""])) as Words;
}

const BORIS = isolated("Boris");
/** What somebody named Boris, or a conversation with him, is told about. */
export const SENTENCES: Readonly<Record<TroubleKind, string>> = {
  "changed-keys": `The keys of ${BORIS} are not the ones you have seen before. Either they have started over with new keys, or somebody else pretends to be them. Ask them in person or by phone before you go on. Nothing is sent from here until then.`,
  "own-keys":
    "There are keys in your name that you did not make. Somebody may pretend to be you. Nothing is sent from here. Tell your administrator, and do not use this conversation.",
  "forged-epoch":
    "The record of who is in this conversation was not made by anyone who may change it. Nothing is opened or sent. Tell the others by another way.",
  rollback:
    "The server shows less of this conversation than you have seen before. Something was taken back. Nothing is sent from here. Tell the others by another way.",
  fork: "The server shows you another conversation than it has shown before, or than it shows the others. Nothing is sent from here. Tell the others by another way.",
  "forged-message":
    "A message here was changed on the way, or was not written by the person it names. Nothing is sent from here. Tell the others by another way.",
  replay:
    "A message came a second time. Somebody has repeated it. Nothing is sent from here. Tell the others by another way.",
  "log-shrank":
    "The server shows a shorter list of everybody's keys than before. Something was taken back. Nothing is sent from here. Tell your administrator, and the others by another way.",
  "log-forked":
    "The server shows another list of everybody's keys than before. Somebody may have changed it to read along. Nothing is sent from here. Tell your administrator, and the others by another way.",
  "log-split":
    "Somebody in this conversation was shown another list of everybody's keys than you. Nothing is sent from here. Tell the others by another way.",
  unlogged: `The keys shown for ${BORIS} are not the ones in the public log of keys. Somebody may pretend to be them. Nothing is sent from here. Tell ${BORIS} by another way.`,
};
