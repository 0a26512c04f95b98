/** A browser without room: what can't be kept is said, and whatever needs no keeping goes on. */

import "fake-indexeddb/auto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { randomBytes } from "../../src/crypto/bytes";
import { isStorageFull } from "../../src/keys";
import { ifThereIsRoom } from "../../src/keys/room";
import { highestVersion, noteVersion } from "../../src/keys/store";
import { RememberedUploads } from "../../src/threads/files/remembered";
import { Outbox } from "../../src/threads/outbox";
import { Sending } from "../../src/threads/sending";
import { Locks } from "../locks";
import { newUuid } from "../people";

/** As Chromium refuses a write beyond a site's share: the transaction is given up. */
function fill(): void {
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  });
}

beforeEach(() => {
  vi.stubGlobal("window", { setTimeout, clearTimeout });
  vi.stubGlobal("navigator", { locks: new Locks() });
});

afterEach(() => {
  vi.restoreAllMocks();
});

test("a message that can't be kept is refused with that reason, and goes once there is room", async () => {
  const posted: string[] = [];
  const outbox = await Outbox.open(newUuid(), randomBytes(32));
  const sending = new Sending(newUuid(), outbox, {
    mayGo: () => true,
    post: ({ body }) => {
      posted.push(body.kind === "text" ? body.text : body.kind);
      return Promise.resolve();
    },
    renew: () => Promise.resolve(),
    lost: () => undefined,
    arrived: () => undefined,
    changed: () => undefined,
  });
  fill();
  const refused = await sending.add({ kind: "text", text: "no room" }).catch((error: unknown) => error);
  expect(isStorageFull(refused)).toBe(true);
  expect(sending.waiting).toEqual([]);
  expect(posted).toEqual([]);
  vi.restoreAllMocks();
  await sending.add({ kind: "text", text: "room again" });
  expect(posted).toEqual(["room again"]);
});

test("what only makes later visits safer is left out, and nothing else is swallowed", async () => {
  const user = newUuid();
  await noteVersion(user, 3);
  fill();
  await ifThereIsRoom(noteVersion(user, 4));
  vi.restoreAllMocks();
  expect(await highestVersion(user)).toBe(3);
  await expect(ifThereIsRoom(Promise.reject(new Error("something else")))).rejects.toThrow("something else");
  const closed = new DOMException("closing", "InvalidStateError");
  await expect(ifThereIsRoom(Promise.reject(closed))).rejects.toBe(closed);
});

test("an upload goes on without being remembered", async () => {
  const uploads = await RememberedUploads.open(newUuid(), randomBytes(32));
  const [thread, digest] = [newUuid(), randomBytes(32)];
  const one = { blob: newUuid(), key: randomBytes(32) };
  fill();
  await uploads.keep(thread, digest, 12, one);
  vi.restoreAllMocks();
  uploads.release(one.blob);
  expect(await uploads.claim(thread, digest, 12)).toBeUndefined();
});
