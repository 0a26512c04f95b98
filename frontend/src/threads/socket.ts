/**
 * The socket to the server: opens itself again, says when it is ready, and reports every event.
 *
 * A connection may be gone without a word: a laptop slept, a network changed. Browsers find out after many
 * minutes, so whatever was asked and isn't answered soon ends the socket here.
 */

import { type Bytes } from "../crypto/bytes";
import { type Server } from "./server";
import { decodeEvent, type Event, pingMessage, postMessage, readAnswer, readEvent } from "./socketMessages";

const PING_EVERY = 45_000;
/** Within so long the server answers a ping, and is ready after a socket was asked for. */
const PONG_WITHIN = 8_000;
const READY_WITHIN = 20_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** An envelope that has no answer by then is posted over HTTP, which harms nothing if it was written. */
const ANSWER_WITHIN = 8_000;
/** The server's reasons not to open again: signed out, no member any more. */
const FINAL = new Set([4401, 4404]);
/** The session has another key: it opens again once the cookie with that has surely come. */
const RENEWED = 4409;
const COOKIE_WAIT = 2_000;
/** What a browser says of a connection that broke. */
const GONE = 1006;

export interface Listener {
  readonly onEvent: (event: Event) => void;
  readonly onLost: () => void;
  /** The session or the membership has ended. */
  readonly onEnded: () => void;
}

export class Socket {
  private wait = FIRST_WAIT;
  private pinging: number | undefined;
  /** Runs while an answer is due. */
  private due: number | undefined;
  private live: WebSocket | undefined;
  private wasReady = false;
  private refs = 0;
  private readonly posts = new Map<number, (seq: number | undefined) => void>();

  /** `onRefused` hears of every attempt that ended before the server was ready. */
  constructor(
    private readonly server: Pick<Server, "socketPath" | "openMessage">,
    private readonly listener: Listener,
    private readonly onRefused: () => void = () => undefined,
  ) {
    window.addEventListener("online", () => {
      this.wait = FIRST_WAIT;
      if (this.live === undefined) this.open();
      else this.probe();
    });
    // Where the network went or came back, and where somebody looks again: the connection may be gone by now.
    window.addEventListener("offline", () => {
      this.probe();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.probe();
    });
  }

  open(): void {
    const address = new URL(this.server.socketPath, window.location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.live = socket;
    this.wasReady = false;
    socket.binaryType = "arraybuffer";
    this.expect(socket, READY_WITHIN);
    socket.addEventListener("open", () => {
      socket.send(this.server.openMessage());
      this.pinging = window.setInterval(() => {
        this.probe();
      }, PING_EVERY);
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      // What a socket that was given up still says is fetched over the next one.
      if (this.live === socket && event.data instanceof ArrayBuffer) this.receive(new Uint8Array(event.data));
    });
    socket.addEventListener("close", (event) => {
      this.closed(socket, event.code);
    });
  }

  /**
   * Where the envelope stands; undefined where nobody can say here: no socket is open, it was refused, or no
   * answer came. HTTP then says more.
   */
  post(thread: string, envelope: Bytes): Promise<number | undefined> {
    const socket = this.live;
    if (socket?.readyState !== WebSocket.OPEN || !this.wasReady) return Promise.resolve(undefined);
    const ref = ++this.refs;
    return new Promise((resolve) => {
      const timer = window.setTimeout(() => {
        this.settle(ref, undefined);
      }, ANSWER_WITHIN);
      this.posts.set(ref, (seq) => {
        window.clearTimeout(timer);
        resolve(seq);
      });
      socket.send(postMessage(ref, thread, envelope));
    });
  }

  /** Asks whether the server is still there. */
  private probe(): void {
    const socket = this.live;
    if (socket?.readyState !== WebSocket.OPEN || !this.wasReady || this.due !== undefined) return;
    socket.send(pingMessage());
    this.expect(socket, PONG_WITHIN);
  }

  /** Ends the socket unless something is heard from it within so many milliseconds. */
  private expect(socket: WebSocket, millis: number): void {
    window.clearTimeout(this.due);
    this.due = window.setTimeout(() => {
      this.closed(socket, GONE);
      socket.close();
    }, millis);
  }

  private settle(ref: number, seq: number | undefined): void {
    this.posts.get(ref)?.(seq);
    this.posts.delete(ref);
  }

  private receive(data: Uint8Array): void {
    window.clearTimeout(this.due);
    this.due = undefined;
    const message = decodeEvent(data);
    const answer = readAnswer(message);
    if (answer !== undefined) {
      this.settle(answer.ref, answer.seq);
      return;
    }
    const event = readEvent(message);
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
    window.clearTimeout(this.due);
    this.due = undefined;
    for (const ref of [...this.posts.keys()]) this.settle(ref, undefined);
    if (FINAL.has(code)) {
      this.listener.onEnded();
      return;
    }
    if (!this.wasReady) this.onRefused();
    // Nothing is missing for so short a time, and what came meanwhile is fetched as soon as it is open.
    if (code === RENEWED) this.wait = COOKIE_WAIT;
    else this.listener.onLost();
    const wait = this.wait * (0.5 + Math.random());
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT);
    window.setTimeout(() => {
      if (this.live === undefined) this.open();
    }, wait);
  }
}
