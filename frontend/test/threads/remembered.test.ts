/** What a browser remembers of uploads: for whom, of which file, for how long, and for one at a time. */

import "fake-indexeddb/auto";

import { beforeEach, expect, test, vi } from "vitest";

import { randomBytes } from "../../src/crypto/bytes";
import { RememberedUploads } from "../../src/threads/files/remembered";
import { Locks } from "../locks";
import { newUuid } from "../people";

const HOUR = 3_600_000;

beforeEach(() => {
  vi.stubGlobal("navigator", { locks: new Locks() });
});

const [digest, size] = [randomBytes(32), 12];

test("remembers an upload for the same person, thread and file, and for nobody else", async () => {
  const [user, thread, vaultKey] = [newUuid(), newUuid(), randomBytes(32)];
  const one = { blob: newUuid(), key: randomBytes(32) };
  const tab = await RememberedUploads.open(user, vaultKey);
  await tab.keep(thread, digest, size, one);
  tab.release(one.blob);
  const later = await RememberedUploads.open(user, vaultKey);
  expect(await later.claim(newUuid(), digest, size)).toBeUndefined();
  expect(await later.claim(thread, randomBytes(32), size)).toBeUndefined();
  expect(await later.claim(thread, digest, size + 1)).toBeUndefined();
  const other = await RememberedUploads.open(newUuid(), vaultKey);
  expect(await other.claim(thread, digest, size)).toBeUndefined();
  expect(await later.claim(thread, digest, size)).toEqual(one);
});

test("gives a record to one upload at a time, in all tabs", async () => {
  const [user, thread, vaultKey] = [newUuid(), newUuid(), randomBytes(32)];
  const one = { blob: newUuid(), key: randomBytes(32) };
  const [left, right] = [
    await RememberedUploads.open(user, vaultKey),
    await RememberedUploads.open(user, vaultKey),
  ];
  await left.keep(thread, digest, size, one);
  expect(await left.claim(thread, digest, size)).toBeUndefined();
  expect(await right.claim(thread, digest, size)).toBeUndefined();
  left.release(one.blob);
  await vi.waitFor(async () => {
    expect(await right.claim(thread, digest, size)).toEqual(one);
  }, { timeout: 20_000 });
  await right.forget(one.blob);
  expect(await left.claim(thread, digest, size)).toBeUndefined();
});

test("forgets after a day, and what an earlier vault key sealed", async () => {
  const [user, thread, vaultKey] = [newUuid(), newUuid(), randomBytes(32)];
  const one = { blob: newUuid(), key: randomBytes(32) };
  const now = Date.now();
  const tab = await RememberedUploads.open(user, vaultKey);
  vi.spyOn(Date, "now").mockReturnValue(now - 25 * HOUR);
  await tab.keep(thread, digest, size, one);
  vi.spyOn(Date, "now").mockReturnValue(now);
  tab.release(one.blob);
  expect(await tab.claim(thread, digest, size)).toBeUndefined();

  await tab.keep(thread, digest, size, one);
  tab.release(one.blob);
  const renewed = await RememberedUploads.open(user, randomBytes(32));
  expect(await renewed.claim(thread, digest, size)).toBeUndefined();
  expect(await tab.claim(thread, digest, size)).toBeUndefined();
});
