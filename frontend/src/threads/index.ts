/** The page of threads, put together. */

import { isStorageFull, LockedError, RollbackError, ServerError, unlock, watchLock } from "../keys";
import { part } from "./dom";
import { type Drafts } from "./drafts";
import { type FileWords } from "./files";
import { follow } from "./following";
import { type GuestLinkWords } from "./guests/words";
import { type Leftovers } from "./leftovers";
import { ListView } from "./listView";
import { Live } from "./live";
import { type MembershipWords } from "./membershipWords";
import { offerMuting } from "./muting";
import { NewDialog } from "./newDialog";
import { openConversation } from "./opening";
import { Outbox } from "./outbox";
import { Overview } from "./overview";
import { Server } from "./server";
import { type TalkWords } from "./talkWords";
import { Telling } from "./telling";
import { type Words } from "./words";

/** Milliseconds that a page which is being locked waits for what was just written to be saved. */
const LAST_WORDS = 2_000;

/** Opens the vault, then the list, then the conversation that the address names, and follows them live. */
export async function start(words: Words, talkWords: TalkWords, fileWords: FileWords, about: MembershipWords, guestWords: GuestLinkWords): Promise<void> {
  const root = part(document, "[data-threads]", HTMLElement);
  const reload = (): void => {
    window.location.reload();
  };
  const drafts: { current?: Drafts } = {};
  // What was written a moment ago is still on its way: it may arrive.
  const leave = (lastWords: Promise<void> | undefined): void => {
    void Promise.race([lastWords, new Promise((go) => setTimeout(go, LAST_WORDS))]).finally(reload);
  };
  const ended = (): void => {
    leave(drafts.current?.end());
  };
  watchLock(() => {
    leave(drafts.current?.save());
  });
  try {
    await run(root, words, talkWords, fileWords, about, guestWords, ended, drafts);
  } catch (error) {
    const state = part(root, "[data-list-state]", HTMLElement);
    state.hidden = false;
    state.textContent = sentence(words, error);
  }
}

async function run(
  root: HTMLElement,
  words: Words,
  talkWords: TalkWords,
  fileWords: FileWords,
  about: MembershipWords,
  guestWords: GuestLinkWords,
  ended: () => void,
  drafts: { current?: Drafts },
): Promise<void> {
  const server = new Server(root.dataset["workspace"] ?? "");
  const thread = root.dataset["thread"] ?? "";
  // On its way while the vault opens: the list alone needs none of it.
  const page = thread === "" ? undefined : import("./open");
  const unlocked = await unlock();
  const me = unlocked.userId;

  const list = new ListView(root, words, (one) => server.address(one), thread, me);
  const overview = new Overview(server, unlocked, () => {
    list.show(overview);
  });
  list.onMore(() => void overview.loadMore());
  await overview.load();
  new NewDialog(words, overview, me, async (title, chosen) => {
    const { people } = overview;
    const made = await openConversation(server, unlocked, people, title, chosen);
    window.location.assign(server.address(made));
  });

  const open = await (
    await page
  )?.openOne(root, words, talkWords, fileWords, about, guestWords, server, thread, unlocked);
  if (open !== undefined) drafts.current = open.drafts;
  await open?.conversation.load();
  open?.read();
  void open?.drafts.load();
  const telling = new Telling(part(root, "[data-tell]", HTMLElement), server, words, me);
  await telling.load();
  if (thread !== "") offerMuting(thread, telling, words);
  const outbox = await Outbox.open(me, unlocked.unsafeVaultKey());
  let leftovers: Leftovers | undefined;
  /** Of tabs that were closed, for conversations that none has open: rare, so what sends it is loaded only then. */
  const sendLeftovers = async (): Promise<void> => {
    const threads = await outbox.threads();
    if (threads.every((one) => one === thread)) return;
    leftovers ??= new (await import("./leftovers")).Leftovers(server, unlocked, outbox, (waiting) => {
      list.waiting = waiting;
      list.show(overview);
    });
    await leftovers.send(threads, thread);
  };
  const live = new Live(server, {
    onEvent: (event) => {
      overview.note(event);
      if (event.kind === "ready") void sendLeftovers();
      void telling.note(event);
      if (open !== undefined) follow(open, event);
    },
    onLost: () => open?.conversation.lost(),
    onEnded: ended,
  });
  server.quick = (where, envelope) => live.post(where, envelope);
  live.open();
}

function sentence(words: Words, error: unknown): string {
  if (error instanceof LockedError) return words.locked;
  if (error instanceof RollbackError) return words.vaultRollback;
  if (error instanceof ServerError && error.status === 401) return words.signedOut;
  if (isStorageFull(error)) return words.storageFull;
  return words.failed;
}
