/** Public identities of fellow members, their chains checked from the first entry on. */

import { type Bytes, toUuid } from "../crypto/bytes";
import { isArray, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { checkFollows, type IdentityEntry, readEntry } from "../wire/identity";
import { identitiesOf } from "./addresses";
import { getCbor } from "./http";

export interface Member {
  readonly userId: string;
  readonly name: string;
  /** The newest entry of a chain that was followed from its first one. */
  readonly entry: IdentityEntry;
  /** The whole chain, oldest first; `entry` is its last. */
  readonly chain: readonly IdentityEntry[];
}

/**
 * Members of the workspace with keys: all, or those of `users` (at most 500).
 * Raises WireError when a chain is broken or belongs to somebody else.
 */
export async function fetchMembers(
  workspace: string,
  users: readonly string[] = [],
): Promise<readonly Member[]> {
  const query = new URLSearchParams(users.map((user) => ["user", user]));
  const address = users.length > 0 ? `?${query.toString()}` : "";
  return readMembers(await getCbor(identitiesOf(workspace) + address));
}

/** The same from an answer of another address: a list of [user, name, [entry, …]]. Raises WireError. */
export async function readMembers(answer: Value): Promise<readonly Member[]> {
  if (!isArray(answer)) throw new WireError("malformed", "not a list of members");
  const members = await Promise.all(answer.map(readMember));
  return members.filter((one) => one !== undefined);
}

async function readMember(row: Value): Promise<Member | undefined> {
  const [id, name, entries] = isArray(row) ? row : [];
  if (!(id instanceof Uint8Array) || typeof name !== "string" || entries === undefined) {
    throw new WireError("malformed", "not a member");
  }
  const userId = toUuid(id);
  const chain = await readChain(userId, entries);
  const entry = chain.at(-1);
  return entry === undefined ? undefined : { userId, name, entry, chain };
}

/** A person's entries, each following the one before. Raises WireError. */
export async function readChain(userId: string, entries: Value): Promise<readonly IdentityEntry[]> {
  const chain: IdentityEntry[] = [];
  for (const raw of isArray(entries) ? entries : []) {
    const newest = chain.at(-1);
    const entry = await readEntry(raw as Bytes);
    if (entry.user !== userId) throw new WireError("chain", "an entry of somebody else");
    await checkFollows(entry, newest);
    chain.push(entry);
  }
  return chain;
}
