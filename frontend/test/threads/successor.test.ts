/** Whether a conversation still has an owner who can make its next key, and what one says that goes on from it. */

import { beforeAll, expect, it } from "vitest";

import { isOwnerless, lostOwners } from "../../src/threads/successor";
import { makeEpoch } from "../../src/wire/epochMaking";
import { OPEN_POLICY } from "../../src/wire/roster";
import { START } from "../../src/wire/transcript";
import { CHECKPOINT, NOW } from "../people";
import { type Actor, actor, peopleOf, renewed, row } from "./world";

let anna: Actor;
let boris: Actor;

beforeAll(async () => {
  [anna, boris] = await Promise.all([actor(), actor()]);
});

const lost = (owners: readonly Actor[], people: readonly Actor[], putOut: readonly string[] = []): boolean => {
  const roster = [...owners.map((one) => row(one, "owner")), row(boris)];
  return isOwnerless(roster, lostOwners(roster, putOut, peopleOf(boris, people, new Map())));
};

it("has one while an owner is in the workspace under keys that follow", async () => {
  expect(lost([anna], [anna, boris])).toBe(false);
  expect(lost([anna], [await renewed(anna), boris])).toBe(false);
});

it("has none once the last is put out, or has started over", async () => {
  expect(lost([anna], [anna, boris], [anna.id])).toBe(true);
  expect(lost([anna], [await renewed(anna, true), boris])).toBe(true);
});

it("names the conversation and the epoch that it goes on from", async () => {
  const continues = { thread: crypto.randomUUID(), epoch: new Uint8Array(32).fill(7) };
  const { record } = await makeEpoch({
    thread: crypto.randomUUID(),
    before: undefined,
    author: boris.id,
    identity: boris.identity,
    roster: [row(boris, "owner")],
    keys: new Map([[boris.id, boris.identity.publicKeys]]),
    policy: OPEN_POLICY,
    about: { title: "The same", pins: [] },
    start: START,
    madeAt: NOW,
    checkpoint: CHECKPOINT,
    continues,
  });
  expect(record.tbs.continues).toEqual(continues);
});
