/** The page of threads, put together. */

import { LockedError, lockWhenIdle, RollbackError, ServerError, unlock, watchLock } from "../keys";
import { Conversation } from "./conversation";
import { ConversationView } from "./conversationView";
import { part } from "./dom";
import { ListView } from "./listView";
import { NewDialog } from "./newDialog";
import { openConversation } from "./opening";
import { Outbox } from "./outbox";
import { Overview } from "./overview";
import { type Event, Server } from "./server";
import { Socket } from "./socket";
import { type Words } from "./words";

/** Opens the vault, then the list, then the conversation that the address names, and follows them live. */
export async function start(words: Words): Promise<void> {
  const root = part(document, "[data-threads]", HTMLElement);
  const reload = (): void => {
    window.location.reload();
  };
  watchLock(reload);
  lockWhenIdle(reload);
  try {
    await run(root, words, reload);
  } catch (error) {
    const state = part(root, "[data-list-state]", HTMLElement);
    state.hidden = false;
    state.textContent = sentence(words, error);
  }
}

async function run(root: HTMLElement, words: Words, reload: () => void): Promise<void> {
  const server = new Server(root.dataset["workspace"] ?? "");
  const open = root.dataset["thread"] ?? "";
  const unlocked = await unlock();
  const me = unlocked.userId;

  const list = new ListView(root, words, (thread) => server.address(thread), open, me);
  const overview = new Overview(server, unlocked, () => {
    list.show(overview);
  });
  list.onMore(() => void overview.loadMore());
  await overview.load();
  new NewDialog(words, overview, me, async (title, chosen) => {
    const { people } = overview;
    const thread = await openConversation(server, unlocked, people, title, chosen);
    window.location.assign(server.address(thread));
  });

  const conversation =
    open === ""
      ? undefined
      : await openOne(root, words, server, open, unlocked, await Outbox.open(me, unlocked.unsafeVaultKey()));
  const socket = new Socket(server.workspace, {
    onEvent: (event) => {
      overview.note(event);
      if (conversation !== undefined) follow(conversation, event);
    },
    onLost: () => conversation?.lost(),
    onEnded: reload,
  });
  socket.open();
}

async function openOne(
  root: HTMLElement,
  words: Words,
  server: Server,
  thread: string,
  unlocked: Awaited<ReturnType<typeof unlock>>,
  outbox: Outbox,
): Promise<Conversation> {
  const read = (): void => {
    if (document.visibilityState === "visible") void conversation.markRead();
  };
  const conversation: Conversation = new Conversation(thread, server, unlocked, outbox, {
    changed: () => {
      view.show();
    },
    arrived: read,
  });
  const view = new ConversationView(root, words, unlocked.userId, () => conversation);
  view.say(words.checking);
  document.addEventListener("visibilitychange", read);
  await conversation.load();
  read();
  return conversation;
}

function follow(conversation: Conversation, event: Event): void {
  if (event.kind === "ready") {
    void conversation.catchUp();
    return;
  }
  if (event.thread !== conversation.id) return;
  if (event.kind === "envelope") void conversation.receive(event.head, event.raw);
  else if (event.kind === "epoch") void conversation.catchUp();
  else if (event.kind === "revoked") conversation.revoke();
  else if (event.kind === "read") conversation.noteRead(event.seq);
}

function sentence(words: Words, error: unknown): string {
  if (error instanceof LockedError) return words.locked;
  if (error instanceof RollbackError) return words.vaultRollback;
  if (error instanceof ServerError && error.status === 401) return words.signedOut;
  return words.failed;
}
