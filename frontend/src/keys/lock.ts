/** Locking: by a click, after some time without a touch, and in every tab at once. */

import { ServerError } from "./http";
import { isIdleTooLong, onTouch } from "./idle";
import { forgetSession } from "./session";
import { isOpen, isOpening } from "./unlock";

const CHANNEL = "entente-lock";
const CHECK = 30_000;

let shared: BroadcastChannel | undefined;
const watchers: (() => void)[] = [];

/** One for the whole page, so that it doesn't hear itself. */
function channel(): BroadcastChannel {
  shared ??= new BroadcastChannel(CHANNEL);
  return shared;
}

/**
 * Forgets the keys in this browser and on the server, and lets each page that holds them load anew. Resolves to whether
 * this page is one of them.
 *
 * Where the server can't be told, or has ended the session, its half stays behind or is gone: alone it opens nothing.
 */
export async function lock(): Promise<boolean> {
  try {
    await forgetSession(reloadOthers);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof ServerError)) throw error;
  }
  if (!isOpening()) return false;
  for (const onLocked of watchers) onLocked();
  return watchers.length > 0;
}

/** Lets every other tab load anew: they hold keys that are locked, or replaced. */
export function reloadOthers(): void {
  channel().postMessage("locked");
}

/**
 * Calls `onLocked`, which loads the page anew, when this page locked, or another one did while this one has keys or is
 * about to; locks by itself when no page of this person was touched for `idleMinutes`.
 */
export function watchLock(onLocked: () => void): void {
  watchers.push(onLocked);
  channel().addEventListener("message", () => {
    if (isOpening()) onLocked();
  });
  let isLocking = false;
  const look = (): void => {
    if (isLocking || !isOpen() || !isIdleTooLong()) return;
    isLocking = true;
    void lock();
  };
  // A computer that slept: the first touch afterwards comes before the next look.
  onTouch(look);
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, CHECK);
}

/** For a page whose script holds keys and nothing that somebody is writing. */
export function reloadWhenLocked(): void {
  watchLock(() => {
    window.location.reload();
  });
}
