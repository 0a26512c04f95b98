/** What a person is told of each trouble, word for word, by the words that the page really brings. */

import { readFileSync } from "node:fs";

import { expect, it, vi } from "vitest";

import { LogTrouble } from "../../src/keys";
import { logged, Trouble, type TroubleKind } from "../../src/threads/trouble";
import { clockSentence, NAMES, troubleSentence } from "../../src/threads/words";
import { pageWords, SENTENCES } from "./sentences";

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
  expect(text).toContain('"Larger than 100 MB. Send it in parts, or by another way." as too_large');
  expect(text).toContain("tooLarge=too_large");
});

it("says of an older vault, of a spoiled message and of a damaged file what they are", () => {
  expect(pageWords().vaultRollback).toBe(
    "The server showed an older vault than this browser has seen. Nothing was opened. Tell your administrator.",
  );
  expect(pageWords().broken).toBe(
    "This message can't be read: its sender's program sealed it wrongly. Ask them to send it again.",
  );
  const files = readFileSync(new URL("../../../templates/threads/_file_words.html", import.meta.url), "utf8");
  expect(files).toContain(
    '"This is not the file that was sent: it was changed or cut off on the way. Nothing of it was kept. Ask for it by another way." as damaged',
  );
  expect(files).toContain("damaged=damaged");
});
