/** Checking the public log at a person's wish, and what is said of it. */

import { LogTrouble, type Unlocked } from "../keys";

export const NAMES = ["reading", "good", "failed", "logShrank", "logForked", "ownKeys"] as const;
export type Words = Readonly<Record<(typeof NAMES)[number], string>>;

export interface Finding {
  readonly good: boolean;
  readonly sentence: string;
}

/** Reads the log on from where this browser stood. Raises what is neither good nor an alarm. */
export async function checkLog(
  unlocked: Pick<Unlocked, "log">,
  words: Words,
): Promise<Finding> {
  try {
    const log = await unlocked.log();
    await log.refresh();
    return { good: true, sentence: words.good.replace("{count}", String(log.size)) };
  } catch (error) {
    if (!(error instanceof LogTrouble)) throw error;
    return { good: false, sentence: sentenceOf(error, words) };
  }
}

function sentenceOf(trouble: LogTrouble, words: Words): string {
  switch (trouble.kind) {
    case "log-shrank":
      return words.logShrank;
    case "own-keys":
      return words.ownKeys;
    case "log-forked":
    case "log-split":
    case "unlogged":
      return words.logForked;
  }
}
