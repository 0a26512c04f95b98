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
  const answer = await getCbor(identitiesOf(workspace) + address);
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
  let newest: IdentityEntry | undefined;
  for (const raw of isArray(entries) ? entries : []) {
    const entry = await readEntry(raw as Bytes);
    if (entry.user !== userId) throw new WireError("chain", "an entry of somebody else");
    await checkFollows(entry, newest);
    newest = entry;
  }
  return newest === undefined ? undefined : { userId, name, entry: newest };
}
