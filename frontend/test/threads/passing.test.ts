/** Who is writing and who has read: signed like all else, dropped if false, alarming if it shows a fork. */

import { beforeAll, beforeEach, expect, it } from "vitest";

import { type Bytes, randomBytes } from "../../src/crypto/bytes";
import { type Epochs } from "../../src/threads/epochs";
import { Passing, TYPING_LASTS } from "../../src/threads/passing";
import { type People } from "../../src/threads/people";
import { type Timeline } from "../../src/threads/timeline";
import { type Body } from "../../src/wire/body";
import { type Header, makeEnvelope } from "../../src/wire/envelope";
import { NOW, newUuid } from "../people";
import { type Actor, actor, peopleOf, row, trouble, World } from "./world";

let anna: Actor;
let boris: Actor;
let mallory: Actor;
let world: World;
let epochs: Epochs;
let people: People;
let timeline: Timeline;
let passing: Passing;
let counter = 0;

beforeAll(async () => {
  [anna, boris, mallory] = await Promise.all([actor(), actor(), actor()]);
});

beforeEach(async () => {
  world = new World([anna, boris, mallory]);
  await world.epoch(anna, [row(anna, "owner"), row(boris, "observer")]);
  for (let at = 0; at < 3; at++) await world.post(anna);
  await opened();
  passing = new Passing(world.thread);
});

async function opened(): Promise<void> {
  epochs = await world.checkEpochs(anna);
  people = peopleOf(anna, world.actors, new Map());
  timeline = await world.timeline(anna);
  await timeline.append(world.page());
}

async function note(sender: Actor, body: Body, changes: Partial<Header> = {}): Promise<Bytes> {
  const epoch = world.epochs.at(-1);
  if (epoch === undefined) throw new Error("no epoch");
  counter += 1;
  const header: Header = {
    thread: world.thread,
    epoch: epoch.record.hash,
    sender: sender.id,
    client: new Uint8Array(16),
    counter,
    class: "ephemeral",
    writtenAt: NOW,
    seen: world.head,
    ...changes,
  };
  return makeEnvelope(header, body, epoch.key, sender.identity);
}

function take(raw: Bytes): Promise<boolean> {
  return passing.take(raw, epochs, people, timeline, NOW);
}

const receipt = (seq: number): Body => ({
  kind: "receipt",
  read: world.heads[seq] ?? { seq, t: new Uint8Array(32) },
});

it("shows who is writing, until they stop, send, or time is up", async () => {
  expect(await take(await note(anna, { kind: "typing", isTyping: true }))).toBe(true);
  expect(passing.writers(NOW)).toEqual([anna.id]);
  expect(passing.writers(NOW + TYPING_LASTS)).toEqual([]);
  await take(await note(anna, { kind: "typing", isTyping: false }));
  expect(passing.writers(NOW)).toEqual([]);
  await take(await note(anna, { kind: "typing", isTyping: true }));
  passing.wrote(anna.id);
  expect(passing.writers(NOW)).toEqual([]);
});

it("keeps the newest receipt of each person, in whatever order they come", async () => {
  expect(await take(await note(boris, receipt(2)))).toBe(true);
  expect(await take(await note(boris, receipt(1)))).toBe(false);
  expect(passing.read.get(boris.id)?.head.seq).toBe(2);
  await take(await note(boris, receipt(3)));
  expect(passing.read.get(boris.id)?.head.seq).toBe(3);
});

it("drops what is repeated, forged, from elsewhere, or from somebody who is not in it", async () => {
  const writing: Body = { kind: "typing", isTyping: true };
  const once = await note(anna, writing);
  expect(await take(once)).toBe(true);
  passing.wrote(anna.id);
  const changed = await note(anna, writing);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const false_ = [
    once,
    changed,
    await note(mallory, writing),
    await note({ ...anna, identity: mallory.identity }, writing),
    await note(anna, writing, { thread: newUuid() }),
    await note(anna, writing, { epoch: randomBytes(32) }),
    await note(boris, writing), // an observer writes nothing
    await world.seal(anna),
    new Uint8Array(40),
  ];
  for (const raw of false_) expect(await take(raw)).toBe(false);
  expect(passing.writers(NOW)).toEqual([]);
});

it("of somebody who was removed counts no more", async () => {
  const late = await note(boris, receipt(3));
  await world.epoch(anna, [row(anna, "owner")]);
  await opened();
  expect(await take(late)).toBe(false);
});

it("that shows another transcript is a fork, at once or when the message comes", async () => {
  const other = (seq: number): Body => ({ kind: "receipt", read: { seq, t: randomBytes(32) } });
  const wrong = await note(boris, other(2));
  expect(await trouble(() => take(wrong))).toBe("fork");
  passing = new Passing(world.thread);
  await take(await note(boris, other(4)));
  passing.agree(timeline);
  await world.post(anna);
  await timeline.append(world.page(3));
  expect(await trouble(() => { passing.agree(timeline); })).toBe("fork");
});

it("is refused in the transcript itself", async () => {
  const raw = await note(anna, { kind: "typing", isTyping: true });
  await world.accept(raw);
  expect(await trouble(() => timeline.append(world.page(3)))).toBe("forged-message");
});
