/** The dialog in which two people compare their safety number, or scan it. */

import { type IdentityEntry } from "../wire/identity";
import { safetyCode, safetyNumber, type Side } from "../wire/safety";
import { element, part } from "./dom";
import { type MembershipWords } from "./membershipWords";
import { type People } from "./people";
import { drawQr } from "./qrDrawing";
import { CameraError, scan, type Scanning } from "./scanning";
import { fill, isolated } from "./words";

export interface Compared {
  readonly user: string;
  readonly name: string;
  readonly entry: IdentityEntry;
  readonly people: People;
  /** What this browser's own side is. */
  readonly mine: Side;
  /** After verifying or taking it back; resolves when the page shows it. */
  readonly done: () => Promise<void>;
}

export class SafetyDialog {
  private readonly dialog = part(document, "#safety", HTMLDialogElement);
  private readonly said = part(this.dialog, "[data-safety-said]", HTMLElement);
  private readonly video = part(this.dialog, "[data-safety-video]", HTMLVideoElement);
  private readonly verify = part(this.dialog, "[data-safety-verify]", HTMLButtonElement);
  private readonly unverify = part(this.dialog, "[data-safety-unverify]", HTMLButtonElement);
  private compared: Compared | undefined;
  private scanning: Scanning | undefined;

  constructor(private readonly words: MembershipWords) {
    const on = (selector: string, act: () => Promise<void>): void => {
      part(this.dialog, selector, HTMLButtonElement).addEventListener("click", () => void act());
    };
    on("[data-safety-verify]", () => this.mark("verified"));
    on("[data-safety-unverify]", () => this.mark("unverified"));
    on("[data-safety-scan]", () => this.scan());
    on("[data-safety-close]", () => {
      this.dialog.close();
      return Promise.resolve();
    });
    this.dialog.addEventListener("close", () => {
      this.stop();
    });
  }

  async show(compared: Compared): Promise<void> {
    this.compared = compared;
    const theirs = { user: compared.user, fingerprint: compared.entry.keys.fingerprint };
    const digits = await safetyNumber(compared.mine, theirs);
    const name = isolated(compared.name);
    part(this.dialog, "#safety-title", HTMLElement).textContent = fill(this.words.safetyOf, { name });
    const groups = (digits.match(/.{5}/g) ?? []).map((group) => element("span", "", group));
    part(this.dialog, "[data-safety-number]", HTMLElement).replaceChildren(...groups);
    const code = safetyCode(compared.mine, theirs);
    part(this.dialog, "[data-safety-code]", HTMLElement).replaceChildren(drawQr(code));
    const changed = compared.people.state(compared.user) === "changed";
    this.say(changed ? fill(this.words.safetyChanged, { name }) : "", changed ? "bad" : "");
    this.drawButtons();
    this.dialog.showModal();
  }

  private drawButtons(): void {
    const verified = this.compared?.people.state(this.compared.user) === "verified";
    this.verify.hidden = verified;
    this.unverify.hidden = !verified;
    part(this.dialog, "[data-safety-scan]", HTMLButtonElement).hidden = verified;
  }

  private async mark(state: "verified" | "unverified"): Promise<void> {
    const { compared } = this;
    if (compared === undefined) return;
    this.dialog.setAttribute("aria-busy", "true");
    try {
      await compared.people.mark(compared.user, compared.entry, state, Date.now());
      await compared.done();
      this.drawButtons();
      if (state === "unverified") this.dialog.close();
      else this.say(this.named(this.words.safetyMatch), "good");
    } catch (error) {
      this.say(error instanceof TypeError ? this.words.offline : this.words.failed, "bad");
    } finally {
      this.dialog.removeAttribute("aria-busy");
    }
  }

  private async scan(): Promise<void> {
    const { compared } = this;
    if (compared === undefined || this.scanning !== undefined) return;
    const wanted = safetyCode(compared.mine, {
      user: compared.user,
      fingerprint: compared.entry.keys.fingerprint,
    });
    try {
      this.scanning = scan(this.video);
      this.say(this.words.pointCamera, "");
      const text = await this.scanning.found;
      if (text === wanted) await this.mark("verified");
      else if (text.startsWith("ENTENTE1:")) this.say(this.named(this.words.safetyMismatch), "bad");
      else this.say(this.words.safetyOther, "bad");
    } catch (error) {
      const sentences = {
        refused: this.words.cameraRefused,
        none: this.words.cameraNone,
        busy: this.words.cameraBusy,
        unsupported: this.words.noReader,
      };
      if (error instanceof CameraError) this.say(sentences[error.why], "bad");
    } finally {
      this.stop();
    }
  }

  private stop(): void {
    this.scanning?.stop();
    this.scanning = undefined;
  }

  private named(sentence: string): string {
    const { compared } = this;
    return fill(sentence, { name: isolated(compared?.name ?? "") });
  }

  private say(sentence: string, mood: "good" | "bad" | ""): void {
    this.said.textContent = sentence;
    this.said.hidden = sentence === "";
    this.said.className = mood === "" ? "note" : `note note-${mood}`;
  }
}
