/** An open vault: the person's keys, what they have pinned, and how to write it back. */

import { type Bytes, equal } from "../crypto/bytes";
import { Identity, type IdentitySeeds } from "../crypto/identity";
import { type IdentityEntry } from "../wire/identity";
import { readVault, makeVault, openVault, type Vault } from "../wire/vault";
import { type Pin, type ThreadHead, type VaultContents } from "../wire/vaultContents";
import { type Account, loadAccount } from "./account";
import { KEYS_CHAIN, KEYS_VAULT } from "./addresses";
import { getCbor, send, ServerError } from "./http";
import { IdentityLog, LogTrouble, sizeOf } from "./log";
import { readChain } from "./members";
import { ifThereIsRoom } from "./room";
import { seen } from "./seen";
import { noteVersion } from "./store";

const HEADS_EVERY = 60_000;
const TRIES = 6;

/** Changes the contents. Called again on newer contents when another browser was faster. */
export type Change = (contents: VaultContents) => VaultContents;

/** Whoever acts with keys: a person with an open vault, or a guest, whose browser holds all there is. */
export type Holder = Pick<
  Unlocked,
  | "userId"
  | "identity"
  | "entry"
  | "seeds"
  | "oldXwing"
  | "log"
  | "pinOf"
  | "setPins"
  | "headOf"
  | "rememberHead"
  | "unsafeVaultKey"
> & {
  /** Hash of the epoch that brought a guest in, as their link says: it must be in the chain. */
  readonly invitedBy?: Bytes;
};

export class Unlocked {
  private opening: Promise<IdentityLog> | undefined;
  private pendingCheckpoint: Bytes | undefined;
  private readonly pendingHeads = new Map<string, ThreadHead>();
  private timer: number | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly userId: string,
    /** Signs and unwraps; its keys can't be read out. */
    readonly identity: Identity,
    private readonly vaultKey: Bytes,
    private number: number,
    private current: VaultContents,
  ) {
    window.addEventListener("pagehide", () => {
      void this.flushHeads();
    });
  }

  /** Opens the account's vault. Raises WireError for another key. */
  static async open(account: Account, vaultKey: Bytes): Promise<Unlocked> {
    const contents = await openVault(account.vault, vaultKey);
    const identity = await Identity.fromSeeds(contents.seeds);
    await ifThereIsRoom(noteVersion(account.userId, account.vault.number));
    return new Unlocked(account.userId, identity, vaultKey, account.vault.number, contents);
  }

  /** Secret; wanted only to re-wrap what older keys opened. */
  get seeds(): IdentitySeeds {
    return this.current.seeds;
  }

  /** Number and hash of the person's own newest identity entry. */
  get entry(): VaultContents["entry"] {
    return this.current.entry;
  }

  /** The public log, read on and checked once. Raises LogTrouble; anything else is tried again next time. */
  log(): Promise<IdentityLog> {
    this.opening ??= IdentityLog.open(this).catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  /** The newest checkpoint of the log that any browser of this person has written down. */
  get checkpoint(): Bytes | undefined {
    return this.current.checkpoint;
  }

  /** Remembers a checkpoint that was checked; written with the heads. */
  rememberCheckpoint(note: Bytes, size: number): void {
    const known = this.pendingCheckpoint ?? this.current.checkpoint;
    if (size === 0 || (known !== undefined && sizeOf(known) >= size)) return;
    this.pendingCheckpoint = note;
    this.flushLater();
  }

  /** This person's whole chain of entries. Raises WireError unless it ends in the vault's own. */
  async ownChain(): Promise<readonly IdentityEntry[]> {
    const chain = await readChain(this.userId, await getCbor(KEYS_CHAIN));
    const newest = chain.at(-1);
    if (newest !== undefined && newest.number > this.entry.number) await this.catchUp();
    if (newest === undefined || !equal(newest.hash, this.entry.hash)) {
      throw new LogTrouble("own-keys", "the newest entry in this person's name is not their vault's");
    }
    return chain;
  }

  /** Earlier X-Wing seeds by fingerprint, for history. */
  get oldXwing(): VaultContents["oldXwing"] {
    return this.current.oldXwing;
  }

  /** The pin of a person, if their keys were ever seen. */
  pinOf(user: string): Pin | undefined {
    return this.current.pins.find((pin) => pin.user === user);
  }

  get pins(): readonly Pin[] {
    return this.current.pins;
  }

  /** Sets pins, replacing those of the same people; resolves when the server has them. */
  async setPins(pins: readonly Pin[]): Promise<void> {
    await this.update((contents) => seen(contents, { pins }));
  }

  /** The newest head seen of a thread, also one that is not written yet. */
  headOf(thread: string): ThreadHead | undefined {
    return (
      this.pendingHeads.get(thread) ?? this.current.heads.find((head) => head.thread === thread)
    );
  }

  /** Remembers a head; written at most once a minute, since heads move with every message. */
  rememberHead(head: ThreadHead): void {
    this.pendingHeads.set(head.thread, head);
    this.flushLater();
  }

  private flushLater(): void {
    this.timer ??= window.setTimeout(() => {
      this.timer = undefined;
      void this.flushHeads();
    }, HEADS_EVERY);
  }

  /** Writes remembered heads now. Heads only move forward. */
  async flushHeads(): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const heads = [...this.pendingHeads.values()];
    const checkpoint = this.pendingCheckpoint;
    this.pendingHeads.clear();
    this.pendingCheckpoint = undefined;
    if (heads.length === 0 && checkpoint === undefined) return;
    try {
      await this.update((contents) => seen(contents, { heads, checkpoint }));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // No connection: they are kept for the next write. A newer head of the same thread stands.
      this.pendingCheckpoint ??= checkpoint;
      for (const head of heads) {
        if (!this.pendingHeads.has(head.thread)) this.pendingHeads.set(head.thread, head);
      }
    }
  }

  /** This person's own settings that only they can read; opaque bytes, at most 64 KiB. */
  get preferences(): Bytes | undefined {
    return this.current.preferences;
  }

  async setPreferences(preferences: Bytes): Promise<void> {
    await this.update((contents) => ({ ...contents, preferences }));
  }

  /** Changes the vault; resolves when the server has it. Another browser's write in between is merged. */
  update(change: Change): Promise<void> {
    const done = this.queue.then(() => this.write(change));
    this.queue = done.catch(() => undefined);
    return done;
  }

  /** The vault key, to wrap it for another way of unlocking. Keep it out of everything else. */
  unsafeVaultKey(): Bytes {
    return this.vaultKey;
  }

  private async write(change: Change): Promise<void> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const next = change(this.current);
      const number = this.number + 1;
      const content = await makeVault(this.userId, number, this.vaultKey, next);
      try {
        await send("PUT", KEYS_VAULT, content);
      } catch (error) {
        if (!(error instanceof ServerError) || error.status !== 409) throw error;
        await this.catchUp();
        continue;
      }
      this.number = number;
      this.current = next;
      await ifThereIsRoom(noteVersion(this.userId, number));
      return;
    }
    throw new Error("The vault changes too often elsewhere. Try again.");
  }

  private async catchUp(): Promise<void> {
    const vault: Vault = (await loadAccount()).vault;
    this.current = await openVault(readVault(vault.raw), this.vaultKey);
    this.number = vault.number;
    await ifThereIsRoom(noteVersion(this.userId, vault.number));
  }
}
