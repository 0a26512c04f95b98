/** How hard a passphrase is to guess, from 0 to 4; nothing leaves the browser. */

import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import * as common from "@zxcvbn-ts/language-common";
// One by one: the whole language brings family names and an encyclopaedia, and would double the load.
import commonWords from "@zxcvbn-ts/language-en/dist/commonWords.json.mjs";
import firstNames from "@zxcvbn-ts/language-en/dist/firstnames.json.mjs";

const LONGEST = 200; // what is longer is judged by its beginning, so that judging stays quick

const judge = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, "commonWords-en": commonWords, "firstnames-en": firstNames },
  graphs: common.adjacencyGraphs,
});

/** `related` are words that an attacker would try first: the person's name and address. */
export function strength(passphrase: string, related: readonly string[]): number {
  // One's own name and address count for nothing, in whatever order: what is left has to be strong enough.
  const own = related.flatMap((one) => one.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const words = own.filter((word) => word.length > 2);
  const left = words.reduce((text, word) => text.replaceAll(word, " "), passphrase.toLowerCase());
  const judged = [passphrase, ...(words.some((word) => passphrase.toLowerCase().includes(word)) ? [left] : [])];
  return Math.min(...judged.map((text) => judge.check(text.slice(0, LONGEST), [...related]).score));
}
