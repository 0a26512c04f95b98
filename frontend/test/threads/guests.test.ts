/** Guests by link: what the link holds, what a guest's browser checks, and what a hostile server can't do. */

import "fake-indexeddb/auto";

import { expect, test, vi } from "vitest";

import { type Bytes, randomBytes } from "../../src/crypto/bytes";
import { WireError } from "../../src/crypto/error";
import { Identity } from "../../src/crypto/identity";
import { type Member } from "../../src/keys";
import { Epochs } from "../../src/threads/epochs";
import { GuestHolder } from "../../src/threads/guests/holder";
import { checkInvitation, labels, Roll } from "../../src/threads/guests/roll";
import { type GuestState, GuestStore } from "../../src/threads/guests/store";
import { withGuest } from "../../src/threads/membership";
import { encodeFragment, guestSeeds, newLinkSecret, openName, readFragment, sealName } from "../../src/wire/guest";
import { OPEN_POLICY } from "../../src/wire/roster";
import { newUuid, NOW } from "../people";
import { type Actor, actor, peopleOf, renewed, row, trouble, World } from "./world";

vi.stubGlobal("window", Object.assign(new EventTarget(), { setTimeout, clearTimeout }));

const LATER = NOW + 3_600_000;

async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  return "accepted";
}

function member(one: Actor): Member {
  const entry = one.chain.at(-1);
  if (entry === undefined) throw new Error("no keys");
  return { userId: one.id, name: "", chain: one.chain, entry };
}

/** A thread of Anna and Boris, into which Anna has brought a guest. */
async function invited(): Promise<{ world: World; anna: Actor; boris: Actor; guest: Actor }> {
  const [anna, boris, guest] = [await actor(), await actor(), await actor()];
  const world = new World([anna, boris, guest]);
  await world.epoch(anna, [row(anna, "owner"), row(boris)]);
  await world.epoch(anna, [row(anna, "owner"), row(boris), row(guest, "guest", LATER)]);
  return { world, anna, boris, guest };
}

test("a link's fragment comes back as it was, and only in its one spelling", async () => {
  const link = { secret: newLinkSecret(), epoch: randomBytes(32) };
  const text = encodeFragment(link);
  expect(text).toMatch(/^[A-Za-z0-9_-]{86}$/);
  expect(readFragment(text)).toEqual(link);
  for (const bad of ["", text.slice(1), `${text}A`, text.replace(/.$/, "="), `${text.slice(0, -1)}B`]) {
    if (bad !== text) expect(await refusal(() => readFragment(bad)), bad).toBe("malformed");
  }
});

test("a link's fragment is the same in every language", () => {
  // The same in tests/wire/test_guest_links.py.
  const bytes = Uint8Array.from({ length: 64 }, (_, at) => at);
  const link = { secret: bytes.slice(0, 32), epoch: bytes.slice(32) };
  expect(encodeFragment(link)).toBe(
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw",
  );
});

test("a code that differs makes other keys, and so does no code", async () => {
  const secret = newLinkSecret();
  const [bare, coded, other] = await Promise.all(
    ["", "blue harbour", "red harbour"].map(async (code) => Identity.fromSeeds(await guestSeeds(secret, code))),
  );
  const prints = new Set([bare, coded, other].map((one) => String(one?.publicKeys.fingerprint)));
  expect(prints.size).toBe(3);
});

test("a link's name opens in its own place alone", async () => {
  const key = randomBytes(32);
  const place = { thread: newUuid(), guest: newUuid(), number: 3 };
  const box = await sealName(key, place, "Harbour desk");
  expect(await openName(key, place, box)).toBe("Harbour desk");
  for (const change of [{ number: 4 }, { guest: newUuid() }, { thread: newUuid() }]) {
    expect(await refusal(() => openName(key, { ...place, ...change }, box))).not.toBe("accepted");
  }
  expect(await refusal(() => sealName(key, place, ""))).toBe("malformed");
  expect(await refusal(() => sealName(key, place, "x".repeat(201)))).toBe("malformed");
});

test("a guest replaces the link's keys by an epoch of their own, and others follow", async () => {
  const { world, anna, boris, guest } = await invited();
  const own = await renewed(guest);
  const rows = [row(anna, "owner"), row(boris), row(own, "guest", LATER)];
  const present = new World([anna, boris, own]);
  Object.assign(present, { thread: world.thread, epochs: [...world.epochs] });
  await present.epoch(own, rows);
  const found = await present.checkEpochs(boris);
  expect(found.newest.key).toBeDefined();
  // The link's seed still opens the epoch that it was let in with.
  const keys = { userId: own.id, identity: own.identity, oldXwing: [{ fingerprint: guest.identity.publicKeys.fingerprint, seed: guest.seeds.xwing }] };
  const listed = await present.listedEpochs(own);
  const theirs = await Epochs.check(present.thread, listed, peopleOf(own, [anna, boris, own], new Map()), keys, undefined);
  expect(theirs.all.map(({ key }) => key !== undefined)).toEqual([false, true, true]);
});

