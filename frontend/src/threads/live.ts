/**
 * What happens elsewhere, as it happens: by the socket, or by asking again and again where something on
 * the way blocks sockets. The socket is tried on meanwhile, and takes over as soon as it opens.
 */

import { type Bytes } from "../crypto/bytes";
import { ServerError } from "../keys";
import { type Server } from "./server";
import { type Listener, Socket } from "./socket";
import { type Event } from "./socketMessages";

/** So many attempts in a row must have failed before anything is asked for by polling. */
const PATIENCE = 2;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;
const ENDED = new Set([401, 404]);

export class Live {
  private readonly socket: Socket;
  private refused = 0;
  private polling: AbortController | undefined;

  constructor(
    private readonly server: Server,
    private readonly listener: Listener,
  ) {
    this.socket = new Socket(
      server,
      {
        onEvent: (event) => {
          if (event.kind === "ready") this.stopPolling();
          listener.onEvent(event);
        },
        // While polling works, a socket that does not is no loss.
        onLost: () => {
          if (this.polling === undefined) listener.onLost();
        },
        onEnded: listener.onEnded,
      },
      () => {
        this.refused += 1;
        if (this.refused >= PATIENCE && navigator.onLine) this.startPolling();
      },
    );
  }

  open(): void {
    this.socket.open();
  }

  /** As `Socket.post`. */
  post(thread: string, envelope: Bytes): Promise<number | undefined> {
    return this.socket.post(thread, envelope);
  }

  private stopPolling(): void {
    this.refused = 0;
    this.polling?.abort();
    this.polling = undefined;
  }

  private startPolling(): void {
    if (this.polling !== undefined) return;
    this.polling = new AbortController();
    void this.poll(this.polling.signal);
  }

  private async poll(signal: AbortSignal): Promise<void> {
    let since = "0".repeat(64);
    let wait = FIRST_WAIT;
    while (!isOver(signal)) {
      try {
        const answer = await this.server.poll(since, signal);
        since = answer.since;
        wait = FIRST_WAIT;
        for (const event of answer.events) this.tell(event, signal);
      } catch (error) {
        if (isOver(signal)) return;
        if (error instanceof ServerError && ENDED.has(error.status)) {
          this.listener.onEnded();
          return;
        }
        this.listener.onLost();
        await pause(wait * (0.5 + Math.random()));
        wait = Math.min(2 * wait, LONGEST_WAIT);
      }
    }
  }

  private tell(event: Event, signal: AbortSignal): void {
    if (!signal.aborted) this.listener.onEvent(event);
  }
}

/** Asked anew each time: it changes while something is awaited. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, millis));
}
