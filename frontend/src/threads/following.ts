/** What an open conversation does with each event that the server tells. */

import { type Conversation } from "./conversation";
import { type Drafts } from "./drafts";
import { type Event } from "./socketMessages";

export interface Followed {
  readonly conversation: Conversation;
  readonly drafts: Drafts;
}

export function follow({ conversation, drafts }: Followed, event: Event): void {
  if (event.kind === "ready") {
    void conversation.comeBack();
    void drafts.load();
    return;
  }
  if (event.thread !== conversation.id) return;
  switch (event.kind) {
    case "envelope":
      void conversation.receive(event.head, event.raw);
      break;
    case "epoch":
      void conversation.catchUp();
      break;
    case "revoked":
      conversation.revoke();
      break;
    case "read":
      conversation.noteRead(event.seq);
      break;
    case "ephemeral":
      void conversation.receivePassing(event.raw);
      break;
    case "draft":
      void drafts.load(event.number);
      break;
    case "added":
      void conversation.reopen();
  }
}
