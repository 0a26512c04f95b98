/** The page behind a guest's link: the link is opened, a name is given, the first message is written. */

import { WireError } from "../../crypto/error";
import { LogTrouble, ServerError } from "../../keys";
import { type GuestLink, readFragment } from "../../wire/guest";
import { Conversation } from "../conversation";
import { ConversationView } from "../conversationView";
import { DetailsPane } from "../detailsPane";
import { part } from "../dom";
import { Drafts } from "../drafts";
import { Files, type FileWords } from "../files";
import { follow } from "../following";
import { Live } from "../live";
import { Membership } from "../membership";
import { type MembershipWords } from "../membershipWords";
import { Outbox } from "../outbox";
import { type TalkWords } from "../talkWords";
import { type Words } from "../words";
import { DoorForm } from "./doorForm";
import { comeBack, comeIn } from "./entering";
import { GuestHolder } from "./holder";
import { type Door, GuestServer } from "./server";
import { type GuestState, GuestStore } from "./store";
import { type GuestWords } from "./words";

export interface GuestPageWords {
  readonly page: Words;
  readonly talk: TalkWords;
  readonly files: FileWords;
  readonly membership: MembershipWords;
  readonly guest: GuestWords;
}

/** What stops a guest at the door, as a sentence. */
class Stop extends Error {}

export async function start(words: GuestPageWords): Promise<void> {
  const root = part(document, "[data-guest]", HTMLElement);
  const guest = root.dataset["guest"] ?? "";
  const server = new GuestServer(root.dataset["workspace"] ?? "", guest);
  const form = new DoorForm(root, words.guest);
  try {
    const store = await GuestStore.open(guest).catch(() => {
      throw new Stop(words.guest.noStorage);
    });
    const state = await enter(server, guest, store, form, words.guest);
    // The secret has done its work: out of the address bar and the history.
    history.replaceState(null, "", window.location.pathname);
    const holder = await GuestHolder.of(guest, state, store);
    await room(root, words, server, holder, state.thread, () => {
      void store.forget();
      part(root, "[data-room]", HTMLElement).hidden = true;
      form.stop(words.guest.left);
    });
    form.leave();
  } catch (error) {
    form.stop(error instanceof Stop ? error.message : sentence(words.guest, error));
  }
}

async function enter(
  server: GuestServer,
  guest: string,
  store: GuestStore,
  form: DoorForm,
  words: GuestWords,
): Promise<GuestState> {
  const door = await server.knock();
  const state = await store.load();
  if (door.isOpened) {
    if (state === undefined) throw new Stop(words.otherBrowser);
    await comeBack(server, guest, door, state);
    return state;
  }
  const link = linkOf(words);
  let next: Door | undefined = door;
  return form.ask(door.withCode, async (given) => {
    // A challenge holds for one try.
    const asked = next ?? (await server.knock());
    next = undefined;
    // The answer to the try before was lost, and this browser is the one that opened the link.
    const kept = asked.isOpened ? await store.load() : undefined;
    if (kept !== undefined) {
      await comeBack(server, guest, asked, kept);
      return kept;
    }
    return comeIn(server, guest, asked, link, given, store);
  });
}

function linkOf(words: GuestWords): GuestLink {
  try {
    return readFragment(window.location.hash.slice(1));
  } catch (error) {
    if (error instanceof WireError) throw new Stop(words.incomplete);
    throw error;
  }
}

/** The conversation, live. */
async function room(
  root: HTMLElement,
  words: GuestPageWords,
  server: GuestServer,
  holder: GuestHolder,
  thread: string,
  gone: () => void,
): Promise<void> {
  const outbox = await Outbox.open(holder.userId, holder.unsafeVaultKey());
  const files = await Files.of(thread, server, holder, words.files);
  const place = part(root, "[data-room]", HTMLElement);
  let introducing = false;
  const introduce = async (): Promise<void> => {
    if (introducing || holder.name === "" || conversation.stage !== "open") return;
    if (conversation.silence !== undefined) return;
    introducing = true;
    await conversation.send({ kind: "introduction", name: holder.name });
    await holder.nameSent();
  };
  const read = (): void => {
    if (document.visibilityState === "visible") void conversation.markRead();
  };
  const conversation: Conversation = new Conversation(thread, server, holder, outbox, {
    changed: () => {
      view.show();
      details.show();
      void introduce();
    },
    arrived: (messages) => {
      view.arrived(messages);
      read();
    },
    destroyFile: ({ blob }) => files.destroy(blob),
  });
  const current = (): Conversation => conversation;
  const view = new ConversationView(place, words.page, words.talk, holder.userId, current, files);
  const drafts = view.useDrafts((shown) => new Drafts(thread, server, holder, shown));
  const details = new DetailsPane(
    words.page,
    words.membership,
    holder,
    current,
    new Membership(conversation, server, holder),
    gone,
    (events) => {
      view.happened = events;
      view.show();
    },
  );
  document.addEventListener("visibilitychange", read);
  await conversation.load();
  place.hidden = false;
  view.show();
  await introduce();
  read();
  void drafts.load();
  const live = new Live(server, {
    onEvent: (event) => {
      follow({ conversation, drafts }, event);
    },
    onLost: () => {
      conversation.lost();
    },
    onEnded: () => {
      // The pass is old, or the guest is out: the door says which.
      window.location.reload();
    },
  });
  live.open();
}

function sentence(words: GuestWords, error: unknown): string {
  if (error instanceof ServerError && error.message !== "") return error.message;
  if (error instanceof TypeError) return words.offline;
  if (error instanceof WireError || error instanceof LogTrouble) return words.failed;
  return words.failed;
}
