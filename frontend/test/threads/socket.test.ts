// @vitest-environment happy-dom
/** The socket as a way to post: answered, declined, cut off or silent; the rest is asked over HTTP. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { type Bytes, fromUuid, randomBytes, toUuid } from "../../src/crypto/bytes";
import { decode, encode, isMap, type Value } from "../../src/crypto/cbor";
import { Live } from "../../src/threads/live";
import { Server } from "../../src/threads/server";
import { Socket } from "../../src/threads/socket";

const THREAD = toUuid(randomBytes(16));

class FakeWebSocket extends EventTarget {
  static readonly OPEN = 1;
  static latest: FakeWebSocket;
  readyState = 0;
  binaryType = "";
  readonly sent: ReadonlyMap<number, Value>[] = [];

  constructor() {
    super();
    FakeWebSocket.latest = this;
  }

  send(data: Bytes): void {
    const message = decode(data, 100_000);
    if (isMap(message)) this.sent.push(message);
  }

  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
    this.says([0, 65], [1, 1], [2, []]);
  }

  says(...fields: [number, Value][]): void {
    const data = Uint8Array.from(encode(new Map(fields))).buffer;
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  close(): void {
    this.breaks();
  }

  breaks(code = 1006): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

let socket: Socket;
let events: string[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeWebSocket);
  events = [];
  socket = new Socket(new Server("mission"), {
    onEvent: (event) => events.push(event.kind),
    onLost: () => events.push("lost"),
    onEnded: () => events.push("ended"),
  });
  socket.open();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("opens again without a word where the session has another key, once the cookie has come", () => {
  const first = FakeWebSocket.latest;
  first.opens();
  first.breaks(4409);
  vi.advanceTimersByTime(900);
  expect(FakeWebSocket.latest).toBe(first);
  vi.advanceTimersByTime(2_100);
  expect(FakeWebSocket.latest).not.toBe(first);
  FakeWebSocket.latest.opens();
  expect(events).toEqual(["ready", "ready"]);
});

it("says that the connection is lost where it doesn't open again after that", () => {
  FakeWebSocket.latest.opens();
  FakeWebSocket.latest.breaks(4409);
  vi.advanceTimersByTime(3_000);
  FakeWebSocket.latest.breaks();
  expect(events).toEqual(["ready", "lost"]);
});

it.each([
  [4401, "signed out, or for too long signed in"],
  [4404, "no member any more"],
])("ends for good with %i: %s", (code) => {
  const first = FakeWebSocket.latest;
  first.opens();
  first.breaks(code);
  vi.advanceTimersByTime(60_000);
  expect(FakeWebSocket.latest).toBe(first);
  expect(events).toEqual(["ready", "ended"]);
});

it.each([401, 404])("ends for good where the waiting request is answered by %i", async (status) => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status })));
  const heard: string[] = [];
  new Live(new Server("mission"), {
    onEvent: (event) => heard.push(event.kind),
    onLost: () => heard.push("lost"),
    onEnded: () => heard.push("ended"),
  }).open();
  // Something on the way lets no socket through.
  for (let attempt = 0; attempt < 2; attempt++) {
    FakeWebSocket.latest.breaks();
    await vi.advanceTimersByTimeAsync(1_600);
  }
  expect(heard.at(-1)).toBe("ended");
});

it("takes a connection that answers no ping for lost, and opens another one", () => {
  const first = FakeWebSocket.latest;
  first.opens();
  vi.advanceTimersByTime(45_000);
  expect(first.sent.at(-1)?.get(0)).toBe(71);
  first.says([0, 72], [1, 1]);
  vi.advanceTimersByTime(45_000 + 7_900);
  expect(events).toEqual(["ready"]);
  vi.advanceTimersByTime(200);
  expect(events).toEqual(["ready", "lost"]);
  vi.advanceTimersByTime(1_000);
  expect(FakeWebSocket.latest).not.toBe(first);
});

it("asks at once whether it is still there when the network went or somebody looks again", () => {
  const first = FakeWebSocket.latest;
  first.opens();
  window.dispatchEvent(new Event("offline"));
  expect(first.sent.at(-1)?.get(0)).toBe(71);
  vi.advanceTimersByTime(7_900);
  expect(first.readyState).toBe(1);
  vi.advanceTimersByTime(200);
  expect(first.readyState).toBe(3);
});

it("doesn't wait for ever for a connection that never opens", () => {
  const first = FakeWebSocket.latest;
  vi.advanceTimersByTime(20_100);
  expect(events).toEqual(["lost"]);
  vi.advanceTimersByTime(1_000);
  expect(FakeWebSocket.latest).not.toBe(first);
});

it("posts, and tells each answer apart by its reference", async () => {
  FakeWebSocket.latest.opens();
  const raws = [randomBytes(200), randomBytes(300)];
  const answers = raws.map((raw) => socket.post(THREAD, raw));
  const posts = FakeWebSocket.latest.sent.filter((message) => message.get(0) === 76);
  expect(posts.map((message) => message.get(3))).toEqual([fromUuid(THREAD), fromUuid(THREAD)]);
  expect(posts.map((message) => message.get(4))).toEqual(raws);
  const [one, two] = posts.map((message) => message.get(2) ?? 0);
  FakeWebSocket.latest.says([0, 77], [1, 1], [2, two ?? 0], [3, 8], [4, randomBytes(32)]);
  FakeWebSocket.latest.says([0, 77], [1, 1], [2, one ?? 0], [3, 7], [4, randomBytes(32)]);
  expect(await Promise.all(answers)).toEqual([7, 8]);
  expect(events).toEqual(["ready"]);
});

it("knows no answer where it was declined", async () => {
  FakeWebSocket.latest.opens();
  const answer = socket.post(THREAD, randomBytes(9));
  const ref = FakeWebSocket.latest.sent.at(-1)?.get(2) ?? 0;
  FakeWebSocket.latest.says([0, 78], [1, 1], [2, ref]);
  expect(await answer).toBeUndefined();
});

it("knows no answer when the socket breaks or stays silent", async () => {
  FakeWebSocket.latest.opens();
  const broken = socket.post(THREAD, randomBytes(9));
  FakeWebSocket.latest.breaks();
  expect(await broken).toBeUndefined();

  vi.advanceTimersByTime(2_000);
  FakeWebSocket.latest.opens();
  const silent = socket.post(THREAD, randomBytes(9));
  vi.advanceTimersByTime(9_000);
  expect(await silent).toBeUndefined();
});

it("posts nothing before the server is ready, nor after it is gone", async () => {
  expect(await socket.post(THREAD, randomBytes(9))).toBeUndefined();
  FakeWebSocket.latest.opens();
  FakeWebSocket.latest.breaks();
  expect(await socket.post(THREAD, randomBytes(9))).toBeUndefined();
  expect(FakeWebSocket.latest.sent.map((message) => message.get(0))).toEqual([64]);
});

it("is asked first, and HTTP only where it knows no answer", async () => {
  const server = new Server("mission");
  const asked: string[] = [];
  vi.stubGlobal("fetch", (address: string) => {
    asked.push(address);
    return Promise.resolve(
      new Response(Uint8Array.from(encode([5, randomBytes(32)])), { status: 201 }),
    );
  });
  server.quick = () => Promise.resolve(4);
  expect(await server.post(THREAD, randomBytes(9))).toBe(4);
  server.quick = () => Promise.resolve(undefined);
  expect(await server.post(THREAD, randomBytes(9))).toBe(5);
  expect(asked).toEqual([`/w/mission/threads/${THREAD}/envelopes`]);
});
