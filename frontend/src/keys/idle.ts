/**
 * When this person last touched any of their pages in this browser, and for how long keys stay open without that.
 *
 * It stands beside the keys, not in a page's memory: a tab that was closed, or a computer that slept, counts as untouched.
 */

const TOUCHED = "entente-touched";
const TOUCHES = ["pointerdown", "keydown", "wheel", "input"] as const;
const LONGEST = 30; // minutes

/** This page's own note, for a browser that lets it keep none. */
let noted: number | undefined;

/** Minutes without a touch until the keys are locked: what the workspace allows, half an hour at most. */
export function idleMinutes(): number {
  const told = document.querySelector<HTMLMetaElement>('meta[name="idle-minutes"]')?.content;
  const minutes = Number(told);
  return minutes > 0 ? Math.min(minutes, LONGEST) : LONGEST;
}

/** Also when nobody knows since when, and when the clock was set back further than that. */
export function isIdleTooLong(now = Date.now()): boolean {
  const last = lastTouch();
  return last === undefined || Math.abs(now - last) > idleMinutes() * 60_000;
}

/** The keys were opened: from here on it counts. */
export function beginTouch(now = Date.now()): void {
  noted = now;
  try {
    localStorage.setItem(TOUCHED, String(now));
  } catch {
    // No room, or not allowed: then each page counts by itself.
  }
}

/** Notes each touch of this page. One that comes too late changes nothing: the keys have to be opened again. */
export function noteTouches(): void {
  onTouch(() => {
    if (!isIdleTooLong()) beginTouch();
  });
}

/** Calls `then` at each touch of this page. */
export function onTouch(then: () => void): void {
  for (const kind of TOUCHES) {
    window.addEventListener(kind, then, { passive: true, capture: true });
  }
}

function lastTouch(): number | undefined {
  let kept: number | undefined;
  try {
    const found = localStorage.getItem(TOUCHED);
    if (found !== null) kept = Number(found);
  } catch {
    // Not allowed: as above.
  }
  if (kept === undefined || Number.isNaN(kept)) return noted;
  return noted === undefined ? kept : Math.max(kept, noted);
}
