/**
 * Coming in: with the link the first time, which replaces its keys by fresh ones, later with those.
 *
 * The fresh keys are kept here before the server hears of them, so that a lost answer locks nobody out.
 */

import { equal, randomBytes } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { generateSeeds, Identity } from "../../crypto/identity";
import { encodeChallenge, type GuestLink, guestSeeds, signChallenge } from "../../wire/guest";
import { makeEntry, readEntry } from "../../wire/identity";
import { type Door, type GuestServer } from "./server";
import { type GuestState, type GuestStore } from "./store";

/** With the keys that this browser keeps. Raises ServerError. */
export async function comeBack(server: GuestServer, guest: string, door: Door, state: GuestState): Promise<void> {
  await answer(server, guest, door, await Identity.fromSeeds(state.contents.seeds));
}

/**
 * With the link, and the code if there is one. Raises ServerError: "wrong_code", "guest_opened", or
 * "guest_ended"; WireError for a server that shows other keys than the link's.
 */
export function comeIn(
  server: GuestServer,
  guest: string,
  door: Door,
  link: GuestLink,
  given: { readonly name: string; readonly code: string },
  store: GuestStore,
): Promise<GuestState> {
  // Two pages with the same link: the slower one would keep its keys over those that the server has taken.
  return navigator.locks.request(`entente-guest-${guest}`, () => enter(server, guest, door, link, given, store));
}

async function enter(
  server: GuestServer,
  guest: string,
  door: Door,
  link: GuestLink,
  given: { readonly name: string; readonly code: string },
  store: GuestStore,
): Promise<GuestState> {
  // Another page of this browser was faster, or the answer to an earlier try was lost.
  const kept = await store.load();
  if (kept !== undefined) {
    const now = await server.knock();
    if (now.isOpened) {
      await comeBack(server, guest, now, kept);
      return kept;
    }
  }
  const linkSeeds = await guestSeeds(link.secret, given.code);
  const old = await Identity.fromSeeds(linkSeeds);
  await answer(server, guest, door, old);
  const { fingerprint } = old.publicKeys;
  const people = await server.people(door.thread);
  const first = people.find((one) => one.userId === guest)?.chain[0];
  if (first === undefined || !equal(first.keys.fingerprint, fingerprint)) {
    throw new WireError("chain", "the server shows other keys than the link's");
  }
  const seeds = generateSeeds();
  const identity = await Identity.fromSeeds(seeds);
  const raw = await makeEntry({ user: guest, madeAt: Date.now(), identity, after: first, old });
  const { number, hash } = await readEntry(raw);
  const state: GuestState = {
    contents: {
      seeds,
      entry: { number, hash },
      oldXwing: [{ fingerprint, seed: linkSeeds.xwing }],
      pins: [],
      heads: [],
    },
    thread: door.thread,
    invitedBy: link.epoch,
    localKey: randomBytes(32),
    name: given.name,
  };
  await store.save(state);
  await server.replaceKeys(raw);
  return state;
}

async function answer(server: GuestServer, guest: string, door: Door, identity: Identity): Promise<void> {
  const { thread, nonce } = door;
  const { fingerprint } = identity.publicKeys;
  const challenge = { thread, guest, fingerprint, nonce, origin: window.location.origin };
  await server.enter(encodeChallenge(challenge), await signChallenge(challenge, identity));
}
