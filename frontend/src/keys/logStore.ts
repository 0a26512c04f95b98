/** What this browser remembers of the public log: what it has seen of it never goes back. */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes } from "../crypto/bytes";

export interface SeenLog {
  readonly user: string;
  /** The log's verifier key. */
  readonly key: string;
  /** The newest checkpoint, bare. */
  readonly note: Bytes;
  /** The newest number logged for each SHA-256 of a user id. */
  readonly newest: ReadonlyMap<string, number>;
  /** Whether they are of every leaf from the first one on. Missing where an earlier build began in the middle. */
  readonly whole?: boolean;
  /** Hashes of leaves that were proven to be in the log. */
  readonly proven: ReadonlySet<string>;
}

interface Schema extends DBSchema {
  seen: { key: string; value: SeenLog };
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>("entente-log", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("seen", { keyPath: "user" });
    },
  });
  return database;
}

export async function seenLog(user: string): Promise<SeenLog | undefined> {
  return (await open()).get("seen", user);
}

/** Another tab may have seen more meanwhile: `merge` gets what is kept now. */
export async function keepLog(
  user: string,
  merge: (kept: SeenLog | undefined) => SeenLog,
): Promise<void> {
  const transaction = (await open()).transaction("seen", "readwrite");
  await transaction.store.put(merge(await transaction.store.get(user)));
  await transaction.done;
}
