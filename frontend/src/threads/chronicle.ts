/** Who changed what in a thread, told from its verified epochs. */

import { equal } from "../crypto/bytes";
import { type EpochTbs } from "../wire/epoch";
import { findRow, type Role, samePolicy } from "../wire/roster";
import { WireError } from "../crypto/error";
import { openAbout } from "../wire/about";
import { type Epochs, type OpenEpoch } from "./epochs";

export type Deed =
  | { readonly kind: "opened" | "rules" | "renewed" }
  | { readonly kind: "continued"; readonly thread: string }
  | { readonly kind: "renamed"; readonly title: string }
  | { readonly kind: "added" | "role"; readonly member: string; readonly role: Role }
  | { readonly kind: "removed" | "left" | "expired" | "keys" | "came"; readonly member: string };

/** One deed, by the clock of whoever made the epoch. */
export type Event = Deed & {
  readonly epoch: number;
  /** Where the thread stood: what follows was sent under the new key. */
  readonly seq: number;
  readonly author: string;
  /** Milliseconds. */
  readonly at: number;
};

/** Everything that happened, oldest first. */
export async function chronicle(epochs: Epochs): Promise<readonly Event[]> {
  const events: Event[] = [];
  let before: OpenEpoch | undefined;
  for (const epoch of epochs.all) {
    const { tbs } = epoch.record;
    const { number, author, madeAt: at, start } = tbs;
    const deeds = before === undefined ? opening(tbs) : await between(before, epoch);
    events.push(...deeds.map((deed) => ({ ...deed, epoch: number, seq: start.seq, author, at })));
    before = epoch;
  }
  return events;
}

function opening(tbs: EpochTbs): readonly Deed[] {
  const others = tbs.roster.filter((row) => row.member !== tbs.author);
  return [
    { kind: "opened" },
    ...(tbs.continues === undefined ? [] : [{ kind: "continued", thread: tbs.continues.thread } as const]),
    ...others.map(({ member, role }): Deed => ({ kind: "added", member, role })),
  ];
}

async function between(before: OpenEpoch, next: OpenEpoch): Promise<readonly Deed[]> {
  const [old, now] = [before.record.tbs, next.record.tbs];
  const deeds: Deed[] = [];
  for (const row of old.roster) {
    const kept = findRow(now.roster, row.member);
    const { member } = row;
    if (kept === undefined) {
      const left = now.leaves?.some((notice) => notice.member === member) === true;
      const over = row.role === "guest" && row.expires > 0 && row.expires <= now.madeAt;
      deeds.push({ kind: left ? "left" : over ? "expired" : "removed", member });
      continue;
    }
    if (kept.role !== row.role) deeds.push({ kind: "role", member, role: kept.role });
    if (!equal(kept.fingerprint, row.fingerprint)) {
      // A guest's keys change once: when the browser that opened the link puts its own in their place.
      deeds.push({ kind: row.role === "guest" && kept.role === "guest" ? "came" : "keys", member });
    }
  }
  for (const { member, role } of now.roster) {
    if (findRow(old.roster, member) === undefined) deeds.push({ kind: "added", member, role });
  }
  if (!samePolicy(old.policy, now.policy)) deeds.push({ kind: "rules" });
  const title = await titleOf(next);
  if (title !== undefined && (await titleOf(before)) !== title && before.key !== undefined) {
    deeds.push({ kind: "renamed", title });
  }
  return deeds.length > 0 ? deeds : [{ kind: "renewed" }];
}

/** Undefined without the key, and where an owner has sealed something that is no title. */
async function titleOf({ record, key }: OpenEpoch): Promise<string | undefined> {
  if (key === undefined) return undefined;
  try {
    return (await openAbout(record.tbs, key)).title;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
