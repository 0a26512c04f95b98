/** The sentences that the page brings along (templates/threads/_words.html). */

import { isolated } from "./bidi";
import { type Trouble } from "./trouble";

export { isolated };

export const NAMES = [
  "untitled",
  "unread",
  "you",
  "live",
  "offline",
  "checking",
  "locked",
  "signedOut",
  "failed",
  "vaultRollback",
  "revoked",
  "renewing",
  "putOut",
  "ownerPutOut",
  "ownerLost",
  "waiting",
  "refused",
  "tryAgain",
  "discard",
  "earlier",
  "newer",
  "destroyed",
  "broken",
  "readers",
  "onlyYou",
  "changedKeys",
  "accept",
  "ownKeys",
  "forgedEpoch",
  "rollback",
  "fork",
  "forgedMessage",
  "replay",
  "logShrank",
  "logForked",
  "logSplit",
  "unlogged",
  "choose",
  "guest",
  "tooLong",
  "storageFull",
  "noRoom",
  "clockAhead",
  "clockBehind",
  "waits",
  "tellHere",
  "tellOn",
  "tellOff",
  "tellBlocked",
  "tellFailed",
  "mute",
  "unmute",
  "muted",
  "muteFailed",
] as const;

export type Words = Readonly<Record<(typeof NAMES)[number], string>>;

/** What a person is told of a trouble. */
export function troubleSentence(words: Words, trouble: Trouble, name: string): string {
  switch (trouble.kind) {
    case "changed-keys":
      return fill(words.changedKeys, { name: isolated(name) });
    case "own-keys":
      return words.ownKeys;
    case "forged-epoch":
      return words.forgedEpoch;
    case "rollback":
      return words.rollback;
    case "fork":
      return words.fork;
    case "forged-message":
      return words.forgedMessage;
    case "replay":
      return words.replay;
    case "log-shrank":
      return words.logShrank;
    case "log-forked":
      return words.logForked;
    case "log-split":
      return words.logSplit;
    case "unlogged":
      return fill(words.unlogged, { name: isolated(name) });
  }
}

/** What a person is told whose device's clock is `ahead` by so many milliseconds, or behind. */
export function clockSentence(words: Words, ahead: number): string {
  const language = document.documentElement.lang || "en";
  const format = new Intl.NumberFormat(language, { style: "unit", unit: "hour", unitDisplay: "long" });
  const time = format.format(Math.round(Math.abs(ahead) / 3_600_000));
  return fill(ahead > 0 ? words.clockAhead : words.clockBehind, { time });
}

/** Puts values in the place of {names}. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** "A, B and C" in the page's language. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(document.documentElement.lang || "en").format(names.map(isolated));
}


/**
 * The time of day if it was today, else the date too; always with the zone, which is the reader's own
 * (`data-zone` of the page) or the browser's. Empty for a clock beyond the calendar.
 */
export function moment(millis: number, now = Date.now()): string {
  const language = document.documentElement.lang || "en";
  const timeZone = zone();
  const day = new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone });
  const at = new Date(millis);
  if (Number.isNaN(at.getTime())) return "";
  const today = day.format(at) === day.format(now);
  return new Intl.DateTimeFormat(language, {
    ...(today ? {} : { day: "numeric", month: "short", year: "numeric" }),
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
    timeZone,
  }).format(at);
}

/** The page's language. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** The reader's zone, if the page knows it. */
export function zone(): string | undefined {
  const wanted = document.querySelector<HTMLElement>("[data-zone]")?.dataset["zone"];
  try {
    return new Intl.DateTimeFormat("en", { timeZone: wanted }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
