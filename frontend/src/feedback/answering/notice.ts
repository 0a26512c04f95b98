/** One notice at the top of a partner's page: what happened, and what can be done. */

import { element } from "../../threads/dom";
import { icon } from "../../theme/icon";

export interface Said {
  readonly icon: string;
  readonly title: string;
  readonly lead?: string;
  readonly acts?: readonly HTMLElement[];
  /** Something is in the way: the page goes up to where it stands. */
  readonly isBad?: boolean;
}

export class Notice {
  private say: (() => Said) | undefined;

  constructor(private readonly place: HTMLElement) {}

  /** Shows what `say` returns in the language of the moment. */
  show(say: () => Said): void {
    this.say = say;
    if (this.draw(say).isBad === true) window.scrollTo({ top: 0 });
  }

  /** The same in another language. */
  resay(): void {
    if (this.say !== undefined) this.draw(this.say);
  }

  clear(): void {
    this.say = undefined;
    this.place.replaceChildren();
    this.place.hidden = true;
  }

  private draw(say: () => Said): Said {
    const said = say();
    const text = element("div", "note-text", element("h2", "", said.title));
    if (said.lead !== undefined) text.append(element("p", "", said.lead));
    if (said.acts !== undefined) text.append(element("div", "note-actions", ...said.acts));
    this.place.replaceChildren(element("div", said.isBad === true ? "note note-bad" : "note", icon(said.icon), text));
    this.place.hidden = false;
    return said;
  }
}