test("a guest may not add people, change roles or stay longer", async () => {
  for (const shape of ["add", "role", "longer"] as const) {
    const { world, anna, boris, guest } = await invited();
    const stranger = await actor();
    const extra = new World([anna, boris, guest, stranger]);
    Object.assign(extra, { thread: world.thread, epochs: [...world.epochs] });
    const rows = {
      add: [row(anna, "owner"), row(boris), row(guest, "guest", LATER), row(stranger)],
      role: [row(anna, "owner"), row(boris), row(guest, "member")],
      longer: [row(anna, "owner"), row(boris), row(guest, "guest", LATER + 1)],
    }[shape];
    await extra.epoch(guest, rows);
    expect(await trouble(() => extra.checkEpochs(boris)), shape).toBe("forged-epoch");
  }
});

test("an expired guest is left out by anybody, writes nothing, and makes no epoch", async () => {
  const { world, anna, boris, guest } = await invited();
  await world.epoch(boris, [row(anna, "owner"), row(boris)], { madeAt: LATER });
  expect((await world.checkEpochs(anna)).newest.record.tbs.roster).toHaveLength(2);

  const late = await invited();
  await late.world.post(late.guest, { writtenAt: LATER });
  const line = await late.world.timeline(late.boris);
  expect(await trouble(() => line.append(late.world.page()))).toBe("forged-message");
  const rows = [row(late.anna, "owner"), row(late.boris), row(late.guest, "guest", LATER)];
  await late.world.epoch(late.guest, rows, { madeAt: LATER });
  expect(await trouble(() => late.world.checkEpochs(late.boris))).toBe("forged-epoch");
  expect(guest.id).not.toBe(late.guest.id);
});

test("who is a guest in every roster needs no log, and everybody else does", async () => {
  const { world, anna, boris, guest } = await invited();
  const roll = await Roll.read(await world.listedEpochs(anna));
  const everyone = [anna, boris, guest, await actor()].map(member);
  expect(roll.logged(everyone).map(({ userId }) => userId).sort()).toEqual([anna.id, boris.id].sort());
  expect(roll.unlogged(everyone).map(({ userId }) => userId)).toEqual([guest.id]);
  // Whoever was ever more than a guest is held against the log.
  const risen = Roll.of([{ roster: [row(guest, "guest", LATER)] }, { roster: [row(guest)] }]);
  expect(risen.guests.has(guest.id)).toBe(false);
});

test("keys of a guest that don't follow from their link are refused", async () => {
  const { world, anna, guest } = await invited();
  const roll = await Roll.read(await world.listedEpochs(anna));
  const own = await renewed(guest);
  expect(roll.unlogged([member(own)])).toHaveLength(1);
  expect(await refusal(async () => roll.unlogged([member(await renewed(guest, true))]))).toBe("chain");
  expect(await refusal(async () => roll.unlogged([member(await renewed(own))]))).toBe("chain");
});

test("a conversation that the link does not name is refused", async () => {
  const { world, anna, guest } = await invited();
  const epochs = await world.checkEpochs(guest);
  const [opened, brought] = world.epochs.map(({ record }) => record.hash);
  checkInvitation(epochs, guest.id, brought);
  checkInvitation(epochs, anna.id, undefined);
  // Another chain, and an epoch of this one from before the guest.
  for (const named of [(await invited()).world.epochs[1]?.record.hash, opened]) {
    expect(await trouble(() => { checkInvitation(epochs, guest.id, named); })).toBe("forged-epoch");
  }
});

test("names of links are shown where they open, and nowhere else", async () => {
  const { world, anna, guest } = await invited();
  const epochs = await world.checkEpochs(anna);
  const key = epochs.all[0]?.key;
  if (key === undefined) throw new Error("no key");
  const base = { expiresAt: LATER, withCode: false, openedAt: 0, endedAt: 0, labelEpoch: 1 };
  const label = await sealName(key, { thread: world.thread, guest: guest.id, number: 1 }, "Harbour desk");
  const other = newUuid();
  const found = await labels(
    world.thread,
    [
      { ...base, id: guest.id, label },
      { ...base, id: other, label },
    ],
    epochs,
  );
  expect([...found]).toEqual([[guest.id, "Harbour desk"]]);
});

