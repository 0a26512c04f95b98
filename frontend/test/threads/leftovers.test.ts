/** What waits in conversations that no page has open goes out from any conversation's page, once and no further. */

import "fake-indexeddb/auto";

import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { Leftovers } from "../../src/threads/leftovers";
import { Outbox } from "../../src/threads/outbox";
import { Server } from "../../src/threads/server";
import { NOW } from "../people";
import { flipped, Hostile, items, listOf, refuse } from "./hostile";
import { type Actor, actor, row } from "./world";

const OPEN = "another conversation, that the page shows";

let anna: Actor;
let boris: Actor;
let fresh: Hostile;
let server: Hostile;
let outbox: Outbox;
let leftovers: Leftovers;
/** What the list of conversations was told, oldest first. */
let shown: string[][];

beforeAll(async () => {
  [anna, boris] = await Promise.all([actor(), actor()]);
  fresh = await Hostile.between(boris, [anna, boris]);
  await fresh.epoch(anna, [row(anna, "owner"), row(boris)]);
  await fresh.openLog();
  await Outbox.open(boris.id, new Uint8Array(32));
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW + 60_000 });
  server = await fresh.again();
  // One of its own for each test: what the last one has begun looks again whether something waits, and must find nothing.
  outbox = await Outbox.open(crypto.randomUUID(), new Uint8Array(32));
  await outbox.reserve(server.thread, { kind: "text", text: "typed without a connection" }, Date.now());
  shown = [];
  leftovers = new Leftovers(new Server("talks"), server.holder(), outbox, (threads) => {
    shown.push([...threads]);
  });
});

afterEach(() => {
  vi.useRealTimers();
});

async function send(open = OPEN): Promise<void> {
  await leftovers.send(await outbox.threads(), open);
}

function marked(): number {
  return server.posted.filter(({ what }) => what === "read").length;
}

it("sends what waits where no page is open, and shows that nothing waits any more", async () => {
  await send();
  expect([server.sent.length, await outbox.threads()]).toEqual([1, []]);
  expect(shown).toEqual([[server.thread], []]);
});

it("leaves the open conversation alone: it sends its own", async () => {
  await send(server.thread);
  expect([server.sent, await outbox.threads()]).toEqual([[], [server.thread]]);
  expect(shown.at(-1)).toEqual([server.thread]);
});

it("sends once, called again or told of what is gone already", async () => {
  const threads = await outbox.threads();
  await leftovers.send(threads, OPEN);
  await leftovers.send(threads, OPEN);
  await send();
  expect(server.sent).toHaveLength(1);
});

it("sends what is written later too, from the page that it has begun", async () => {
  await send();
  await outbox.reserve(server.thread, { kind: "text", text: "and again" }, Date.now());
  await send();
  expect([server.sent.length, await outbox.threads()]).toEqual([2, []]);
});

it("counts one's own words as read, and nobody else's", async () => {
  await send();
  expect(marked()).toBe(1);
  server.posted.length = 0;
  await server.post(anna);
  await outbox.reserve(server.thread, { kind: "text", text: "and again" }, Date.now());
  await send();
  expect([server.sent.length, marked()]).toEqual([1, 0]);
});

it("keeps what was written for a conversation in trouble, and says nothing there", async () => {
  await server.post(anna);
  server.lies.set("envelopes", items((all) => all.map((one) => {
    const [hash = 0, raw] = listOf(one);
    return [hash, flipped(raw as Uint8Array<ArrayBuffer>)];
  })));
  await send();
  expect([server.sent, await outbox.threads()]).toEqual([[], [server.thread]]);
  expect(shown.at(-1)).toEqual([server.thread]);
});

it("keeps what was written while the server takes nothing, and sends it when it does", async () => {
  server.answerToPost = () => refuse(503, "unavailable");
  await send();
  expect(await outbox.threads()).toEqual([server.thread]);
  server.answerToPost = undefined;
  server.posted.length = 0;
  await send();
  expect([server.sent.length, await outbox.threads()]).toEqual([1, []]);
});
