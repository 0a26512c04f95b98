/** A WebSocket that says when an edition changed, and comes back by itself when it breaks. */

const FIRST_MS = 1000;
const LONGEST_MS = 30000;
/** Signed out, and no edition of theirs any more: asking again would be answered the same. */
const FOR_GOOD = new Set([4401, 4404]);

export interface Listener {
  readonly changed: () => void;
  readonly open: () => void;
  readonly closed: () => void;
  /** Whoever looks may not any more; the server says why when the page is asked for. */
  readonly ended: () => void;
}

/** Listen at `path` (`/ws/…`) of this origin. */
export function listen(path: string, listener: Listener): void {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  const address = `${scheme}://${window.location.host}${path}`;
  let pause = FIRST_MS;
  const connect = (): void => {
    const socket = new WebSocket(address);
    socket.addEventListener("open", () => {
      pause = FIRST_MS;
      listener.open();
    });
    socket.addEventListener("message", () => {
      listener.changed();
    });
    socket.addEventListener("close", ({ code }) => {
      if (FOR_GOOD.has(code)) {
        listener.ended();
        return;
      }
      listener.closed();
      // Spread the return of many browsers after a restart.
      window.setTimeout(connect, pause * (0.5 + Math.random()));
      pause = Math.min(LONGEST_MS, pause * 2);
    });
  };
  connect();
}
