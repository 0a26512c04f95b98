/**
 * What a guest's browser keeps: their keys and what they have seen, under a key that nobody can read out.
 *
 * It opens without a passphrase: whoever holds the device holds the conversation, and the page says so.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes, randomBytes, utf8 } from "../../crypto/bytes";
import { decode, encode, isArray } from "../../crypto/cbor";
import { decodeContents, encodeContents, type VaultContents } from "../../wire/vaultContents";

const AES = "AES-GCM";
const LIMIT = 2 * 1024 * 1024;

/** One guest's own vault, which no server holds. */
export interface GuestState {
  readonly contents: VaultContents;
  readonly thread: string;
  /** Hash of the epoch that the link names. */
  readonly invitedBy: Bytes;
  /** Seals what waits in this browser. */
  readonly localKey: Bytes;
  /** The name they gave; empty once it was sent. */
  readonly name: string;
}

interface Row {
  readonly guest: string;
  /** Another with every write; rows of earlier builds have none. */
  readonly version?: string;
  readonly key: CryptoKey;
  readonly iv: Bytes;
  readonly box: Bytes;
}

interface Schema extends DBSchema {
  guests: { key: string; value: Row };
}

export class GuestStore {
  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly guest: string,
  ) {}

  static async open(guest: string): Promise<GuestStore> {
    const database = await openDB<Schema>("entente-guests", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("guests", { keyPath: "guest" });
      },
    });
    return new GuestStore(database, guest);
  }

  async load(): Promise<GuestState | undefined> {
    const row = await this.database.get("guests", this.guest);
    return row === undefined ? undefined : this.open(row);
  }

  /** Whatever was kept before is replaced. */
  async save(state: GuestState): Promise<void> {
    await this.database.put("guests", await this.seal(state));
  }

  /**
   * Changes what is kept, whichever of the guest's pages wrote it last: `change` is called again on newer
   * contents when another page was faster. What is kept now, or undefined when this guest was forgotten.
   */
  async update(change: (kept: GuestState) => GuestState): Promise<GuestState | undefined> {
    for (;;) {
      const before = await this.database.get("guests", this.guest);
      if (before === undefined) return undefined;
      const next = change(await this.open(before));
      const row = await this.seal(next);
      // Sealing takes longer than a transaction stays open, so what it rests on is compared in this one.
      const transaction = this.database.transaction("guests", "readwrite");
      const now = await transaction.store.get(this.guest);
      const same = now?.version === before.version;
      if (now !== undefined && same) await transaction.store.put(row);
      await transaction.done;
      if (now === undefined) return undefined;
      if (same) return next;
    }
  }

  /** Nothing of this guest is left here. */
  async forget(): Promise<void> {
    await this.database.delete("guests", this.guest);
  }

  private async open(row: Row): Promise<GuestState> {
    const place = { name: AES, iv: row.iv, additionalData: utf8(this.guest) };
    return read(new Uint8Array(await crypto.subtle.decrypt(place, row.key, row.box)));
  }

  /** Under a new key each time, so that no nonce is used twice. */
  private async seal(state: GuestState): Promise<Row> {
    const usages: KeyUsage[] = ["encrypt", "decrypt"];
    const key = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, usages);
    const iv = randomBytes(12);
    const place = { name: AES, iv, additionalData: utf8(this.guest) };
    const box = new Uint8Array(await crypto.subtle.encrypt(place, key, write(state)));
    return { guest: this.guest, version: crypto.randomUUID(), key, iv, box };
  }
}

function write({ contents, thread, invitedBy, localKey, name }: GuestState): Bytes {
  return encode([encodeContents(contents), thread, invitedBy, localKey, name]);
}

function read(data: Bytes): GuestState {
  const found = decode(data, LIMIT);
  const [contents, thread, invitedBy, localKey, name] = isArray(found) ? found : [];
  if (
    !(contents instanceof Uint8Array) ||
    !(invitedBy instanceof Uint8Array) ||
    !(localKey instanceof Uint8Array) ||
    typeof thread !== "string" ||
    typeof name !== "string"
  ) {
    throw new Error("What this browser keeps of the guest is not readable.");
  }
  return {
    contents: decodeContents(new Uint8Array(contents)),
    thread,
    invitedBy: new Uint8Array(invitedBy),
    localKey: new Uint8Array(localKey),
    name,
  };
}
