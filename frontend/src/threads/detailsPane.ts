/**
 * The pane beside a conversation: who can read it, whose keys are verified, who changed what, the rules.
 * On a smaller screen it is a sheet that a button opens.
 */

import { type Holder } from "../keys";
import { findRow, type RosterRow } from "../wire/roster";
import { chronicle, type Event } from "./chronicle";
import { chronicleLine, type Names } from "./chronicleView";
import { type Conversation } from "./conversation";
import { type Happened } from "./messageList";
import { button, element, part, written } from "./dom";
import { MembershipDialogs } from "./membershipDialogs";
import { type Membership, owners, powers } from "./membership";
import { type MembershipWords } from "./membershipWords";
import { PlaceInList } from "./placeInList";
import { SafetyDialog } from "./safetyDialog";
import { fill, listed, moment, type Words } from "./words";

export class DetailsPane {
  private readonly pane = part(document, "[data-details]", HTMLElement);
  private readonly opener = part(document, "[data-details-open]", HTMLButtonElement);
  private readonly safety: SafetyDialog;
  private readonly dialogs: MembershipDialogs;
  private readonly place = new PlaceInList(part(this.pane, "[data-members]", HTMLElement));
  private look = "";

  constructor(
    private readonly page: Words,
    private readonly words: MembershipWords,
    private readonly unlocked: Holder,
    private readonly conversation: () => Conversation,
    membership: Membership,
    /** After this person has left. */
    gone: () => void,
    /** What happened, to be told between the messages. */
    private readonly happened: (events: readonly Happened[]) => void,
    /** Makes links for guests; not on a guest's own page. */
    private readonly links?: { readonly show: () => void },
  ) {
    this.safety = new SafetyDialog(words);
    this.dialogs = new MembershipDialogs(words, unlocked.userId, conversation, membership, gone);
    this.opener.addEventListener("click", () => {
      this.open(this.opener.getAttribute("aria-expanded") !== "true");
    });
    part(this.pane, "[data-details-close]", HTMLButtonElement).addEventListener("click", () => {
      this.open(false);
      this.opener.focus();
    });
    this.pane.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.open(false);
      this.opener.focus();
    });
    this.on("[data-add-people]", () => this.dialogs.add());
    this.on("[data-add-guest]", () => {
      links?.show();
    });
    this.on("[data-thread-rules]", () => {
      this.dialogs.rules();
    });
    this.on("[data-leave]", () => {
      this.dialogs.leave();
    });
  }

  /** Draws the conversation as it is now. */
  show(): void {
    const now = this.conversation();
    const states = now.roster.map((row) => [now.people.pin(row.member), now.name(row.member)]);
    const look = JSON.stringify([now.chain?.all.length, now.stage, now.trouble?.kind, states]);
    // Redrawn only for a reason: whoever is on one of its buttons stays there.
    if (look === this.look) return;
    this.look = look;
    // The reader first: "You, Amina and Farah", as one says it.
    const mine = this.unlocked.userId;
    const others = now.roster.filter((row) => row.member !== mine);
    const self = now.roster.filter((row) => row.member === mine);
    const names = [...self, ...others].map((row) => this.name(row.member));
    const list = part(this.pane, "[data-members]", HTMLElement);
    // On a phone the pane lies over the sentence that says so, and over a conversation that is over.
    if (now.stage === "revoked") this.open(false);
    part(this.pane, "[data-readers]", HTMLElement).textContent =
      now.stage === "revoked" || names.length === 0
        ? ""
        : names.length === 1
          ? this.page.onlyYou
          : fill(this.page.readers, { names: listed(names) });
    this.place.keep(() => {
      list.replaceChildren(...now.roster.map((row) => this.member(row, now)));
    });
    this.drawRules(now);
    void this.drawEvents(now);
  }

  private line(event: Event, at: number, names: Names): Happened {
    const draw = (): HTMLElement => {
      const line = chronicleLine(this.words, event, names);
      line.className = "happened";
      return line;
    };
    return { seq: event.seq, key: `epoch-${event.epoch}-${at}-${this.about(event)}`, draw };
  }

  /** A guest gives their name after they came: the line is drawn anew. */
  private about(event: Event): string {
    return "member" in event ? this.conversation().name(event.member) : "";
  }

  private on(selector: string, act: () => Promise<void> | void): void {
    part(this.pane, selector, HTMLButtonElement).addEventListener("click", () => void act());
  }

  private open(wanted: boolean): void {
    this.opener.setAttribute("aria-expanded", String(wanted));
    this.pane.classList.toggle("is-open", wanted);
    if (wanted) part(this.pane, "[data-details-close]", HTMLButtonElement).focus();
  }

  private name(member: string): string {
    return member === this.unlocked.userId ? this.words.you : this.conversation().name(member);
  }

  private member(row: RosterRow, now: Conversation): HTMLElement {
    const roles = {
      owner: this.words.owner,
      member: this.words.member,
      observer: this.words.observer,
      guest: this.words.guest,
    };
    const until =
      row.expires > 0 ? fill(this.words.untilDate, { date: moment(row.expires) }) : "";
    const note = [roles[row.role], until].filter((word) => word !== "").join(" · ");
    const name = written("strong", "", this.name(row.member));
    const item = element("li", "", name, element("span", "row-note", note));
    item.dataset["member"] = row.member;
    const acts: HTMLElement[] = [];
    if (row.member !== this.unlocked.userId) {
      const entry = now.people.newest(row.member);
      const state = now.people.state(row.member);
      const line = element("span", `key-state is-${state}`, this.keySentence(row, now));
      item.append(line);
      // A link that nobody has opened has no keys yet that somebody could read out.
      if (entry !== undefined && (row.role !== "guest" || entry.number > 1)) {
        const label = state === "verified" ? this.words.see : this.words.compare;
        acts.push(this.named(button(label, () => void this.compare(row.member)), row.member));
      }
    }
    if (powers(now.roster, now.policy, this.unlocked.userId).owner && now.stage === "open") {
      const change = button(this.words.manage, () => { this.dialogs.member(row); });
      acts.push(this.named(change, row.member));
    }
    if (acts.length > 0) item.append(element("div", "btn-list", ...acts));
    return item;
  }

  /** The same label stands at every person: a screen reader says whose it is. */
  private named(made: HTMLButtonElement, member: string): HTMLButtonElement {
    made.setAttribute("aria-label", `${made.textContent}: ${this.name(member)}`);
    return made;
  }

  private keySentence(row: RosterRow, now: Conversation): string {
    const pin = now.people.pin(row.member);
    if (row.role === "guest" && pin?.state !== "verified" && pin?.state !== "changed") {
      const opened = (now.people.newest(row.member)?.number ?? 0) > 1;
      return opened ? this.words.guestKeys : this.words.guestAwaited;
    }
    if (pin?.state === "verified") return fill(this.words.verified, { date: moment(pin.at) });
    return pin?.state === "changed" ? this.words.changed : this.words.unverified;
  }

  private async compare(member: string): Promise<void> {
    const now = this.conversation();
    const entry = now.people.newest(member);
    if (entry === undefined) return;
    const { userId: user, identity } = this.unlocked;
    await this.safety.show({
      user: member,
      name: now.name(member),
      entry,
      people: now.people,
      mine: { user, fingerprint: identity.publicKeys.fingerprint },
      done: async () => {
        // Comparing the numbers answers the question that stopped the conversation.
        if (now.trouble?.kind === "changed-keys" && now.trouble.person === member) {
          now.trouble = undefined;
          await now.reopen();
        }
        this.show();
      },
    });
  }

  private drawRules(now: Conversation): void {
    const { policy, roster, chain } = now;
    const own = findRow(roster, this.unlocked.userId);
    const may = powers(roster, policy, this.unlocked.userId);
    const live = now.stage === "open" && now.trouble === undefined && own !== undefined;
    part(this.pane, "[data-add-people]", HTMLElement).hidden = !live || !may.add;
    part(this.pane, "[data-add-guest]", HTMLElement).hidden = !live || !may.add || this.links === undefined;
    part(this.pane, "[data-thread-rules]", HTMLElement).hidden = !live || !may.owner;
    part(this.pane, "[data-leave]", HTMLElement).hidden = !live;
    const warning = part(this.pane, "[data-one-owner]", HTMLElement);
    warning.hidden = owners(roster).length !== 1 || roster.length < 2;
    const from = chain?.newest.record.tbs.madeAt;
    const lines = [
      policy.mayAdd === "owners" ? this.words.ownersAdd : this.words.membersAdd,
      policy.history ? this.words.joinersAll : this.words.joinersNew,
      ...(policy.retention === 0 ? [this.words.kept] : []),
      ...(from === undefined ? [] : [fill(this.words.keyFrom, { date: moment(from) })]),
    ];
    part(this.pane, "[data-rules]", HTMLElement).replaceChildren(
      ...lines.map((line) => element("li", "", line)),
    );
  }

  private async drawEvents(now: Conversation): Promise<void> {
    const { chain } = now;
    if (chain === undefined) return;
    const names = {
      author: (member: string): string => this.name(member),
      subject: (member: string): string => now.name(member),
    };
    const events = await chronicle(chain);
    if (chain !== this.conversation().chain) return;
    this.happened(events.filter(worthTelling).map((event, at) => this.line(event, at, names)));
    part(this.pane, "[data-chronicle]", HTMLElement).replaceChildren(
      ...[...events].reverse().map((event) => chronicleLine(this.words, event, names)),
    );
  }
}


/** The opening and renewals of the key stand in the pane alone. */
function worthTelling(event: Event): boolean {
  return event.epoch > 1 && event.kind !== "renewed";
}
