/**
 * Which epoch may follow which, and by whom.
 *
 * Owners may do anything. Any other poster: refresh the same roster, remove an expired guest or somebody
 * who gave notice, replace their own fingerprint by its successor, and add members where the policy lets
 * them. A notice holds for the one epoch that follows the one it names, so it can't be used again later.
 */

import { type Bytes, equal } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { type EpochTbs } from "./epoch";
import { expired, findRow, mayPost, type RosterRow, samePolicy } from "./roster";

/** Whether a member's new fingerprint follows from the old one in their identity chain. */
export type IsSuccessor = (member: string, old: Bytes, next: Bytes) => boolean;

/** Raises WireError unless this may open a thread: number 1, by an owner of its own roster. */
export function checkFirst(tbs: EpochTbs): void {
  const author = findRow(tbs.roster, tbs.author);
  if (tbs.leaves !== undefined) throw refused("nobody leaves a thread that only begins");
  if (tbs.number !== 1 || author?.role !== "owner") {
    throw refused("a thread starts with epoch 1, by one of its owners");
  }
  if (!equal(author.fingerprint, tbs.authorFingerprint)) {
    throw refused("the author signs with other keys than the roster says");
  }
}

/** Raises WireError("chain") unless `tbs` may follow `before`. */
export function checkSuccession(
  tbs: EpochTbs,
  before: EpochTbs,
  beforeHash: Bytes,
  isSuccessor: IsSuccessor,
): void {
  checkLink(tbs, before, beforeHash);
  checkLeaves(tbs, before, beforeHash);
  const author = findRow(before.roster, tbs.author);
  if (author === undefined || !mayPost(author, tbs.madeAt)) {
    throw refused("the author may not publish an epoch of this thread");
  }
  const known =
    equal(author.fingerprint, tbs.authorFingerprint) ||
    isSuccessor(tbs.author, author.fingerprint, tbs.authorFingerprint);
  if (!known) throw refused("the author signs with keys that the thread does not know");
  const now = findRow(tbs.roster, tbs.author);
  if (now !== undefined && !equal(now.fingerprint, tbs.authorFingerprint)) {
    throw refused("the author signs with other keys than the roster says");
  }
  if (author.role === "owner") return;
  if (!samePolicy(tbs.policy, before.policy)) throw refused("only an owner changes the policy");
  for (const row of before.roster) checkKept(row, findRow(tbs.roster, row.member), tbs);
  for (const row of tbs.roster) {
    if (findRow(before.roster, row.member) === undefined) checkAdded(row, author, before);
  }
}

function checkLink(tbs: EpochTbs, before: EpochTbs, beforeHash: Bytes): void {
  if (tbs.thread !== before.thread || !equal(tbs.previous, beforeHash)) {
    throw refused("the epoch does not follow the one before it");
  }
  if (tbs.number !== before.number + 1) throw refused("epoch numbers have a gap");
  if (tbs.suite < before.suite) throw refused("the suite was lowered");
  const back = tbs.start.seq < before.start.seq;
  const forked = tbs.start.seq === before.start.seq && !equal(tbs.start.t, before.start.t);
  if (back || forked) throw refused("the epoch starts before the one it follows");
}

function checkLeaves(tbs: EpochTbs, before: EpochTbs, beforeHash: Bytes): void {
  const leaves = tbs.leaves ?? [];
  if (new Set(leaves.map((notice) => notice.member)).size !== leaves.length) {
    throw refused("somebody leaves twice");
  }
  for (const notice of leaves) {
    const row = findRow(before.roster, notice.member);
    if (row === undefined || findRow(tbs.roster, notice.member) !== undefined) {
      throw refused("a notice of somebody who does not leave");
    }
    if (notice.thread !== tbs.thread || !equal(notice.epoch, beforeHash)) {
      throw refused("a notice for another epoch");
    }
    if (!equal(notice.fingerprint, row.fingerprint)) {
      throw refused("a notice by other keys than the roster says");
    }
  }
}

function checkKept(old: RosterRow, next: RosterRow | undefined, tbs: EpochTbs): void {
  if (next === undefined) {
    if (tbs.leaves?.some((notice) => notice.member === old.member) === true) return;
    if (old.role !== "guest" || !expired(old, tbs.madeAt)) {
      throw refused("only an owner removes a member");
    }
    return;
  }
  const ownKeys = old.member === tbs.author && equal(next.fingerprint, tbs.authorFingerprint);
  const sameRow = next.role === old.role && next.expires === old.expires;
  if (!sameRow || (!equal(next.fingerprint, old.fingerprint) && !ownKeys)) {
    throw refused("only an owner changes another member's row");
  }
}

function checkAdded(row: RosterRow, author: RosterRow, before: EpochTbs): void {
  const allowed = before.policy.mayAdd === "owners and members" && author.role === "member";
  if (!allowed || row.role === "owner") throw refused("the author may not add this member");
}

function refused(why: string): WireError {
  return new WireError("chain", why);
}
