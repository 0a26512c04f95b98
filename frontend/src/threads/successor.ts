/** A conversation whose last owner is lost: nobody can make its next key, so its members go on in another one. */

import { type Bytes, equal } from "../crypto/bytes";
import { type Unlocked } from "../keys";
import { findRow, type Role, type RosterRow } from "../wire/roster";
import { type Conversation } from "./conversation";
import { openConversation } from "./opening";
import { type People } from "./people";
import { type Server } from "./server";

/** Owners who can make no key here: put out of the workspace, or with keys that don't follow from the roster's. */
export function lostOwners(
  roster: readonly RosterRow[],
  putOut: readonly string[],
  people: Pick<People, "newest" | "succeeds">,
): readonly string[] {
  const startedOver = (member: string, old: Bytes): boolean => {
    const now = people.newest(member)?.keys.fingerprint;
    return now !== undefined && !equal(now, old) && !people.succeeds(member, old, now);
  };
  return roster
    .filter(({ role }) => role === "owner")
    .filter(({ member, fingerprint }) => putOut.includes(member) || startedOver(member, fingerprint))
    .map(({ member }) => member);
}

/** Whether there is no other owner. */
export function isOwnerless(roster: readonly RosterRow[], lost: readonly string[]): boolean {
  return roster.every(({ role, member }) => role !== "owner" || lost.includes(member));
}

/**
 * Begins the conversation that continues this one: the same title and people, but guests and whoever was put out.
 * Its id. Whoever begins it owns it, and so does an owner who is still there. Raises as `openConversation` does.
 */
export async function openSuccessor(
  server: Server,
  unlocked: Unlocked,
  before: Pick<Conversation, "id" | "title" | "roster" | "putOut" | "people" | "chain">,
): Promise<string> {
  const newest = before.chain?.newest.record;
  if (newest === undefined) throw new Error("the conversation is not loaded");
  const kept = before.roster.filter((row) => row.role !== "guest" && !before.putOut.includes(row.member));
  const role = (member: string): Role => findRow(kept, member)?.role ?? "member";
  const chosen = kept.map((row) => row.member);
  return openConversation(server, unlocked, before.people, before.title, chosen, {
    role,
    continues: { thread: before.id, epoch: newest.hash },
  });
}
