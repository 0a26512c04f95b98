/** The dialogs that change who is in a conversation. Each says what will happen to whom, and asks once. */

import { ServerError } from "../keys";
import { type Role, type RosterRow } from "../wire/roster";
import { type Conversation } from "./conversation";
import { element, part, written } from "./dom";
import { choice, FormDialog } from "./formDialog";
import {
  type Membership,
  owners,
  powers,
  withoutMember,
  withPolicy,
  withRole,
  withTitle,
} from "./membership";
import { type MembershipWords } from "./membershipWords";
import { Trouble } from "./trouble";
import { fill, isolated } from "./words";

type Given = Exclude<Role, "guest">;

export class MembershipDialogs {
  private readonly adding: FormDialog;
  private readonly managing: FormDialog;
  private readonly ruling: FormDialog;
  private readonly leaving: FormDialog;

  constructor(
    private readonly words: MembershipWords,
    private readonly me: string,
    private readonly conversation: () => Conversation,
    private readonly membership: Membership,
    private readonly gone: () => void,
  ) {
    const dialog = (selector: string): FormDialog =>
      new FormDialog(selector, (error) => this.explain(error));
    this.adding = dialog("#add-people");
    this.managing = dialog("#member");
    this.ruling = dialog("#thread-rules");
    this.leaving = dialog("#leave-thread");
  }

  async add(): Promise<void> {
    const { roster, policy } = this.conversation();
    const list = part(this.adding.dialog, "[data-add-choices]", HTMLElement);
    const nobody = part(this.adding.dialog, "[data-add-nobody]", HTMLElement);
    list.replaceChildren();
    nobody.hidden = true;
    this.adding.choose("history", policy.history ? "everything" : "now");
    this.adding.choose("role", "member");
    this.adding.show(async () => {
      const chosen = [...list.querySelectorAll<HTMLInputElement>("input:checked")];
      if (chosen.length === 0) throw new Refusal(this.words.choose);
      const role = given(this.adding.value("role"));
      const everything = this.adding.value("history") === "everything";
      await this.membership.add(chosen.map((box) => box.value), role, everything);
    });
    const allowed = part(this.adding.dialog, "[data-add-history]", HTMLElement);
    // A member may show earlier messages only where the rules let joiners read everything.
    allowed.hidden = !powers(roster, policy, this.me).owner && !policy.history;
    if (allowed.hidden) this.adding.choose("history", "now");
    try {
      const people = await this.membership.strangers(roster);
      list.replaceChildren(...people.map(({ id, name }) => choice(id, written("span", "", name))));
      nobody.hidden = people.length > 0;
    } catch (error) {
      this.adding.complain(this.explain(error));
    }
  }

  member(row: RosterRow): void {
    const { roster } = this.conversation();
    const { dialog } = this.managing;
    const name = row.member === this.me ? this.words.you : this.conversation().name(row.member);
    const last = row.role === "owner" && owners(roster).length === 1;
    const guest = row.role === "guest";
    part(dialog, "#member-title", HTMLElement).textContent = name;
    part(dialog, "[data-member-role]", HTMLElement).hidden = guest || last;
    part(dialog, "[data-member-last]", HTMLElement).hidden = !last;
    part(dialog, "[data-member-save]", HTMLElement).hidden = guest || last;
    const others = row.member !== this.me;
    part(dialog, "[data-member-others]", HTMLElement).hidden = !others;
    const warning = fill(this.words.removeWarning, { name: isolated(name) });
    part(dialog, "[data-member-warning]", HTMLElement).textContent = warning;
    if (!guest) this.managing.choose("role", row.role);
    this.managing.show(async (action) => {
      if (action === "remove") await this.membership.reshape(withoutMember(row.member));
      else if (action === "history") await this.membership.showEverything(row.member);
      else if (!guest && !last) {
        await this.membership.reshape(withRole(row.member, given(this.managing.value("role"))));
      }
    });
  }

  rules(): void {
    const { policy, title } = this.conversation();
    const field = part(this.ruling.dialog, "#rules-title", HTMLInputElement);
    field.value = title;
    this.ruling.choose("add", policy.mayAdd === "owners" ? "owners" : "members");
    this.ruling.choose("history", policy.history ? "everything" : "now");
    this.ruling.show(async () => {
      const wanted = field.value.trim();
      const mayAdd = this.ruling.value("add") === "members" ? "owners and members" : "owners";
      const history = this.ruling.value("history") === "everything";
      await this.membership.reshape((now) => {
        const named = withTitle(wanted === "" ? title : wanted)(now) ?? now;
        const same = now.policy.mayAdd === mayAdd && now.policy.history === history;
        const ruled = same ? named : (withPolicy({ mayAdd, history })(named) ?? named);
        return ruled === now ? undefined : ruled;
      });
    });
  }

  leave(): void {
    const { roster, policy } = this.conversation();
    const may = powers(roster, policy, this.me).leave;
    const { dialog } = this.leaving;
    const text = may
      ? this.words.leaveWarning
      : roster.length === 1
        ? this.words.alone
        : this.words.lastOwnerLeaves;
    part(dialog, "[data-leave-text]", HTMLElement).replaceChildren(element("span", "", text));
    part(dialog, "[data-leave-do]", HTMLElement).hidden = !may;
    this.leaving.show(async () => {
      if (!may) return;
      await this.membership.leave();
      this.gone();
    });
  }

  private explain(error: unknown): string {
    if (error instanceof Refusal) return error.message;
    if (error instanceof Trouble && error.kind === "changed-keys" && error.person !== undefined) {
      const name = isolated(this.conversation().people.name(error.person));
      return fill(this.words.changedKeys, { name });
    }
    if (error instanceof ServerError) {
      return error.code === "overtaken" ? this.words.overtaken : error.message || this.words.failed;
    }
    return error instanceof TypeError ? this.words.offline : this.words.failed;
  }
}

/** What was filled in can't be done; the message says why. */
class Refusal extends Error {}

function given(value: string): Given {
  return value === "owner" || value === "observer" ? value : "member";
}
