/** What happened in a thread, as sentences. */

import { type Event } from "./chronicle";
import { element, time } from "./dom";
import { type MembershipWords } from "./membershipWords";
import { fill, isolated, moment } from "./words";
import { type Role } from "../wire/roster";

/** Of whoever acts ("You"), and of whom it happens to: the same name for everybody. */
export interface Names {
  readonly author: (member: string) => string;
  readonly subject: (member: string) => string;
}

/** "Dina removed Pavel." */
export function sentence(words: MembershipWords, event: Event, names: Names): string {
  const author = isolated(names.author(event.author));
  switch (event.kind) {
    case "opened":
      return fill(words.opened, { author });
    case "continued":
      return fill(words.continued, { link: words.earlierTalk });
    case "rules":
      return fill(words.newRules, { author });
    case "renewed":
      return fill(words.renewed, { author });
    case "renamed":
      return fill(words.renamed, { author, title: isolated(event.title) });
    case "added":
      return fill(words.added, { author, name: isolated(names.subject(event.member)), role: as(words, event.role) });
    case "role":
      return fill(words.madeRole, { author, name: isolated(names.subject(event.member)), role: as(words, event.role) });
    case "removed":
      return fill(words.removed, { author, name: isolated(names.subject(event.member)) });
    case "left":
      return fill(words.left, { name: isolated(names.subject(event.member)) });
    case "expired":
      return fill(words.expired, { name: isolated(names.subject(event.member)) });
    case "came":
      return fill(words.came, { name: isolated(names.subject(event.member)) });
    case "keys":
      return fill(words.newKeys, { name: isolated(names.subject(event.member)) });
  }
}

export function chronicleLine(words: MembershipWords, event: Event, names: Names): HTMLElement {
  const text = element("span", "", ...(event.kind === "continued" ? earlier(words, event.thread) : [sentence(words, event, names)]));
  const line = element("li", "", text, " ");
  line.append(time(event.at, moment(event.at)));
  return line;
}

/** The same sentence with a way there: whoever was in the other one still reads it. */
function earlier(words: MembershipWords, thread: string): readonly (Node | string)[] {
  const link = element("a", "", words.earlierTalk);
  link.href = `../${thread}/`;
  const [before = "", after = ""] = words.continued.split("{link}");
  return [before, link, after];
}

function as(words: MembershipWords, role: Role): string {
  return { owner: words.asOwner, member: words.asMember, observer: words.asObserver, guest: words.asGuest }[
    role
  ];
}
