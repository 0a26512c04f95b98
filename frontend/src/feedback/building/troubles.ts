/** What the pages of forms say when something goes wrong, and whom they offer as readers. */

import { ClockError, LockedError, ServerError } from "../../keys";
import { Trouble } from "../../threads/trouble";

export const LIST_NAMES = ["failed", "locked", "offline", "clock", "changedKeys", "needTitle", "working"] as const;
export type ListWords = Readonly<Record<(typeof LIST_NAMES)[number], string>>;

/** Whether somebody's role lets them see cases; the page says who that is. */
export function mayRead(root: HTMLElement, userId: string): boolean {
  return (root.dataset["mayRead"] ?? "").split(" ").includes(userId);
}

export function sentenceFor(error: unknown, words: Pick<ListWords, "failed" | "locked" | "offline" | "clock" | "changedKeys">): string {
  if (error instanceof LockedError) return words.locked;
  if (error instanceof ClockError) return words.clock;
  if (error instanceof Trouble) return words.changedKeys;
  // The server says in the person's language what it refused.
  if (error instanceof ServerError) return error.message === "" ? words.failed : error.message;
  return error instanceof TypeError ? words.offline : words.failed;
}
