/** The sentences of a form that is filled in (templates/feedback/_fill_words.html), one catalogue for each language. */

export const FILL_NAMES = [
  "stepOf",
  "next",
  "back",
  "optional",
  "sealedWho",
  "openWho",
  "notAnswered",
  "clear",
  "other",
  "otherText",
  "charsLeft",
  "charsOver",
  "yes",
  "no",
  "moveUp",
  "moveDown",
  "moved",
  "rankUntouched",
  "rankKeep",
  "rankKept",
  "onceMore",
  "errAnswer",
  "errChoose",
  "errChooseSome",
  "errRows",
  "errRank",
  "errFile",
  "errNumber",
  "errWhole",
  "errSmall",
  "errLarge",
  "errDate",
  "errEarly",
  "errLate",
  "errLong",
  "errFew",
  "errMany",
  "errOther",
  "errFilesOpen",
  "errGeneric",
  "addFile",
  "fileHint",
  "fileReading",
  "fileSending",
  "fileWaiting",
  "fileBusy",
  "fileReady",
  "fileTooLarge",
  "fileTooMany",
  "fileUnreadable",
  "fileRefused",
  "fileRemove",
  "fileAgain",
  "stripDetails",
  "fileDetails",
  "review",
  "reviewLead",
  "change",
  "changeNamed",
] as const;

export type FillWords = Readonly<Record<(typeof FILL_NAMES)[number], string>>;

/** Puts values in the place of {names}; each keeps the direction of its own letters. */
export function put(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? String(value) : `\u2068${value}\u2069`;
  });
}
