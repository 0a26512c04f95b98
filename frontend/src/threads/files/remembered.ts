/**
 * Uploads that began and did not end, so that the same file goes on where it stopped, even in a new tab.
 *
 * Their keys are sealed under a key from the vault. A record is used by one upload at a time: two messages
 * may never hang on the same blob, since deleting one would take the other's file away.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes, equal, fromUuid } from "../../crypto/bytes";
import { decode, encode } from "../../crypto/cbor";
import { derive } from "../../crypto/hash";
import { openBox, seal } from "../../crypto/seal";
import { ifThereIsRoom } from "../../keys";
import { array, bytes, uint } from "../../wire/fields";

const LABEL = "comms/v1/uploads";
/** The server keeps an unfinished upload for a day. */
const KEPT = 24 * 3_600_000;
const LIMIT = 256;

/** What an upload needs to go on. */
export interface Resumable {
  readonly blob: string;
  readonly key: Bytes;
}

export interface Remembered {
  /** The record of this very file in this thread, if there is one that nobody uses; it is then in use. */
  claim(thread: string, digest: Bytes, size: number): Promise<Resumable | undefined>;
  /** Keeps a new record, which is then in use. */
  keep(thread: string, digest: Bytes, size: number, one: Resumable): Promise<void>;
  /** Another upload of the same file may go on with it. */
  release(blob: string): void;
  /** The upload is in a message, or was given up. */
  forget(blob: string): Promise<void>;
}

interface Row {
  readonly blob: string;
  readonly user: string;
  readonly thread: string;
  readonly at: number;
  readonly box: Bytes;
}

interface Schema extends DBSchema {
  uploads: { key: string; value: Row; indexes: { thread: [string, string] } };
}

export class RememberedUploads implements Remembered {
  /** Lets go of the lock of each record in use here. */
  private readonly used = new Map<string, () => void>();

  private constructor(
    private readonly database: IDBPDatabase<Schema>,
    private readonly user: string,
    private readonly key: Bytes,
  ) {}

  static async open(user: string, vaultKey: Bytes): Promise<RememberedUploads> {
    const database = await openDB<Schema>("entente-uploads", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("uploads", { keyPath: "blob" }).createIndex("thread", ["user", "thread"]);
      },
    });
    return new RememberedUploads(database, user, await derive(vaultKey, LABEL));
  }

  async claim(thread: string, digest: Bytes, size: number): Promise<Resumable | undefined> {
    for (const row of await this.database.getAllFromIndex("uploads", "thread", [this.user, thread])) {
      const found = await this.read(row);
      if (found === undefined) {
        await this.database.delete("uploads", row.blob);
      } else if (found.size === size && equal(found.digest, digest) && (await this.use(row.blob))) {
        return { blob: row.blob, key: found.key };
      }
    }
    return undefined;
  }

  async keep(thread: string, digest: Bytes, size: number, one: Resumable): Promise<void> {
    const { blob, key } = one;
    await this.use(blob);
    const box = await seal(this.key, LABEL, fromUuid(blob), encode([key, digest, size]));
    const row = { blob, user: this.user, thread, at: Date.now(), box };
    // Without room it is sent all the same; only a closed tab can't go on with it.
    await ifThereIsRoom(this.database.put("uploads", row));
  }

  release(blob: string): void {
    this.used.get(blob)?.();
    this.used.delete(blob);
  }

  async forget(blob: string): Promise<void> {
    await this.database.delete("uploads", blob);
    this.release(blob);
  }

  /** Undefined for a record that is too old, or under an earlier vault key. */
  private async read(row: Row): Promise<{ key: Bytes; digest: Bytes; size: number } | undefined> {
    if (Date.now() - row.at > KEPT) return undefined;
    try {
      const [key, digest, size] = array(
        decode(await openBox(this.key, LABEL, fromUuid(row.blob), row.box), LIMIT),
        3,
      );
      return { key: bytes(key, 32), digest: bytes(digest, 32), size: uint(size) };
    } catch {
      return undefined;
    }
  }

  /** Whether no upload of this or another tab uses it; from now on this one does. */
  private use(blob: string): Promise<boolean> {
    if (this.used.has(blob)) return Promise.resolve(false);
    this.used.set(blob, () => undefined);
    return new Promise((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> => {
        if (lock === null) {
          this.used.delete(blob);
          resolve(false);
          return Promise.resolve();
        }
        return new Promise<void>((release) => {
          this.used.set(blob, release);
          resolve(true);
        });
      };
      navigator.locks.request(`entente-upload-${blob}`, { ifAvailable: true }, hold).catch(reject);
    });
  }
}
