/** The sentences of the builder (templates/feedback/_builder_words.html). */

export const BUILDER_NAMES = [
  "form", "step", "addQuestion", "addStep", "moveUp", "moveDown", "duplicate", "remove",
  "title", "intro", "thanks", "languages", "addLanguage", "anotherLanguage", "languageOther", "languageCode", "languageWrong", "removeLanguage", "stepTitle",
  "label", "sectionText", "hint", "type", "required", "padlock", "sealed", "open", "sealedHint", "openHint", "fileSealed", "insertAnswer",
  "choices", "rows", "columns", "choiceNumber", "rowNumber", "columnNumber", "addChoice", "addRow", "addColumn", "otherAllowed", "maxLength", "whole", "least", "most", "unit",
  "earliest", "latest", "dayOrToday", "fewest", "mostChoices", "scale", "low", "high", "maxFiles", "default", "noDefault", "defaultHint",
  "visible", "always", "addCondition", "constraint", "noConstraint", "message", "all", "any", "not", "addPart", "addGroup", "negate",
  "comparison", "opAnswered", "opEquals", "opIncludes", "opFirst", "opGt", "opGe", "opLt", "opLe", "row", "value", "otherText", "yes", "no",
  "quotas", "quotaHint", "addQuota", "limit", "noEarlier",
  "typeShort", "typeLong", "typeNumber", "typeDate", "typeSingle", "typeMultiple", "typeRating", "typeLikert", "typeRanking", "typeYesNo", "typeFile", "typeSection",
  "saved", "saving", "unsaved", "offline", "signedOut", "conflict", "failed",
  "findingsNone", "findingsCount", "leakVisible", "leakConstraint", "leakPiping", "leakDefault", "leakStep", "leakStepTitle", "leakQuota", "leakFile",
  "sealIt", "takeAway", "goThere", "mend",
  "brokenTitle", "brokenNoQuestion", "brokenLabel", "brokenChoices", "brokenBounds", "brokenDefault", "brokenUnknown", "brokenLater", "brokenComparison", "gap", "elsewhere",
  "publishBlocked", "publishReady", "publishSame", "publishing", "published", "previewEnd", "unknownQuestion",
] as const;

export type BuilderWords = Readonly<Record<(typeof BUILDER_NAMES)[number], string>>;
