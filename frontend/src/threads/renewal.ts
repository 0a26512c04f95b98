/** New keys carried into every conversation of a person, one after the other. May be begun again at any time. */

import { equal } from "../crypto/bytes";
import { type Unlocked } from "../keys";
import { type FileBody } from "../wire/body";
import { readRecord } from "../wire/epoch";
import { findRow } from "../wire/roster";
import { Conversation } from "./conversation";
import { blobsAt, destroyFile } from "./files/blobServer";
import { type Outbox } from "./outbox";
import { Server } from "./server";

export interface Stale {
  readonly server: Server;
  readonly thread: string;
}

/** How it went: "waiting" where this person may not write, so that an owner's browser does it. */
export type Outcome = "renewed" | "waiting" | "stopped";

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
  if (conversation.trouble !== undefined || conversation.stage !== "open") return "stopped";
  const own = findRow(conversation.roster, unlocked.userId);
  const done = own !== undefined && equal(own.fingerprint, unlocked.identity.publicKeys.fingerprint);
  return done ? "renewed" : "waiting";
}
