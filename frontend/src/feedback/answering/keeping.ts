/**
 * What somebody has typed, kept on their device until it is sent, so that a closed tab loses nothing.
 *
 * It is sealed under a key that the browser hands to nobody, not even to this page: a copy of the browser's files alone
 * opens nothing. "Forget" destroys the key and all that lies under it.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes, utf8 } from "../../crypto/bytes";
import { type Opening } from "../strangers";

interface Row {
  readonly iv: Bytes;
  readonly box: ArrayBuffer;
  /** What was published when the person began: it is the same for everybody. */
  readonly opening: Opening;
  readonly at: number;
}

interface Schema extends DBSchema {
  keys: { key: string; value: CryptoKey };
  drafts: { key: string; value: Row };
  /** Sealed chunks of files, by form, file and number. */
  chunks: { key: [string, string, number]; value: Bytes };
}

const NAME = "entente-forms";
/** After that long nobody comes back to a form that they began. */
const KEPT = 30 * 24 * 3_600_000;

/** What was begun at one form's address. Without storage it keeps nothing, and says so. */
export class Keeping {
  private readonly memory = new Map<string, Bytes>();
  private writing: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly address: string,
    private readonly database: IDBPDatabase<Schema> | undefined,
  ) {}

  static async open(address: string): Promise<Keeping> {
    try {
      const database = await openDB<Schema>(NAME, 1, {
        upgrade(fresh) {
          fresh.createObjectStore("keys");
          fresh.createObjectStore("drafts");
          fresh.createObjectStore("chunks");
        },
      });
      const keeping = new Keeping(address, database);
      await keeping.forgetOld();
      return keeping;
    } catch {
      return new Keeping(address, undefined);
    }
  }

  get isAble(): boolean {
    return this.database !== undefined;
  }

  /** What was kept, if there is something that still opens. */
  async load(): Promise<{ readonly content: unknown; readonly opening: Opening } | undefined> {
    try {
      const [key, row] = await Promise.all([
        this.database?.get("keys", this.address),
        this.database?.get("drafts", this.address),
      ]);
      if (key === undefined || row === undefined) return undefined;
      const algorithm = { name: "AES-GCM", iv: row.iv, additionalData: utf8(this.address) };
      const plain = await crypto.subtle.decrypt(algorithm, key, row.box);
      return { content: JSON.parse(new TextDecoder().decode(plain)), opening: row.opening };
    } catch {
      return undefined;
    }
  }

  /** One after the other; resolves to whether it is kept, whatever the browser's storage says of it. */
  save(content: unknown, opening: Opening): Promise<boolean> {
    const done = this.writing.then(() => this.write(content, opening)).catch(() => false);
    this.writing = done;
    return done;
  }

  async putChunk(file: string, number: number, sealed: Bytes): Promise<void> {
    try {
      if (this.database === undefined) throw new Error("no storage");
      await this.database.put("chunks", sealed, [this.address, file, number]);
    } catch {
      // Full, or closed by the browser. It goes out from memory; only a closed tab loses it.
      this.memory.set(`${file}/${number}`, sealed);
    }
  }

  async chunk(file: string, number: number): Promise<Bytes | undefined> {
    return this.memory.get(`${file}/${number}`) ?? this.database?.get("chunks", [this.address, file, number]);
  }

  async dropFile(file: string): Promise<void> {
    for (const key of this.memory.keys()) if (key.startsWith(`${file}/`)) this.memory.delete(key);
    await this.database?.delete("chunks", IDBKeyRange.bound([this.address, file], [this.address, file, []]));
  }

  /** Destroys what was kept of this form. Resolves to whether it is gone: a broken storage may refuse. */
  async forget(): Promise<boolean> {
    await this.writing;
    this.memory.clear();
    try {
      await this.drop(this.address);
      return true;
    } catch {
      return false;
    }
  }

  private async write(content: unknown, opening: Opening): Promise<boolean> {
    if (this.database === undefined) return false;
    const key = await this.key(this.database);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: "AES-GCM", iv, additionalData: utf8(this.address) };
    const box = await crypto.subtle.encrypt(algorithm, key, utf8(JSON.stringify(content)));
    await this.database.put("drafts", { iv, box, opening, at: Date.now() }, this.address);
    return true;
  }

  private async key(database: IDBPDatabase<Schema>): Promise<CryptoKey> {
    const found = await database.get("keys", this.address);
    if (found !== undefined) return found;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await database.put("keys", made, this.address);
    return made;
  }

  private async drop(address: string): Promise<void> {
    if (this.database === undefined) return;
    const change = this.database.transaction(["keys", "drafts", "chunks"], "readwrite");
    await Promise.all([
      change.objectStore("keys").delete(address),
      change.objectStore("drafts").delete(address),
      change.objectStore("chunks").delete(IDBKeyRange.bound([address], [address, []])),
      change.done,
    ]);
  }

  private async forgetOld(): Promise<void> {
    const addresses = (await this.database?.getAllKeys("drafts")) ?? [];
    for (const address of addresses) {
      const row = await this.database?.get("drafts", address);
      if (row !== undefined && Date.now() - row.at > KEPT) await this.drop(address);
    }
  }
}
