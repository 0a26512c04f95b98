/** Keys of earlier messages that were given while a page had no connection. */

import { expect, it } from "vitest";

import { wrapHistory } from "../../src/wire/epochMaking";
import { actor, row, World } from "./world";

it("are found by whoever asks again, and nobody else's are", async () => {
  const [anna, boris] = await Promise.all([actor(), actor()]);
  const world = new World([anna, boris]);
  const first = await world.epoch(anna, [row(anna, "owner")]);
  await world.epoch(anna, [row(anna, "owner"), row(boris)]);
  const epochs = await world.checkEpochs(boris);
  const keys = { userId: boris.id, identity: boris.identity, oldXwing: [] };
  const listed = await world.listedEpochs(boris);
  const [closed, open] = listed;
  if (closed === undefined || open === undefined) throw new Error("no epochs");
  expect(await epochs.gainFrom(listed, keys)).toBe(false);

  for (const [whom, gains] of [[boris, true], [anna, false]] as const) {
    const { publicKeys } = whom.identity;
    const wrap = await wrapHistory(first.record, first.key, publicKeys);
    const given = { ...closed, wrap, historyFingerprint: publicKeys.fingerprint };
    expect(await epochs.gainFrom([given, open], keys)).toBe(gains);
  }
});
