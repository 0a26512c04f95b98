/** Locking: by a click, after some time without a touch, and in every tab at once. */

import { forgetSession } from "./session";

const CHANNEL = "entente-lock";
const TOUCHED = "entente-touched";
const LONGEST = 30; // minutes
const CHECK = 30_000;

/** Forgets the keys here, in every other tab and on the server; then `after` runs in each of them. */
export async function lock(): Promise<void> {
  await forgetSession();
  reloadOthers();
}

/** Lets every other tab load anew: they hold keys that are replaced. */
export function reloadOthers(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("locked");
  channel.close();
}

/** Calls `onLocked` when another tab locked; a page with keys reloads then. */
export function watchLock(onLocked: () => void): void {
  new BroadcastChannel(CHANNEL).addEventListener("message", onLocked);
}

/** Minutes without a touch until the keys are locked: what the workspace allows, half an hour at most. */
export function idleMinutes(): number {
  const told = document.querySelector<HTMLMetaElement>('meta[name="idle-minutes"]')?.content;
  const minutes = Number(told);
  return minutes > 0 ? Math.min(minutes, LONGEST) : LONGEST;
}

/** Locks when no tab was touched for `idleMinutes`, and calls `onLocked`. */
export function lockWhenIdle(onLocked: () => void): void {
  const touch = (): void => {
    localStorage.setItem(TOUCHED, String(Date.now()));
  };
  touch();
  const idle = idleMinutes() * 60_000;
  for (const kind of ["pointerdown", "keydown"]) {
    window.addEventListener(kind, touch, { passive: true });
  }
  window.setInterval(() => {
    const last = Number(localStorage.getItem(TOUCHED) ?? "0");
    if (Date.now() - last > idle) void lock().then(onLocked, onLocked);
  }, CHECK);
}
