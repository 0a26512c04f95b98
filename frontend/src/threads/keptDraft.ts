/**
 * What was being written and could not be saved on the server, kept in this browser until it can.
 *
 * Sealed exactly as it would be on the server, so a locked or signed-out browser shows nothing of it.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { ifThereIsRoom } from "../keys";
import { type ListedDraft } from "./server";

interface Schema extends DBSchema {
  drafts: { key: string; value: ListedDraft };
}

/** One person's draft of one conversation. */
export interface DraftShelf {
  put(draft: ListedDraft): Promise<void>;
  find(): Promise<ListedDraft | undefined>;
  drop(): Promise<void>;
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>("entente-drafts", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("drafts");
    },
  });
  return database;
}

export function draftShelf(user: string, thread: string): DraftShelf {
  const key = `${user}/${thread}`;
  return {
    put: async (draft) => {
      await ifThereIsRoom((await open()).put("drafts", draft, key));
    },
    find: async () => (await open()).get("drafts", key),
    drop: async () => {
      await (await open()).delete("drafts", key);
    },
  };
}
