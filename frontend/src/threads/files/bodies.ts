/** Words and files that are sent together become messages: one for each file, the words with the first. */

import { utf8 } from "../../crypto/bytes";
import { type Body, type FileBody, type TextBody } from "../../wire/body";

/** Words above this size don't fit beside a small picture (48 KiB together). */
const BESIDE = 16 * 1024;

/** In the order in which they are to be read. Empty words and no file give no message. */
export function bodiesOf(words: Omit<TextBody, "kind">, files: readonly FileBody[]): readonly Body[] {
  const { text, ...references } = words;
  const spoken: TextBody = { kind: "text", ...words };
  const [first, ...rest] = files;
  if (first === undefined) return text === "" ? [] : [spoken];
  if (utf8(text).length > BESIDE) return [spoken, ...files];
  // Who answers with a file alone answers all the same.
  const { replyTo } = references;
  const answering = replyTo === undefined ? first : { ...first, replyTo };
  return text === "" ? [answering, ...rest] : [{ ...first, text, ...references }, ...rest];
}
