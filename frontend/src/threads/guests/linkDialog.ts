/**
 * The dialog that makes a link for a guest. Its secret is shown here once, and is nowhere else: neither on
 * the server nor in this browser's storage.
 */

import { Identity } from "../../crypto/identity";
import { ServerError } from "../../keys";
import { encodeFragment, guestSeeds, newLinkSecret } from "../../wire/guest";
import { makeEntry, readEntry } from "../../wire/identity";
import { type Conversation } from "../conversation";
import { part } from "../dom";
import { FormDialog } from "../formDialog";
import { type Membership, powers } from "../membership";
import { drawQr } from "../qrDrawing";
import { Trouble } from "../trouble";
import { fill, moment } from "../words";
import { type GuestLinkWords } from "./words";

const DAY = 24 * 3_600_000;

export class GuestLinkDialog {
  private readonly making: FormDialog;
  private readonly made = part(document, "#guest-link-made", HTMLDialogElement);
  private readonly link = part(this.made, "[data-guest-link]", HTMLInputElement);
  private readonly said = part(this.made, "[data-guest-said]", HTMLElement);

  constructor(
    private readonly words: GuestLinkWords,
    private readonly me: string,
    private readonly workspace: string,
    private readonly conversation: () => Conversation,
    private readonly membership: Membership,
  ) {
    this.making = new FormDialog("#guest-link", (error) => this.explain(error));
    const on = (selector: string, act: () => void): void => {
      part(this.made, selector, HTMLButtonElement).addEventListener("click", act);
    };
    on("[data-guest-copy]", () => void this.copy());
    on("[data-guest-done]", () => {
      this.made.close();
    });
    this.made.addEventListener("close", () => {
      // The secret is not kept, also not in the page.
      this.link.value = "";
      part(this.made, "[data-guest-qr]", HTMLElement).replaceChildren();
    });
  }

  show(): void {
    const { roster, policy } = this.conversation();
    const label = part(this.making.dialog, "#guest-label", HTMLInputElement);
    const code = part(this.making.dialog, "#guest-code", HTMLInputElement);
    label.value = "";
    code.value = "";
    this.making.choose("history", "now");
    this.making.choose("days", "7");
    const history = part(this.making.dialog, "[data-guest-history]", HTMLElement);
    history.hidden = !powers(roster, policy, this.me).owner && !policy.history;
    this.making.show(async () => {
      const days = Number(this.making.value("days"));
      const everything = !history.hidden && this.making.value("history") === "everything";
      await this.make(label.value.trim(), code.value, Date.now() + days * DAY, everything);
    });
    label.focus();
  }

  private async make(label: string, code: string, until: number, everything: boolean): Promise<void> {
    const guest = crypto.randomUUID();
    const secret = newLinkSecret();
    const withCode = code.trim() !== "";
    const identity = await Identity.fromSeeds(await guestSeeds(secret, code));
    const entry = await makeEntry({ user: guest, madeAt: Date.now(), identity });
    const { keys } = await readEntry(entry);
    const made = { guest, keys, entry, expiresAt: until, withCode, label };
    const epoch = await this.membership.addGuest(made, everything);
    const address = `/g/${encodeURIComponent(this.workspace)}/${guest}/#${encodeFragment({ secret, epoch })}`;
    this.present(new URL(address, window.location.origin).href, until, withCode);
  }

  private present(link: string, until: number, withCode: boolean): void {
    this.link.value = link;
    part(this.made, "[data-guest-qr]", HTMLElement).replaceChildren(drawQr(link, "low"));
    part(this.made, "[data-guest-until]", HTMLElement).textContent = fill(this.words.until, {
      date: moment(until),
    });
    part(this.made, "[data-guest-code-note]", HTMLElement).hidden = !withCode;
    this.said.textContent = "";
    this.made.showModal();
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.link.value);
      this.said.textContent = this.words.copied;
    } catch {
      // The browser doesn't allow it: the person copies by hand.
      this.link.select();
      this.said.textContent = this.words.copyByHand;
    }
  }

  private explain(error: unknown): string {
    if (error instanceof Trouble) return this.words.stopped;
    if (error instanceof ServerError && error.message !== "") return error.message;
    return error instanceof TypeError ? this.words.offline : this.words.failed;
  }
}
