/** Locking: by a click, after half an hour without a touch, and in every tab at once. */

import { forgetSession } from "./session";

const CHANNEL = "entente-lock";
const TOUCHED = "entente-touched";
const IDLE = 30 * 60_000;
const CHECK = 30_000;

/** Forgets the keys here, in every other tab and on the server; then `after` runs in each of them. */
export async function lock(): Promise<void> {
  await forgetSession();
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("locked");
  channel.close();
}

/** Calls `onLocked` when another tab locked; a page with keys reloads then. */
export function watchLock(onLocked: () => void): void {
  new BroadcastChannel(CHANNEL).addEventListener("message", onLocked);
}

/** Locks after half an hour in which no tab was touched, and calls `onLocked`. */
export function lockWhenIdle(onLocked: () => void): void {
  const touch = (): void => {
    localStorage.setItem(TOUCHED, String(Date.now()));
  };
  touch();
  for (const kind of ["pointerdown", "keydown"]) {
    window.addEventListener(kind, touch, { passive: true });
  }
  window.setInterval(() => {
    const last = Number(localStorage.getItem(TOUCHED) ?? "0");
    if (Date.now() - last > IDLE) void lock().then(onLocked, onLocked);
  }, CHECK);
}
