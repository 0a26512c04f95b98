/** One notice at the top of a partner's page: what happened, and what can be done. */

import { element } from "../../threads/dom";
import { icon } from "../../theme/icon";

export class Notice {
  constructor(private readonly place: HTMLElement) {}

  show(name: string, title: string, lead = "", acts: readonly HTMLElement[] = [], tone: "info" | "bad" = "info"): void {
    const text = element("div", "note-text", element("h2", "", title));
    if (lead !== "") text.append(element("p", "", lead));
    if (acts.length > 0) text.append(element("div", "note-actions", ...acts));
    const note = element("div", tone === "bad" ? "note note-bad" : "note", icon(name), text);
    this.place.replaceChildren(note);
    this.place.hidden = false;
    if (tone === "bad") window.scrollTo({ top: 0 });
  }

  clear(): void {
    this.place.replaceChildren();
    this.place.hidden = true;
  }
}
