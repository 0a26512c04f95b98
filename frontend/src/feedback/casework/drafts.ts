/**
 * What is being written on a case, kept sealed in this browser until it is sent.
 *
 * Sealed as drafts of conversations are, under a key that only this person's vault has: whoever takes the device
 * while the vault is locked reads nothing of it.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import { type Bytes, equal } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { ifThereIsRoom, type Unlocked } from "../../keys";
import { draftKey, openDraft, sealDraft } from "../../wire/draft";

const PAUSE = 600;

interface Kept {
  readonly fingerprint: Bytes;
  readonly box: Bytes;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Kept };
}

/** Where a draft lies: one for the reply, one for the note. */
export interface Shelf {
  put(key: string, kept: Kept): Promise<void>;
  find(key: string): Promise<Kept | undefined>;
  drop(key: string): Promise<void>;
}

let database: Promise<IDBPDatabase<Schema>> | undefined;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>("entente-case-drafts", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("drafts");
    },
  });
  return database;
}

/** The shelf of this browser. */
export const DEVICE: Shelf = {
  put: async (key, kept) => {
    await ifThereIsRoom((await open()).put("drafts", kept, key));
  },
  find: async (key) => (await open()).get("drafts", key),
  drop: async (key) => {
    await (await open()).delete("drafts", key);
  },
};

export type DraftKind = "reply" | "note";

const NUMBERS: Readonly<Record<DraftKind, number>> = { reply: 1, note: 2 };

type Keys = Pick<Unlocked, "userId" | "seeds" | "identity" | "oldXwing">;

export class CaseDraft {
  private timer: number | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly key: string;

  /** `onKept` hears when what was typed is safe. */
  constructor(
    private readonly caseId: string,
    private readonly kind: DraftKind,
    private readonly keys: Keys,
    private readonly onKept: () => void,
    private readonly shelf: Shelf = DEVICE,
  ) {
    this.key = `${keys.userId}/${caseId}/${kind}`;
  }

  /** What was written here before; empty if nothing was, or if it can't be opened any more. */
  async find(): Promise<string> {
    const kept = await this.shelf.find(this.key);
    if (kept === undefined) return "";
    const seed = this.seedOf(kept.fingerprint);
    if (seed === undefined) return "";
    try {
      return (await openDraft(await draftKey(seed), this.place(), kept.box)).text;
    } catch (error) {
      if (error instanceof WireError) return "";
      throw error;
    }
  }

  /** Something was typed: kept after a short pause. */
  changed(text: string): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(text), PAUSE);
  }

  /** Keeps `text` now; an empty one is forgotten. */
  save(text: string): Promise<void> {
    window.clearTimeout(this.timer);
    this.queue = this.queue.then(() => this.write(text)).catch(() => undefined);
    return this.queue;
  }

  private async write(text: string): Promise<void> {
    if (text.trim() === "") {
      await this.shelf.drop(this.key);
      return;
    }
    const { seeds, identity } = this.keys;
    const draft = { text, writtenAt: Date.now() };
    const box = await sealDraft(await draftKey(seeds.xwing), this.place(), draft);
    await this.shelf.put(this.key, { fingerprint: identity.publicKeys.fingerprint, box });
    this.onKept();
  }

  private place(): { user: string; thread: string; number: number } {
    return { user: this.keys.userId, thread: this.caseId, number: NUMBERS[this.kind] };
  }

  private seedOf(fingerprint: Bytes): Bytes | undefined {
    const { identity, seeds, oldXwing } = this.keys;
    if (equal(fingerprint, identity.publicKeys.fingerprint)) return seeds.xwing;
    return oldXwing.find((one) => equal(one.fingerprint, fingerprint))?.seed;
  }
}
