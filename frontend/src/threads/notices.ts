/** What is wrong with a conversation, or keeps this person from writing in it, and what can be done about it. */

import { clockAhead } from "../keys";
import { type Conversation } from "./conversation";
import { part } from "./dom";
import { type MessageView } from "./messageView";
import { isOwnerless } from "./successor";
import { clockSentence, fill, listed, troubleSentence, type Words } from "./words";

export class Notices {
  private readonly form: HTMLFormElement;
  /** What keeps the words in the field from being sent, or "". */
  private problem = "";
  private canSucceed = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: Words,
    private readonly views: Pick<MessageView, "name">,
    private readonly me: string,
    private readonly conversation: () => Conversation,
  ) {
    this.form = part(root, "[data-composer]", HTMLFormElement);
    part(root, "[data-accept]", HTMLButtonElement).addEventListener("click", () => {
      const person = conversation().trouble?.person;
      if (person !== undefined) void conversation().acceptKeys(person);
    });
  }

  show(): void {
    const now = this.conversation();
    this.showTrouble(now);
    this.showNotice(now);
    const { silence, stage } = now;
    part(this.root, "[data-reader]", HTMLElement).hidden = stage !== "open" || silence !== "observer";
    this.form.hidden = stage !== "open" || (silence !== undefined && silence !== "renewing" && silence !== "clock");
    for (const control of this.form.elements) {
      if (control instanceof HTMLButtonElement) control.disabled = silence !== undefined;
    }
    const isLive = stage === "open" && !now.offline;
    this.say(stage === "loading" ? this.words.checking : isLive ? this.words.live : "");
  }

  /** A sentence of what is being done, or "". */
  say(sentence: string): void {
    part(this.root, "[data-state]", HTMLElement).textContent = sentence;
  }

  /** What keeps the words in the field from being sent, or "". */
  complain(problem: string): void {
    this.problem = problem;
    this.show();
  }

  /** A press begins the conversation that continues this one, where its last owner is lost. */
  offerSuccessor(begin: () => Promise<void>): void {
    const button = part(this.root, "[data-successor]", HTMLButtonElement);
    this.canSucceed = true;
    button.addEventListener("click", () => {
      button.disabled = true;
      void begin().catch(() => {
        button.disabled = false;
        part(this.root, "[data-notice-text]", HTMLElement).textContent = this.words.failed;
      });
    });
  }

  /** The alarm, which stops everything here. */
  private showTrouble(now: Conversation): void {
    const { trouble } = now;
    const alarm = part(this.root, "[data-trouble]", HTMLElement);
    const accept = part(this.root, "[data-accept]", HTMLButtonElement);
    alarm.hidden = trouble === undefined;
    if (trouble === undefined) return;
    const name = trouble.person === undefined ? "" : now.name(trouble.person);
    const sentence = troubleSentence(this.words, trouble, name);
    part(alarm, "[data-trouble-text]", HTMLElement).textContent = sentence;
    part(alarm, "[data-trouble-detail]", HTMLElement).textContent = trouble.detail;
    accept.hidden = trouble.kind !== "changed-keys";
    accept.textContent = fill(this.words.accept, { name });
  }

  /** What passes, or somebody else must mend. */
  private showNotice(now: Conversation): void {
    const notice = part(this.root, "[data-notice]", HTMLElement);
    const sentence = this.sentence(now);
    notice.hidden = sentence === "";
    part(notice, "[data-notice-text]", HTMLElement).textContent = sentence;
    const own = now.roster.find((row) => row.member === this.me);
    part(notice, "[data-successor]", HTMLButtonElement).hidden = !(
      this.canSucceed &&
      now.silence === "renewing" &&
      own?.role === "member" &&
      isOwnerless(now.roster, now.lostOwners)
    );
  }

  private sentence(now: Conversation): string {
    if (now.stage === "revoked") return this.words.revoked;
    if (now.silence === "clock") return clockSentence(this.words, clockAhead());
    if (now.silence === "renewing") return this.renewing(now);
    return now.offline ? this.words.offline : this.problem;
  }

  private renewing(now: Conversation): string {
    const { lostOwners: lost, putOut } = now;
    const names = (members: readonly string[]): string => listed(members.map((one) => this.views.name(one)));
    const gone = isOwnerless(now.roster, lost);
    if (gone && lost.some((one) => !putOut.includes(one))) {
      return fill(this.words.ownerLost, { names: names(lost) });
    }
    if (putOut.length === 0) return this.words.renewing;
    return fill(gone ? this.words.ownerPutOut : this.words.putOut, { names: names(putOut) });
  }
}
