/** What a person is told of each trouble, word for word, by the words that the page really brings. */

import { readFileSync } from "node:fs";

import { expect, it, vi } from "vitest";

import { LogTrouble } from "../../src/keys";
import { logged, Trouble, type TroubleKind } from "../../src/threads/trouble";
import { clockSentence, isolated, NAMES, troubleSentence, type Words } from "../../src/threads/words";

const TEMPLATE = new URL("../../../templates/threads/_words.html", import.meta.url);

/** The sentences of the template in English, by the names that scripts know. */
function pageWords(): Words {
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
const SENTENCES: Readonly<Record<TroubleKind, string>> = {
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

it("has a word for every name", () => {
  const words = pageWords();
  for (const name of NAMES) expect(words[name], name).not.toBe("");
});

it.each(Object.entries(SENTENCES) as [TroubleKind, string][])("of %s is said in full", (kind, sentence) => {
  expect(troubleSentence(pageWords(), new Trouble(kind, "detail"), "Boris")).toBe(sentence);
});

it.each(["log-shrank", "log-forked", "log-split", "unlogged", "own-keys"] as const)(
  "of the log (%s) arrives as the conversation's own, with whom it concerns",
  async (kind) => {
    const alarm = new LogTrouble(kind, "detail", "boris");
    const told = await logged(Promise.reject(alarm)).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(Trouble);
    expect(told).toMatchObject({ kind, person: "boris", detail: "detail" });
  },
);

it("says which way the clock is off and by how much, and that what is written stays", () => {
  vi.stubGlobal("document", { documentElement: { lang: "en" } });
  const day = 24 * 3_600_000;
  const rest = "What you write stays here. Set the clock, and reload the page.";
  expect(clockSentence(pageWords(), day)).toBe(
    `The clock of this device is ahead by 24 hours. Nothing is sent until it is right: your messages would carry a wrong time, and guests would be shut out too early. ${rest}`,
  );
  expect(clockSentence(pageWords(), -day)).toBe(
    `The clock of this device is behind by 24 hours. Nothing is sent until it is right: your messages would carry a wrong time, and guests would stay longer than they may. ${rest}`,
  );
});

it("says that there is no room, and where the words are", () => {
  expect(pageWords().noRoom).toBe(
    "This browser has no room left to keep your message until it is sent. It stands in the field as you wrote it. Make room on this device, and send it again.",
  );
  expect(pageWords().storageFull).toMatch(/Make room on this device, and reload the page\.$/);
});

it("says of a file that is too large how large one may be, and what to do", () => {
  const text = readFileSync(new URL("../../../templates/threads/_file_words.html", import.meta.url), "utf8");
  expect(text).toContain('"Larger than 100 MiB. Send it in parts, or by another way." as too_large');
  expect(text).toContain("tooLarge=too_large");
});
