/** The conversation as a guest sees it, live. Loaded apart, while somebody stands at the door. */

import { Conversation } from "../conversation";
import { ConversationView } from "../conversationView";
import { DetailsPane } from "../detailsPane";
import { part } from "../dom";
import { Drafts } from "../drafts";
import { draftShelf } from "../keptDraft";
import { Files, type FileWords } from "../files";
import { follow } from "../following";
import { Live } from "../live";
import { Membership } from "../membership";
import { type MembershipWords } from "../membershipWords";
import { Outbox } from "../outbox";
import { type TalkWords } from "../talkWords";
import { type Words } from "../words";
import { type GuestHolder } from "./holder";
import { type GuestServer } from "./server";
import { type GuestWords } from "./words";

export interface GuestPageWords {
  readonly page: Words;
  readonly talk: TalkWords;
  readonly files: FileWords;
  readonly membership: MembershipWords;
  readonly guest: GuestWords;
}

/** Opens it, shows it, and says who has come. `gone` is called once the guest has left. */
export async function room(
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
    // Of two pages of this guest one says it.
    await navigator.locks.request(`entente-introduction-${holder.userId}`, async () => {
      if (!(await holder.hasNameToSend())) return;
      await conversation.send({ kind: "introduction", name: holder.name });
      await holder.nameSent();
    });
  };
  const read = (): void => {
    if (document.visibilityState === "visible") void conversation.markRead(view.seenUpTo);
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
  view.onMove(read);
  const drafts = view.useDrafts((shown) => {
    const shelf = draftShelf(holder.userId, thread);
    return new Drafts(thread, server, holder, shown, shelf);
  });
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
