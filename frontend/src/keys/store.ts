/** What this browser remembers of a person between pages: the half that opens nothing without the server. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes } from "../crypto/bytes";

/** `box` is the vault key under `key` (never readable) inside a box of the server's session secret. */
export interface Kept {
  readonly user: string;
  readonly key: CryptoKey;
  readonly iv: Bytes;
  readonly box: Bytes;
}

interface Schema extends DBSchema {
  kept: { key: string; value: Kept };
  /** The highest vault version seen, so that a server can't bring an older one back. */
  versions: { key: string; value: number };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>("entente-keys", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("kept", { keyPath: "user" });
      fresh.createObjectStore("versions");
    },
  });
  return database;
}

export async function keep(kept: Kept): Promise<void> {
  const store = await open();
  const transaction = store.transaction("kept", "readwrite");
  // One person at a time: whoever signs in next shall find nothing of the one before.
  await transaction.store.clear();
  await transaction.store.put(kept);
  await transaction.done;
}

export async function kept(user: string): Promise<Kept | undefined> {
  return (await open()).get("kept", user);
}

export async function forgetKept(): Promise<void> {
  await (await open()).clear("kept");
}

export async function highestVersion(user: string): Promise<number> {
  return (await (await open()).get("versions", user)) ?? 0;
}

export async function noteVersion(user: string, number: number): Promise<void> {
  const transaction = (await open()).transaction("versions", "readwrite");
  const before = (await transaction.store.get(user)) ?? 0;
  if (number > before) await transaction.store.put(number, user);
  await transaction.done;
}
