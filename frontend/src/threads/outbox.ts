/**
 * What is written and not yet accepted, kept in this browser until the server has it.
 *
 * A message is reserved here under its client and counter before it is sealed, and sealed again under
 * the same counter as often as needed; the server takes each counter once. Bodies are kept sealed under a
 * key from the vault, so that a locked browser shows nothing.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes, fromUuid, randomBytes } from "../crypto/bytes";
import { derive } from "../crypto/hash";
import { openBox, seal } from "../crypto/seal";
import { type Body, decodeBody, encodeBody } from "../wire/body";
import { messageKey } from "./timeline";

const LABEL = "comms/v1/outbox";

interface Row {
  readonly key: string;
  readonly user: string;
  readonly thread: string;
  readonly client: Bytes;
  readonly counter: number;
  readonly at: number;
  readonly box: Bytes;
  /** Absent in rows of earlier builds, which hold the text of a message alone. */
  readonly holds?: "body";
}

interface Schema extends DBSchema {
  outbox: { key: string; value: Row; indexes: { thread: [string, string] } };
}

export interface Waiting {
  readonly key: string;
  readonly client: Bytes;
  readonly counter: number;
  /** Milliseconds. */
  readonly at: number;
  readonly body: Body;
}

export class Outbox {
  /** This tab's own, drawn anew for each page. */
  private readonly client = randomBytes(16);
  private counter = 0;

  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly user: string,
    private readonly key: Bytes,
  ) {}

  static async open(user: string, vaultKey: Bytes): Promise<Outbox> {
    const database = await openDB<Schema>("entente-outbox", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("outbox", { keyPath: "key" }).createIndex("thread", ["user", "thread"]);
      },
    });
    return new Outbox(database, user, await derive(vaultKey, LABEL));
  }

  /** Reserves the next counter of this tab for `body`. Raises WireError for one over its limits. */
  async reserve(thread: string, body: Body, at: number): Promise<Waiting> {
    const data = encodeBody(body);
    this.counter += 1;
    const { client, counter, user } = this;
    const key = messageKey(client, counter);
    const box = await seal(this.key, LABEL, fromUuid(thread), data);
    const row = { key, user, thread, client, counter, at, box, holds: "body" } as const;
    await this.database.put("outbox", row);
    return { key, client, counter, at, body };
  }

  /** The threads in which something of this person waits. */
  async threads(): Promise<readonly string[]> {
    const range = IDBKeyRange.bound([this.user, ""], [this.user, "\uffff"]);
    const found: string[] = [];
    const index = this.database.transaction("outbox").store.index("thread");
    for (let at = await index.openKeyCursor(range, "nextunique"); at !== null; at = await at.continue()) found.push(at.key[1]);
    return found;
  }

  /** Everything of this thread that waits, also of tabs that were closed, oldest first. */
  async waiting(thread: string): Promise<readonly Waiting[]> {
    const rows = await this.database.getAllFromIndex("outbox", "thread", [this.user, thread]);
    const opened = await Promise.all(rows.map((row) => this.read(row)));
    return opened.filter((one) => one !== undefined).sort((left, right) => left.at - right.at);
  }

  /** Seals everything of this person that waits anew, for a vault that has another key now. */
  async reseal(vaultKey: Bytes): Promise<void> {
    const next = await derive(vaultKey, LABEL);
    const rows = (await this.database.getAll("outbox")).filter((row) => row.user === this.user);
    for (const row of rows) {
      const place = fromUuid(row.thread);
      const text = await openBox(this.key, LABEL, place, row.box).catch(() => undefined);
      if (text === undefined) continue;
      await this.database.put("outbox", { ...row, box: await seal(next, LABEL, place, text) });
    }
  }

  async forget(key: string): Promise<void> {
    await this.database.delete("outbox", key);
  }

  /** Undefined for a row under an earlier vault key, which nothing opens any more. */
  private async read(row: Row): Promise<Waiting | undefined> {
    const { key, client, counter, at } = row;
    try {
      const data = await openBox(this.key, LABEL, fromUuid(row.thread), row.box);
      const body: Body =
        row.holds === "body"
          ? decodeBody(data)
          : { kind: "text", text: new TextDecoder().decode(data) };
      return { key, client, counter, at, body };
    } catch {
      await this.forget(key);
      return undefined;
    }
  }
}
