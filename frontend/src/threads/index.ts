/** The page of threads, put together. */

import { LockedError, lockWhenIdle, RollbackError, ServerError, unlock, watchLock } from "../keys";
import { Conversation } from "./conversation";
import { ConversationView } from "./conversationView";
import { DetailsPane } from "./detailsPane";
import { part } from "./dom";
import { Drafts } from "./drafts";
import { Files, type FileWords } from "./files";
import { follow } from "./following";
import { GuestLinkDialog } from "./guests/linkDialog";
import { type GuestLinkWords } from "./guests/words";
import { ListView } from "./listView";
import { Live } from "./live";
import { Membership } from "./membership";
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

/** Opens the vault, then the list, then the conversation that the address names, and follows them live. */
export async function start(words: Words, talkWords: TalkWords, fileWords: FileWords, about: MembershipWords, guestWords: GuestLinkWords): Promise<void> {
  const root = part(document, "[data-threads]", HTMLElement);
  const reload = (): void => {
    window.location.reload();
  };
  watchLock(reload);
  lockWhenIdle(reload);
  try {
    await run(root, words, talkWords, fileWords, about, guestWords, reload);
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
  reload: () => void,
): Promise<void> {
  const server = new Server(root.dataset["workspace"] ?? "");
  const thread = root.dataset["thread"] ?? "";
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

  const open =
    thread === ""
      ? undefined
      : openOne(
          root, words, talkWords, about, guestWords, server, thread, unlocked,
          await Outbox.open(me, unlocked.unsafeVaultKey()),
          await Files.of(thread, server, unlocked, fileWords),
        );
  await open?.conversation.load();
  open?.read();
  void open?.drafts.load();
  const telling = new Telling(part(root, "[data-tell]", HTMLElement), server, words, me);
  await telling.load();
  if (thread !== "") offerMuting(thread, telling, words);
  const live = new Live(server, {
    onEvent: (event) => {
      overview.note(event);
      void telling.note(event);
      if (open !== undefined) follow(open, event);
    },
    onLost: () => open?.conversation.lost(),
    onEnded: reload,
  });
  server.quick = (where, envelope) => live.post(where, envelope);
  live.open();
}

interface Open {
  readonly conversation: Conversation;
  readonly drafts: Drafts;
  /** Everything here was read, if somebody is looking. */
  readonly read: () => void;
}

function openOne(
  root: HTMLElement,
  words: Words,
  talkWords: TalkWords,
  about: MembershipWords,
  guestWords: GuestLinkWords,
  server: Server,
  thread: string,
  unlocked: Awaited<ReturnType<typeof unlock>>,
  outbox: Outbox,
  files: Files,
): Open {
  const read = (): void => {
    if (document.visibilityState === "visible") void conversation.markRead();
  };
  const conversation: Conversation = new Conversation(thread, server, unlocked, outbox, {
    changed: () => {
      view.show();
      details.show();
    },
    arrived: (messages) => {
      view.arrived(messages);
      read();
    },
    destroyFile: ({ blob }) => files.destroy(blob),
  });
  const view = new ConversationView(root, words, talkWords, unlocked.userId, () => conversation, files);
  const drafts = view.useDrafts((shown) => new Drafts(thread, server, unlocked, shown));
  const membership = new Membership(conversation, server, unlocked);
  const details = new DetailsPane(
    words,
    about,
    unlocked,
    () => conversation,
    membership,
    () => {
      window.location.assign(server.address());
    },
    (events) => {
      view.happened = events;
      view.show();
    },
    new GuestLinkDialog(guestWords, unlocked.userId, server.workspace, () => conversation, membership),
  );
  view.say(words.checking);
  document.addEventListener("visibilitychange", read);
  return { conversation, drafts, read };
}

function sentence(words: Words, error: unknown): string {
  if (error instanceof LockedError) return words.locked;
  if (error instanceof RollbackError) return words.vaultRollback;
  if (error instanceof ServerError && error.status === 401) return words.signedOut;
  return words.failed;
}
