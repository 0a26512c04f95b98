/** A guest's keys, in the place of a person's open vault: everything is in this browser and nowhere else. */

import { type Bytes } from "../../crypto/bytes";
import { Identity } from "../../crypto/identity";
import { type Holder, IdentityLog } from "../../keys";
import { type Pin, type ThreadHead, type VaultContents } from "../../wire/vaultContents";
import { type GuestState, type GuestStore } from "./store";

const SAVE_AFTER = 1_000;

export class GuestHolder implements Holder {
  /** Of LogOwner. */
  readonly unlogged = true;
  private opening: Promise<IdentityLog> | undefined;
  private timer: number | undefined;
  private queue: Promise<void> = Promise.resolve();

  private constructor(
    readonly userId: string,
    readonly identity: Identity,
    private state: GuestState,
    private readonly store: GuestStore,
  ) {
    window.addEventListener("pagehide", () => {
      if (this.timer !== undefined) void this.save();
    });
  }

  static async of(guest: string, state: GuestState, store: GuestStore): Promise<GuestHolder> {
    return new GuestHolder(guest, await Identity.fromSeeds(state.contents.seeds), state, store);
  }

  get seeds(): VaultContents["seeds"] {
    return this.state.contents.seeds;
  }

  get entry(): VaultContents["entry"] {
    return this.state.contents.entry;
  }

  get oldXwing(): VaultContents["oldXwing"] {
    return this.state.contents.oldXwing;
  }

  get invitedBy(): Bytes {
    return this.state.invitedBy;
  }

  get checkpoint(): Bytes | undefined {
    return this.state.contents.checkpoint;
  }

  /** The name that was given and has not been sent yet. */
  get name(): string {
    return this.state.name;
  }

  /** Nobody logs a guest's entries, so there is nothing in their name to be compared. */
  ownChain(): Promise<readonly never[]> {
    return Promise.resolve([]);
  }

  log(): Promise<IdentityLog> {
    this.opening ??= IdentityLog.open(this).catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  rememberCheckpoint(note: Bytes): void {
    this.change({ checkpoint: note });
    this.saveLater();
  }

  pinOf(user: string): Pin | undefined {
    return this.state.contents.pins.find((pin) => pin.user === user);
  }

  setPins(pins: readonly Pin[]): Promise<void> {
    const users = new Set(pins.map((pin) => pin.user));
    const kept = this.state.contents.pins.filter((pin) => !users.has(pin.user));
    this.change({ pins: [...kept, ...pins] });
    return this.save();
  }

  headOf(thread: string): ThreadHead | undefined {
    return this.state.contents.heads.find((head) => head.thread === thread);
  }

  rememberHead(head: ThreadHead): void {
    this.change({ heads: [head] });
    this.saveLater();
  }

  unsafeVaultKey(): Bytes {
    return this.state.localKey;
  }

  /** The name is in the outbox now. */
  nameSent(): Promise<void> {
    this.state = { ...this.state, name: "" };
    return this.save();
  }

  private change(changes: Partial<VaultContents>): void {
    this.state = { ...this.state, contents: { ...this.state.contents, ...changes } };
  }

  private saveLater(): void {
    this.timer ??= window.setTimeout(() => void this.save(), SAVE_AFTER);
  }

  private save(): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const done = this.queue.then(() => this.store.save(this.state));
    this.queue = done.catch(() => undefined);
    return done;
  }
}
