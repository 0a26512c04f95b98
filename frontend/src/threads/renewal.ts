/** New keys carried into every conversation of a person, one after the other. May be begun again at any time. */

import { type Bytes, equal } from "../crypto/bytes";
import { type Unlocked } from "../keys";
import { type FileBody } from "../wire/body";
import { readRecord } from "../wire/epoch";
import { findRow } from "../wire/roster";
import { Conversation } from "./conversation";
import { blobsAt, destroyFile } from "./files/blobServer";
import { type Outbox } from "./outbox";
import { Server } from "./server";
import { isOwnerless } from "./successor";

export interface Stale {
  readonly server: Server;
  readonly thread: string;
}

/**
 * How it went: "waiting" where only an owner's browser can make the key, "ownerless" where there is none any
 * more and this person can go on in a new conversation.
 */
export type Outcome = "renewed" | "waiting" | "ownerless" | "stopped";

/** The conversations whose newest epoch still names other keys of this person. */
export async function staleConversations(
  workspaces: readonly string[],
  unlocked: Unlocked,
): Promise<readonly Stale[]> {
  const found: Stale[] = [];
  const { fingerprint } = unlocked.identity.publicKeys;
  for (const workspace of workspaces) {
    const server = new Server(workspace);
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const { threads, next } = await server.index(cursor);
      for (const { id, record } of threads) {
        // Only whether there is something to do is read here; the conversation checks the record itself.
        const { tbs } = await readRecord(record);
        const own = findRow(tbs.roster, unlocked.userId);
        if (own !== undefined && !equal(own.fingerprint, fingerprint)) found.push({ server, thread: id });
      }
      cursor = next === "" ? undefined : next;
    }
  }
  return found;
}

/** Opens the conversation, checks all of it, and makes its next key. Raises TypeError without a connection. */
export async function renewConversation(
  { server, thread }: Stale,
  unlocked: Unlocked,
  outbox: Outbox,
): Promise<Outcome> {
  const nothing = (): void => undefined;
  // What waits in the outbox goes out from here too.
  const blobs = blobsAt(server.address(thread));
  const destroy = ({ blob }: FileBody): Promise<void> => destroyFile(blobs, blob);
  const view = { changed: nothing, arrived: nothing, destroyFile: destroy };
  const conversation = new Conversation(thread, server, unlocked, outbox, view);
  await conversation.load();
  if (conversation.offline) throw new TypeError("no connection");
  return outcomeOf(conversation, unlocked.userId, unlocked.identity.publicKeys.fingerprint);
}

/** What became of a conversation that was loaded, for this person under these keys. */
export function outcomeOf(
  now: Pick<Conversation, "trouble" | "stage" | "roster" | "lostOwners">,
  user: string,
  fingerprint: Bytes,
): Outcome {
  if (now.trouble !== undefined || now.stage !== "open") return "stopped";
  const own = findRow(now.roster, user);
  if (own !== undefined && equal(own.fingerprint, fingerprint)) return "renewed";
  return own?.role === "member" && isOwnerless(now.roster, now.lostOwners) ? "ownerless" : "waiting";
}
