/**
 * A guest's keys, in the place of a person's open vault: everything is in this browser and nowhere else.
 *
 * Several pages of the guest may be open. Each notes what it has seen and puts that into what is kept then,
 * so that none takes back what another has written.
 */

import { type Bytes } from "../../crypto/bytes";
import { Identity } from "../../crypto/identity";
import { type Holder, IdentityLog, type Seen, seen } from "../../keys";
import { type Pin, type ThreadHead, type VaultContents } from "../../wire/vaultContents";
import { type GuestState, type GuestStore } from "./store";

const SAVE_AFTER = 1_000;

/** What a page has noted of one conversation. */
interface Noted extends Seen {
  /** The name that was given is on its way. */
  readonly named?: boolean | undefined;
}

export class GuestHolder implements Holder {
  /** Of LogOwner. */
  readonly unlogged = true;
  private opening: Promise<IdentityLog> | undefined;
  private timer: number | undefined;
  private queue: Promise<void> = Promise.resolve();
  /** Seen by this page and not kept yet. */
  private unsaved: Noted = {};

  private constructor(
    readonly userId: string,
    readonly identity: Identity,
    private state: GuestState,
    private readonly store: GuestStore,
  ) {
    window.addEventListener("pagehide", () => {
      if (this.timer !== undefined) void this.save().catch(() => undefined);
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
    this.note({ checkpoint: note });
    this.saveLater();
  }

  pinOf(user: string): Pin | undefined {
    return this.state.contents.pins.find((pin) => pin.user === user);
  }

  setPins(pins: readonly Pin[]): Promise<void> {
    this.note({ pins });
    return this.save();
  }

  headOf(thread: string): ThreadHead | undefined {
    return this.state.contents.heads.find((head) => head.thread === thread);
  }

  rememberHead(head: ThreadHead): void {
    this.note({ heads: [head] });
    this.saveLater();
  }

  unsafeVaultKey(): Bytes {
    return this.state.localKey;
  }

  /** Whether the name still has to be sent, which another page of this guest may have done meanwhile. */
  async hasNameToSend(): Promise<boolean> {
    const kept = await this.store.load();
    if (kept === undefined || kept.name === "") this.state = withNoted(this.state, { named: true });
    return this.name !== "";
  }

  /** The name is in the outbox now. */
  nameSent(): Promise<void> {
    this.note({ named: true });
    return this.save();
  }

  private note(fresh: Noted): void {
    this.state = withNoted(this.state, fresh);
    this.unsaved = together(this.unsaved, fresh);
  }

  /** Whatever keeps it from being written now, the next write brings it along. */
  private saveLater(): void {
    this.timer ??= window.setTimeout(() => void this.save().catch(() => undefined), SAVE_AFTER);
  }

  private save(): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    const done = this.queue.then(() => this.write());
    this.queue = done.catch(() => undefined);
    return done;
  }

  private async write(): Promise<void> {
    const { unsaved } = this;
    this.unsaved = {};
    try {
      const kept = await this.store.update((state) => withNoted(state, unsaved));
      // Undefined once this guest was forgotten here, by this page or another: nothing is kept any more.
      if (kept !== undefined) this.state = withNoted(kept, this.unsaved);
    } catch (error) {
      this.unsaved = together(unsaved, this.unsaved);
      throw error;
    }
  }
}

function withNoted(state: GuestState, { named = false, ...fresh }: Noted): GuestState {
  return { ...state, name: named ? "" : state.name, contents: seen(state.contents, fresh) };
}

/** The later pin of a person and the later head stand. */
function together(before: Noted, after: Noted): Noted {
  const { pins = [], heads = before.heads ?? [], checkpoint = before.checkpoint, named = before.named } = after;
  const users = new Set(pins.map((pin) => pin.user));
  const others = (before.pins ?? []).filter((pin) => !users.has(pin.user));
  return { pins: [...others, ...pins], heads, checkpoint, named };
}
