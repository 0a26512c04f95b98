/** The socket of a workspace's feedback: says which case or form changed, by id only, and comes back by itself. */

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
/** Signed out, and no member any more: asking again would be answered the same. */
const FOR_GOOD = new Set([4401, 4404]);

export interface Heard {
  readonly type: string;
  readonly id: string;
}

export interface Listener {
  readonly heard: (event: Heard) => void;
  /** Open again after it was lost: what happened in between was heard by nobody. */
  readonly back: () => void;
  /** Whoever looks may not any more; the server says why when the page is asked for. */
  readonly ended: () => void;
}

/** Listens at `path` (`/ws/…`) of this origin. */
export function listen(path: string, listener: Listener): void {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  let pause = FIRST_MS;
  let wasLost = false;
  const connect = (): void => {
    const socket = new WebSocket(`${scheme}://${window.location.host}${path}`);
    socket.addEventListener("open", () => {
      pause = FIRST_MS;
      if (wasLost) listener.back();
      wasLost = false;
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      const heard = readHeard(event.data);
      if (heard !== undefined) listener.heard(heard);
    });
    socket.addEventListener("close", ({ code }) => {
      if (FOR_GOOD.has(code)) {
        listener.ended();
        return;
      }
      wasLost = true;
      // Spread the return of many browsers after a restart.
      window.setTimeout(connect, pause * (0.5 + Math.random()));
      pause = Math.min(LONGEST_MS, pause * 2);
    });
  };
  connect();
}

/** What a message says; undefined for one that says nothing to us. */
export function readHeard(data: unknown): Heard | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const found = JSON.parse(data) as Partial<Record<string, unknown>> | null;
    const { type, id } = found ?? {};
    return typeof type === "string" && typeof id === "string" ? { type, id } : undefined;
  } catch {
    return undefined;
  }
}
