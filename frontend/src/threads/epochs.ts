/** The chain of a thread's epochs, checked from the first one on, with the keys this person holds. */

import { type Bytes, equal, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { unwrap } from "../crypto/hpke";
import { type Identity } from "../crypto/identity";
import { postQuantum } from "../crypto/pq";
import { type Unlocked } from "../keys";
import { type About, openAbout } from "../wire/about";
import { type EpochRecord, openEpochKey, openHistoryKey, readRecord, verifyRecord } from "../wire/epoch";
import { checkFirst, checkSuccession } from "../wire/epochRules";
import { verifyLeaveNotice } from "../wire/leaving";
import { findRow } from "../wire/roster";
import { type ThreadHead } from "../wire/vaultContents";
import { type People } from "./people";
import { type ListedEpoch } from "./server";
import { noticed, Trouble } from "./trouble";

export interface OpenEpoch {
  readonly record: EpochRecord;
  /** Undefined for an epoch from before this person joined. */
  readonly key: Bytes | undefined;
}

type Keys = Pick<Unlocked, "userId" | "identity" | "oldXwing">;

export class Epochs {
  private readonly byHash: ReadonlyMap<string, OpenEpoch>;

  private constructor(
    readonly all: readonly OpenEpoch[],
    readonly newest: OpenEpoch,
  ) {
    this.byHash = new Map(all.map((one) => [toHex(one.record.hash), one]));
  }

  /**
   * Raises Trouble: "forged-epoch" for a record that its author did not sign, may not publish, or that
   * holds another key; "rollback" or "fork" against the head that this person has seen before.
   */
  static async check(
    thread: string,
    listed: readonly ListedEpoch[],
    people: People,
    keys: Keys,
    known: ThreadHead | undefined,
  ): Promise<Epochs> {
    const all: OpenEpoch[] = [];
    try {
      for (const one of listed) {
        const record = await readRecord(one.record);
        const before = all.at(-1);
        await checkRecord(thread, record, before?.record, people);
        const next = { record, key: await Epochs.keyOf(record, one, keys) };
        if (before !== undefined) await checkTitle(before, next);
        all.push(next);
      }
    } catch (error) {
      if (error instanceof WireError) throw new Trouble("forged-epoch", error.message);
      throw error;
    }
    const newest = all.at(-1);
    if (newest === undefined) throw new Trouble("forged-epoch", "a thread without an epoch");
    checkKnown(all, known);
    return new Epochs(all, newest);
  }

  /** By the keys that the roster or the gift of history names: the present ones, or earlier ones. */
  static async keyOf(record: EpochRecord, listed: ListedEpoch, keys: Keys): Promise<Bytes | undefined> {
    const { wrap, historyFingerprint } = listed;
    if (wrap.length === 0) return undefined;
    if (historyFingerprint.length > 0) {
      const opener = await openerOf(historyFingerprint, keys);
      return opener && openHistoryKey(record, historyFingerprint, opener, wrap);
    }
    const row = findRow(record.tbs.roster, keys.userId);
    if (row === undefined) throw new WireError("chain", "a wrap without a place in the roster");
    const opener = await openerOf(row.fingerprint, keys);
    return opener && openEpochKey(record, keys.userId, opener, wrap);
  }

  find(hash: Bytes): OpenEpoch | undefined {
    return this.byHash.get(toHex(hash));
  }

  /** Whether `listed`, the same chain as the server shows it now, opens an epoch that was closed. Raises WireError. */
  async gainFrom(listed: readonly ListedEpoch[], keys: Keys): Promise<boolean> {
    for (const [index, { record, key }] of this.all.entries()) {
      const one = listed[index];
      if (key !== undefined || one === undefined) continue;
      if ((await Epochs.keyOf(record, one, keys)) !== undefined) return true;
    }
    return false;
  }

  /** Whether an envelope numbered `seq` may be of this epoch: after its start, and not after the next one's. */
  covers(epoch: OpenEpoch, seq: number): boolean {
    const next = this.all[epoch.record.tbs.number];
    return (
      seq > epoch.record.tbs.start.seq && (next === undefined || seq <= next.record.tbs.start.seq)
    );
  }

  async about(): Promise<About> {
    const { record, key } = this.newest;
    if (key === undefined) throw new Trouble("forged-epoch", "no key of the newest epoch");
    return noticed("forged-epoch", openAbout(record.tbs, key));
  }
}

type Opener = Pick<Identity, "unwrap">;

/** The side that opens what is wrapped to this fingerprint; undefined if it was never this person's. */
async function openerOf(fingerprint: Bytes, keys: Keys): Promise<Opener | undefined> {
  if (equal(fingerprint, keys.identity.publicKeys.fingerprint)) return keys.identity;
  const old = keys.oldXwing.find((one) => equal(one.fingerprint, fingerprint));
  if (old === undefined) return undefined;
  const key = await (await postQuantum()).xwingFromSeed(old.seed);
  return { unwrap: (info, wrapped) => unwrap(key, info, wrapped) };
}

async function checkRecord(
  thread: string,
  record: EpochRecord,
  before: EpochRecord | undefined,
  people: People,
): Promise<void> {
  const { tbs } = record;
  if (tbs.thread !== thread) throw new WireError("chain", "a record of another thread");
  if (before === undefined) checkFirst(tbs);
  else checkSuccession(tbs, before.tbs, before.hash, (...args) => people.succeeds(...args));
  const author = people.keys(tbs.author, tbs.authorFingerprint);
  if (author === undefined) throw new WireError("signature", "the author's keys are not in their chain");
  await verifyRecord(record, author);
  for (const notice of tbs.leaves ?? []) {
    const leaver = people.keys(notice.member, notice.fingerprint);
    if (leaver === undefined) throw new WireError("signature", "a notice by unknown keys");
    await verifyLeaveNotice(notice, leaver);
  }
  for (const row of tbs.roster) {
    if (people.keys(row.member, row.fingerprint) === undefined) {
      throw new WireError("chain", `the roster has keys of ${row.member} that are not in their chain`);
    }
  }
}

/** What a thread is called is sealed, so that only its readers can see that nobody but an owner changes it. */
async function checkTitle(before: OpenEpoch, next: OpenEpoch): Promise<void> {
  const author = findRow(before.record.tbs.roster, next.record.tbs.author);
  if (author?.role === "owner" || before.key === undefined || next.key === undefined) return;
  const [old, now] = [openAbout(before.record.tbs, before.key), openAbout(next.record.tbs, next.key)];
  if ((await old).title !== (await now).title) throw new WireError("chain", "only an owner changes the title");
}

function checkKnown(all: readonly OpenEpoch[], known: ThreadHead | undefined): void {
  if (known === undefined) return;
  const same = all[known.epoch - 1];
  if (same === undefined) throw new Trouble("rollback", `epoch ${known.epoch} is gone`);
  if (!equal(same.record.hash, known.epochHash)) {
    throw new Trouble("fork", `another epoch ${known.epoch} than the one seen before`);
  }
}
