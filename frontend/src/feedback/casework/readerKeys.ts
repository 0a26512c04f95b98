/** What the page of a case needs of a form's keys: its reader's own, and those of whoever signed something. */

import { type Bytes } from "../../crypto/bytes";
import { type PublicKeys } from "../../crypto/identity";
import { type XwingKey } from "../../crypto/pq";
import { type Unlocked } from "../../keys";
import { FormThread } from "../../threads/formThread";
import { type EpochRecord } from "../../wire/epoch";
import { type EpochRef, type FormKey } from "../../wire/formKey";

export interface ReaderKeys {
  /** The pair of an epoch's form key; undefined for an epoch that this person has no key of. */
  pairOf(epoch: EpochRef): Promise<XwingKey | undefined>;
  /** The checked record of an epoch; undefined if there is none. */
  recordOf(epoch: EpochRef): EpochRecord | undefined;
  /** The checked keys of a member by their fingerprint. */
  keysOf(member: string, fingerprint: Bytes): PublicKeys | undefined;
}

/** The keys of one form, loaded again when the readers have changed. */
export class FormReader implements ReaderKeys {
  private constructor(
    private thread: FormThread,
    private readonly workspace: string,
    private readonly unlocked: Unlocked,
  ) {}

  /** Raises Trouble, and ServerError for whoever is no reader. */
  static async load(workspace: string, unlocked: Unlocked, thread: string): Promise<FormReader> {
    return new FormReader(await FormThread.load(workspace, unlocked, thread), workspace, unlocked);
  }

  /** The newest form key, checked: what is written now is sealed to it. */
  get newest(): FormKey {
    return this.thread.formKey;
  }

  async renew(): Promise<void> {
    this.thread = await FormThread.load(this.workspace, this.unlocked, this.thread.id);
  }

  pairOf(epoch: EpochRef): Promise<XwingKey | undefined> {
    return this.thread.pairOf(epoch);
  }

  recordOf(epoch: EpochRef): EpochRecord | undefined {
    return this.thread.find(epoch)?.record;
  }

  keysOf(member: string, fingerprint: Bytes): PublicKeys | undefined {
    return this.thread.people().keys(member, fingerprint);
  }

  nameOf(member: string): string {
    return this.thread.name(member);
  }
}
