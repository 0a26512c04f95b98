/** One conversation on the page, with all that belongs to it. Loaded apart: the list of conversations needs none of it. */

import { type Unlocked } from "../keys";
import { Conversation } from "./conversation";
import { ConversationView } from "./conversationView";
import { DetailsPane } from "./detailsPane";
import { Drafts } from "./drafts";
import { draftShelf } from "./keptDraft";
import { Files, type FileWords } from "./files";
import { GuestLinkDialog } from "./guests/linkDialog";
import { type GuestLinkWords } from "./guests/words";
import { Membership } from "./membership";
import { type MembershipWords } from "./membershipWords";
import { Outbox } from "./outbox";
import { type Server } from "./server";
import { type TalkWords } from "./talkWords";
import { openSuccessor } from "./successor";
import { type Words } from "./words";

export interface Open {
  readonly conversation: Conversation;
  readonly drafts: Drafts;
  /** Everything here was read, if somebody is looking. */
  readonly read: () => void;
}

/** Puts the page of one conversation together; `load` is the caller's. */
export async function openOne(
  root: HTMLElement,
  words: Words,
  talkWords: TalkWords,
  fileWords: FileWords,
  about: MembershipWords,
  guestWords: GuestLinkWords,
  server: Server,
  thread: string,
  unlocked: Unlocked,
): Promise<Open> {
  const outbox = await Outbox.open(unlocked.userId, unlocked.unsafeVaultKey());
  const files = await Files.of(thread, server, unlocked, fileWords);
  const read = (): void => {
    if (document.visibilityState === "visible") void conversation.markRead(view.seenUpTo);
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
  view.onMove(read);
  const drafts = view.useDrafts((shown) => {
    const shelf = draftShelf(unlocked.userId, thread);
    return new Drafts(thread, server, unlocked, shown, shelf);
  });
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
  view.offerSuccessor(async () => {
    window.location.assign(server.address(await openSuccessor(server, unlocked, conversation)));
  });
  view.say(words.checking);
  document.addEventListener("visibilitychange", read);
  return { conversation, drafts, read };
}
