/** Whether a conversation still has an owner who can make its next key, and what one says that goes on from it. */

import { beforeAll, expect, it } from "vitest";

import { outcomeOf } from "../../src/threads/renewal";
import { isOwnerless, lostOwners } from "../../src/threads/successor";
import { Trouble } from "../../src/threads/trouble";
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

it("tells whoever has replaced their keys what becomes of each conversation", () => {
  const roster = [row(anna, "owner"), row(boris)];
  const now = { trouble: undefined, stage: "open", roster, lostOwners: [] as readonly string[] } as const;
  const { fingerprint } = boris.identity.publicKeys;
  const another = new Uint8Array(32).fill(9);
  expect(outcomeOf(now, boris.id, fingerprint)).toBe("renewed");
  expect(outcomeOf(now, boris.id, another)).toBe("waiting");
  const without = { ...now, lostOwners: [anna.id] };
  expect(outcomeOf(without, boris.id, another)).toBe("ownerless");
  // Who only reads can't begin the new one.
  const observing = { ...without, roster: [row(anna, "owner"), row(boris, "observer")] };
  expect(outcomeOf(observing, boris.id, another)).toBe("waiting");
  expect(outcomeOf({ ...now, stage: "revoked" }, boris.id, fingerprint)).toBe("stopped");
  const troubled = { ...now, trouble: new Trouble("fork", "another head") };
  expect(outcomeOf(troubled, boris.id, fingerprint)).toBe("stopped");
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
