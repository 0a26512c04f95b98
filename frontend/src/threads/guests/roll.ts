/**
 * Which of a thread's people are guests, and what they are called.
 *
 * A guest's keys are in no public log: the epoch that brought them in vouches for the first, and only
 * those can name the second. So whoever is a guest in every roster is checked against the rosters alone,
 * and everybody else against the log.
 */

import { type Bytes } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { type Member } from "../../keys";
import { type EpochTbs, readRecord } from "../../wire/epoch";
import { openName } from "../../wire/guest";
import { findRow } from "../../wire/roster";
import { type Epochs } from "../epochs";
import { type ListedEpoch, type ListedGuest } from "../server";
import { Trouble } from "../trouble";

/** Of the link, and of the browser that opened it. */
const ENTRIES = 2;

export class Roll {
  private constructor(
    /** Everybody of any roster. */
    private readonly seated: ReadonlySet<string>,
    /** Those who were never anything but a guest. */
    readonly guests: ReadonlySet<string>,
  ) {}

  /** From the records as they are listed; whether they are genuine is checked with the chain. Raises WireError. */
  static async read(listed: readonly Pick<ListedEpoch, "record">[]): Promise<Roll> {
    const records = await Promise.all(listed.map((one) => readRecord(one.record)));
    return Roll.of(records.map(({ tbs }) => tbs));
  }

  static of(epochs: readonly Pick<EpochTbs, "roster">[]): Roll {
    const rows = epochs.flatMap(({ roster }) => roster);
    const others = new Set(rows.filter((row) => row.role !== "guest").map((row) => row.member));
    const seated = new Set(rows.map((row) => row.member));
    return new Roll(seated, new Set([...seated].filter((member) => !others.has(member))));
  }

  /** Those who must be in the log. People of newer epochs are left out: those are loaded next. */
  logged(everyone: readonly Member[]): readonly Member[] {
    return everyone.filter(({ userId }) => this.seated.has(userId) && !this.guests.has(userId));
  }

  /** The guests, whose chains have a first entry and at most one successor. Raises WireError. */
  unlogged(everyone: readonly Member[]): readonly Member[] {
    const found = everyone.filter(({ userId }) => this.guests.has(userId));
    for (const { chain, userId } of found) {
      if (chain.length > ENTRIES || chain.some((entry) => entry.kind === "reset")) {
        throw new WireError("chain", `keys of the guest ${userId} that do not follow from their link`);
      }
    }
    return found;
  }
}

/**
 * The epoch that a guest's link names is in the chain, and has them in it: the server can't have made the
 * conversation up. Raises Trouble.
 */
export function checkInvitation(epochs: Epochs, guest: string, invitedBy: Bytes | undefined): void {
  if (invitedBy === undefined) return;
  const named = epochs.find(invitedBy);
  if (named === undefined || findRow(named.record.tbs.roster, guest)?.role !== "guest") {
    throw new Trouble("forged-epoch", "the epoch that the link names is not in the chain");
  }
}

/** What the guests' links are called, as far as this person has the keys. */
export async function labels(
  thread: string,
  guests: readonly ListedGuest[],
  epochs: Epochs,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const { id, labelEpoch, label } of guests) {
    const name = await opened(epochs.all[labelEpoch - 1]?.key, thread, id, labelEpoch, label);
    if (name !== undefined) found.set(id, name);
  }
  return found;
}

async function opened(
  key: Bytes | undefined,
  thread: string,
  guest: string,
  number: number,
  label: Bytes,
): Promise<string | undefined> {
  if (key === undefined) return undefined;
  try {
    return await openName(key, { thread, guest, number }, label);
  } catch (error) {
    // Whoever made the link may have sealed anything: then it has no name.
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
