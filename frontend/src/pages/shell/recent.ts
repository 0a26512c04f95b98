/** Where the person went lately through the palette: in this tab only, five of them, no longer than the session. */

export interface Place {
  label: string;
  note: string;
  icon: string;
  url: string;
  group: string;
}

const KEEP = 5;
const PREFIX = "entente.recent:";

export function recall(workspace: string): Place[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(PREFIX + workspace) ?? "[]");
    return Array.isArray(kept) ? (kept as Place[]).slice(0, KEEP) : [];
  } catch {
    return [];
  }
}

export function remember(workspace: string, place: Place): void {
  const others = recall(workspace).filter((known) => known.url !== place.url);
  sessionStorage.setItem(PREFIX + workspace, JSON.stringify([place, ...others].slice(0, KEEP)));
}

/** Forget all of it: names in it must not wait for the next person at this machine. */
export function forget(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) {
      sessionStorage.removeItem(key);
    }
  }
}