test("a link is added once, whoever was faster", async () => {
  const { anna, guest } = await invited();
  const first = guest.chain[0];
  if (first === undefined) throw new Error("no keys");
  const made = {
    guest: guest.id,
    keys: first.keys,
    entry: first.raw,
    expiresAt: LATER,
    withCode: false,
    label: "Harbour desk",
  };
  const before = { roster: [row(anna, "owner")], policy: OPEN_POLICY, about: { title: "A", pins: [] } };
  const after = withGuest(made)(before);
  expect(after?.roster.at(-1)).toMatchObject({ role: "guest", expires: LATER });
  expect(after === undefined ? undefined : withGuest(made)(after)).toBeUndefined();
});

/** What a guest's browser keeps at first. */
async function fresh(): Promise<{ store: GuestStore; state: GuestState; holder: GuestHolder }> {
  const guest = await actor();
  const own = guest.chain.at(-1);
  if (own === undefined) throw new Error("no keys");
  const state: GuestState = {
    contents: { seeds: guest.seeds, entry: { number: 1, hash: own.hash }, oldXwing: [], pins: [], heads: [] },
    thread: newUuid(),
    invitedBy: randomBytes(32),
    localKey: randomBytes(32),
    name: "Amal",
  };
  const store = await GuestStore.open(guest.id);
  await store.save(state);
  return { store, state, holder: await GuestHolder.of(guest.id, state, store) };
}

/** The same guest in another page, as it loads. */
async function otherPage({ holder, state }: { holder: GuestHolder; state: GuestState }): Promise<GuestHolder> {
  const store = await GuestStore.open(holder.userId);
  return GuestHolder.of(holder.userId, (await store.load()) ?? state, store);
}

const pinOf = (user: string) =>
  ({ user, fingerprint: randomBytes(32), number: 1, state: "verified", at: NOW }) as const;

function noteOf(size: number): Bytes {
  return new TextEncoder().encode(`talks.example.org\n${size}\nAAAA\n`);
}

test("a guest's browser keeps keys, pins and heads sealed, and forgets them when told", async () => {
  const { store, state, holder } = await fresh();
  const pin = pinOf(newUuid());
  await holder.setPins([pin]);
  await holder.nameSent();
  const kept = await (await GuestStore.open(holder.userId)).load();
  expect(kept).toEqual({ ...state, name: "", contents: { ...state.contents, pins: [pin] } });
  expect(holder.pinOf(pin.user)).toEqual(pin);
  expect(await (await GuestStore.open(newUuid())).load()).toBeUndefined();
  await store.forget();
  expect(await store.load()).toBeUndefined();
});

test("two pages of a guest take nothing back from each other", async () => {
  const first = await fresh();
  const [left, right] = [first.holder, await otherPage(first)];
  const { thread } = first.state;
  const [anna, boris] = [pinOf(newUuid()), pinOf(newUuid())];
  const head = (epoch: number, seq: number) =>
    ({ thread, epoch, epochHash: randomBytes(32), head: { seq, t: randomBytes(32) } }) as const;
  const newest = head(2, 30);
  left.rememberHead(newest);
  left.rememberCheckpoint(noteOf(40));
  right.rememberHead(head(2, 20));
  right.rememberCheckpoint(noteOf(7));
  // Both write at once, and again, the page that has seen less as the last.
  await Promise.all([left.setPins([anna]), right.setPins([boris])]);
  await right.nameSent();
  const kept = await first.store.load();
  expect(kept?.name).toBe("");
  expect(kept?.contents.pins.map(({ user }) => user).sort()).toEqual([anna.user, boris.user].sort());
  expect(kept?.contents.heads).toEqual([newest]);
  expect(kept?.contents.checkpoint).toEqual(noteOf(40));
  // The page that had seen less goes by what is kept now.
  expect(right.headOf(thread)).toEqual(newest);
  expect(right.pinOf(anna.user)).toEqual(anna);
  right.rememberHead(head(1, 99));
  expect(right.headOf(thread)).toEqual(newest);
});

test("a page that is still open writes nothing of a guest who was forgotten in another", async () => {
  const first = await fresh();
  const other = await otherPage(first);
  await first.store.forget();
  await other.setPins([pinOf(newUuid())]);
  expect(await first.store.load()).toBeUndefined();
});

test("what could not be kept is kept with the next write", async () => {
  const { store, holder } = await fresh();
  const [lost, next] = [pinOf(newUuid()), pinOf(newUuid())];
  const full = vi.spyOn(store, "update").mockRejectedValueOnce(new DOMException("full", "QuotaExceededError"));
  await expect(holder.setPins([lost])).rejects.toThrow("full");
  await holder.setPins([next]);
  expect(full).toHaveBeenCalledTimes(2);
  expect((await store.load())?.contents.pins).toEqual([lost, next]);
});
