/** The sentences about files (templates/threads/_file_words.html). */

export const FILE_NAMES = [
  "reading",
  "progress",
  "waiting",
  "ready",
  "tooLarge",
  "changed",
  "failed",
  "tooMany",
  "notAll",
  "whenReady",
  "remove",
  "cancel",
  "tryAgain",
  "stripDetails",
  "stripFailed",
  "download",
  "downloadNamed",
  "show",
  "close",
  "saved",
  "damaged",
  "gone",
  "downloadFailed",
  "notPicture",
  "checking",
] as const;

export type FileWords = Readonly<Record<(typeof FILE_NAMES)[number], string>>;
