/** The sentences that the page of a case brings along (templates/feedback/_case_words.html). */

export const CASE_NAMES = [
  "you",
  "person",
  "personOrSystem",
  "broken",
  "empty",
  "tooLong",
  "kept",
  "keptBefore",
  "sent",
  "noted",
  "failed",
  "offline",
  "signedOut",
  "locked",
  "opened",
  "forged",
  "removed",
  "noAnswer",
  "changed",
  "overtaken",
  "erased",
  "nothingSealed",
  "untrusted",
  "yes",
  "no",
  "rated",
] as const;

export type CaseWords = Readonly<Record<(typeof CASE_NAMES)[number], string>>;
