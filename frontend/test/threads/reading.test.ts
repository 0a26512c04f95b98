/** What this person has sent counts as said once it stands in the transcript, whatever the server says. */

import { beforeAll, beforeEach, expect, it } from "vitest";

import { type Bytes } from "../../src/crypto/bytes";
import { type Holder, ServerError } from "../../src/keys";
import { type Circle } from "../../src/threads/circle";
import { type Waiting } from "../../src/threads/outbox";
import { Posting } from "../../src/threads/posting";
import { Reading } from "../../src/threads/reading";
import { type Server } from "../../src/threads/server";
import { messageKey } from "../../src/threads/timeline";
import { type Actor, actor, peopleOf, row, trouble, World } from "./world";

let anna: Actor;
let boris: Actor;
let world: World;
let reading: Reading;
let posting: Posting;
/** What the server does with an envelope. */
let answer: (raw: Bytes) => Promise<number>;

beforeAll(async () => {
  [anna, boris] = await Promise.all([actor(), actor()]);
});

beforeEach(async () => {
  world = new World([anna, boris]);
  await world.epoch(anna, [row(anna, "owner"), row(boris)]);
  const server = {
    page: (_thread: string, { after, before }: { after?: number; before?: number } = {}) =>
      Promise.resolve(world.page(after ?? Math.max(0, (before ?? world.items.length + 1) - 3), before && before - 1)),
    post: (_thread: string, raw: Bytes) => answer(raw),
  } as unknown as Server;
  const epochs = await world.checkEpochs(anna);
  const people = peopleOf(anna, world.actors, new Map());
  const load = (): Promise<void> => Promise.resolve();
  const circle = { chain: epochs, epochs, people, load, knows: () => Promise.resolve(true) } as unknown as Circle;
  const vault = { userId: anna.id, identity: anna.identity, headOf: () => undefined, rememberHead: () => undefined };
  const unlocked = vault as unknown as Holder;
  reading = new Reading(world.thread, server, unlocked, circle, { loadNewEpochs: load, taken: load });
  posting = new Posting(world.thread, server, unlocked, circle, reading, load);
  for (const sender of [boris, anna, boris, anna]) await world.post(sender);
  await reading.begin();
});

function waiting(counter = 99): Waiting {
  const client = new Uint8Array(16);
  return { key: messageKey(client, counter), client, counter, at: 1, body: { kind: "text", text: "typed" } };
}

it("is said when it follows what is here, and when others came between", async () => {
  answer = async (raw) => {
    await world.accept(raw);
    return world.head.seq;
  };
  await posting.post(waiting());
  answer = async (raw) => {
    await world.post(boris);
    await world.accept(raw);
    return world.head.seq;
  };
  await posting.post(waiting(100));
  expect(reading.head).toEqual(world.head);
});

it("is not said where the server names a place that was taken, or one where others stand", async () => {
  answer = () => Promise.resolve(2);
  expect(await trouble(() => posting.post(waiting()))).toBe("fork");
  answer = async () => {
    await world.post(boris);
    await world.post(boris);
    return world.head.seq;
  };
  expect(await trouble(() => posting.post(waiting()))).toBe("fork");
});

it("was said if the counter is used up and it stands there, even in a page that is not here yet", async () => {
  answer = () => Promise.reject(new ServerError(409, "Sent before.", "replayed"));
  await posting.post(waiting(2));
  expect(reading.start).toBe(0);
  // Another's message under the same name is not one's own.
  await expect(posting.post(waiting(1))).rejects.toThrow("Sent before.");
});
