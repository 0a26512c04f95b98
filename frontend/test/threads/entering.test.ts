/** A guest comes in: nothing that gets lost on the way locks them out, and nothing false is kept. */

import "fake-indexeddb/auto";

import { beforeEach, expect, test, vi } from "vitest";

import { type Bytes, equal, randomBytes } from "../../src/crypto/bytes";
import { WireError } from "../../src/crypto/error";
import { Identity } from "../../src/crypto/identity";
import { type Member, ServerError } from "../../src/keys";
import { comeBack, comeIn } from "../../src/threads/guests/entering";
import { type Door, type GuestServer } from "../../src/threads/guests/server";
import { GuestStore } from "../../src/threads/guests/store";
import { decodeChallenge, guestSeeds, newLinkSecret, verifyChallenge } from "../../src/wire/guest";
import { checkFollows, type IdentityEntry, makeEntry, readEntry } from "../../src/wire/identity";
import { Locks } from "../locks";
import { newUuid, NOW } from "../people";

const ORIGIN = "https://talks.example.org";
const CODE = "blue harbour";

beforeEach(() => {
  vi.stubGlobal("window", { location: { origin: ORIGIN } });
  vi.stubGlobal("navigator", { locks: new Locks() });
});

/** An honest server with one link, whose answers a test may lose. */
class Honest {
  readonly guest = newUuid();
  readonly link = { secret: newLinkSecret(), epoch: randomBytes(32) };
  readonly door: Door = { thread: newUuid(), nonce: randomBytes(32), withCode: true, isOpened: false };
  chain: IdentityEntry[] = [];
  loses = false;

  static async open(code = ""): Promise<Honest> {
    const made = new Honest();
    const identity = await Identity.fromSeeds(await guestSeeds(made.link.secret, code));
    made.chain = [await readEntry(await makeEntry({ user: made.guest, madeAt: NOW, identity }))];
    return made;
  }

  get server(): GuestServer {
    const asked = {
      knock: () => Promise.resolve({ ...this.door, isOpened: this.chain.length > 1 }),
      enter: (raw: Bytes, signature: Bytes) => this.enter(raw, signature),
      people: () => Promise.resolve([this.member]),
      replaceKeys: (raw: Bytes) => this.replace(raw),
    };
    return asked as unknown as GuestServer;
  }

  get newest(): IdentityEntry {
    const entry = this.chain.at(-1);
    if (entry === undefined) throw new Error("no keys");
    return entry;
  }

  private get member(): Member {
    return { userId: this.guest, name: "", chain: this.chain, entry: this.newest };
  }

  private async enter(raw: Bytes, signature: Bytes): Promise<void> {
    const challenge = decodeChallenge(raw);
    const linkKeys = this.chain[0]?.keys.fingerprint ?? challenge.fingerprint;
    if (this.chain.length > 1 && equal(challenge.fingerprint, linkKeys)) {
      throw new ServerError(403, "opened before", "guest_opened");
    }
    expect(challenge).toMatchObject({ thread: this.door.thread, guest: this.guest, origin: ORIGIN });
    expect(equal(challenge.nonce, this.door.nonce)).toBe(true);
    await verifyChallenge(challenge, this.newest.keys, signature);
  }

  private async replace(raw: Bytes): Promise<void> {
    const entry = await readEntry(raw);
    await checkFollows(entry, this.newest);
    this.chain.push(entry);
    if (this.loses) throw new TypeError("the answer was lost");
  }
}

const GIVEN = { name: "Amal", code: "" };

test("the link's keys are replaced by fresh ones, which come back without it", async () => {
  const honest = await Honest.open();
  const store = await GuestStore.open(honest.guest);
  const state = await comeIn(honest.server, honest.guest, honest.door, honest.link, GIVEN, store);
  expect(honest.chain.map(({ kind }) => kind)).toEqual(["first", "successor"]);
  expect(state.contents.entry).toEqual({ number: 2, hash: honest.newest.hash });
  expect(state.invitedBy).toEqual(honest.link.epoch);
  expect(await store.load()).toEqual(state);
  await comeBack(honest.server, honest.guest, honest.door, state);
});

test("a lost answer locks nobody out: the keys were kept before the server heard of them", async () => {
  const honest = await Honest.open();
  honest.loses = true;
  const store = await GuestStore.open(honest.guest);
  const coming = comeIn(honest.server, honest.guest, honest.door, honest.link, GIVEN, store);
  await expect(coming).rejects.toBeInstanceOf(TypeError);
  const kept = await store.load();
  if (kept === undefined) throw new Error("nothing was kept");
  await comeBack(honest.server, honest.guest, honest.door, kept);
});

test("a second page of the same browser comes in with the keys that the first has put in the link's place", async () => {
  const honest = await Honest.open();
  const [left, right] = [await GuestStore.open(honest.guest), await GuestStore.open(honest.guest)];
  const comings = [left, right].map((store) =>
    comeIn(honest.server, honest.guest, honest.door, honest.link, GIVEN, store),
  );
  await Promise.all(comings);
  expect(honest.chain).toHaveLength(2);
  const kept = await right.load();
  if (kept === undefined) throw new Error("nothing was kept");
  expect(kept.contents.entry.hash).toEqual(honest.newest.hash);
  await comeBack(honest.server, honest.guest, honest.door, kept);
});

test("another code signs with other keys, and nothing is kept", async () => {
  const honest = await Honest.open(CODE);
  const store = await GuestStore.open(honest.guest);
  const given = { name: "Amal", code: "red harbour" };
  const coming = comeIn(honest.server, honest.guest, honest.door, honest.link, given, store);
  await expect(coming).rejects.toBeInstanceOf(WireError);
  expect(await store.load()).toBeUndefined();
  const right = { name: "Amal", code: ` ${CODE} ` };
  expect(await comeIn(honest.server, honest.guest, honest.door, honest.link, right, store)).toBeDefined();
});

test("a server that shows other keys than the link's gets no successor", async () => {
  const honest = await Honest.open();
  const { server } = honest;
  const other = await Honest.open();
  const lying = Object.assign(server, { people: () => other.server.people("") });
  const store = await GuestStore.open(honest.guest);
  const coming = comeIn(lying, honest.guest, honest.door, honest.link, GIVEN, store);
  await expect(coming).rejects.toBeInstanceOf(WireError);
  expect(honest.chain).toHaveLength(1);
  expect(await store.load()).toBeUndefined();
});

test("a browser without room leaves the link as it is: it still opens where there is some", async () => {
  const honest = await Honest.open();
  const store = await GuestStore.open(honest.guest);
  const full = new DOMException("full", "QuotaExceededError");
  vi.spyOn(store, "save").mockRejectedValueOnce(full);
  const coming = comeIn(honest.server, honest.guest, honest.door, honest.link, GIVEN, store);
  await expect(coming).rejects.toBe(full);
  expect(honest.chain).toHaveLength(1);
  await comeIn(honest.server, honest.guest, honest.door, honest.link, GIVEN, store);
  expect(honest.chain).toHaveLength(2);
});
