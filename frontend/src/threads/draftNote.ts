/** The note above the field, where another browser of this person holds another draft. */

import { part } from "./dom";
import { type Drafts, type Theirs, UNREADABLE } from "./drafts";
import { plain } from "./markdown";
import { type TalkWords } from "./talkWords";
import { fill, isolated } from "./words";

/** What another browser holds, with the choice between the two; of what can't be opened there is less. */
export function showDraft(note: HTMLElement, theirs: Theirs | undefined, words: TalkWords): void {
  note.hidden = theirs === undefined;
  const isClosed = theirs === UNREADABLE;
  const said =
    theirs === undefined
      ? ""
      : isClosed
        ? words.draftUnreadable
        : fill(words.draftElsewhere, { text: isolated(plain(theirs.text)) });
  part(note, "[data-draft-text]", HTMLElement).textContent = said;
  part(note, "[data-draft-take]", HTMLElement).hidden = isClosed;
}

/** The two buttons of the note: take what is there, or keep what is here. */
export function offerChoice(note: HTMLElement, drafts: Drafts): void {
  part(note, "[data-draft-take]", HTMLButtonElement).addEventListener("click", () => {
    drafts.takeTheirs();
  });
  part(note, "[data-draft-keep]", HTMLButtonElement).addEventListener("click", () => {
    void drafts.keepMine();
  });
}
