/** The socket to the server: opens itself again, says when it is ready, and reports every event. */

import { decodeEvent, type Event, pingMessage, readEvent, type Server } from "./server";

const PING_EVERY = 45_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server's reasons not to open again: signed out, no member any more. */
const FINAL = new Set([4401, 4404]);

export interface Listener {
  readonly onEvent: (event: Event) => void;
  readonly onLost: () => void;
  /** The session or the membership has ended. */
  readonly onEnded: () => void;
}

export class Socket {
  private wait = FIRST_WAIT;
  private pinging: number | undefined;
  private live: WebSocket | undefined;
  private wasReady = false;

  /** `onRefused` hears of every attempt that ended before the server was ready. */
  constructor(
    private readonly server: Pick<Server, "socketPath" | "openMessage">,
    private readonly listener: Listener,
    private readonly onRefused: () => void = () => undefined,
  ) {
    window.addEventListener("online", () => {
      this.wait = FIRST_WAIT;
      if (this.live === undefined) this.open();
    });
  }

  open(): void {
    const address = new URL(this.server.socketPath, window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.live = socket;
    this.wasReady = false;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      socket.send(this.server.openMessage());
      this.pinging = window.setInterval(() => {
        socket.send(pingMessage());
      }, PING_EVERY);
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) this.receive(new Uint8Array(event.data));
    });
    socket.addEventListener("close", (event) => {
      this.closed(socket, event.code);
    });
  }

  private receive(data: Uint8Array): void {
    const event = readEvent(decodeEvent(data));
    if (event === undefined) return;
    if (event.kind === "ready") {
      this.wait = FIRST_WAIT;
      this.wasReady = true;
    }
    this.listener.onEvent(event);
  }

  private closed(socket: WebSocket, code: number): void {
    if (this.live !== socket) return;
    this.live = undefined;
    window.clearInterval(this.pinging);
    if (FINAL.has(code)) {
      this.listener.onEnded();
      return;
    }
    if (!this.wasReady) this.onRefused();
    this.listener.onLost();
    const wait = this.wait * (0.5 + Math.random());
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
    window.setTimeout(() => {
      if (this.live === undefined) this.open();
    }, wait);
  }
}
