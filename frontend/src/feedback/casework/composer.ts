/** A field in which a reply or a note is written: keeps what is typed, sends it once, says what was wrong. */

import { ServerError } from "../../keys";
import { part } from "../../threads/dom";
import { type CaseDraft } from "./drafts";
import { type CaseWords } from "./words";

/** The longest reply or note, in bytes. */
export const LONGEST = 20_000;

/** Says in a sentence for the person why nothing was sent; what they typed stays. */
export class NotSent extends Error {
  override readonly name = "NotSent";
}

export class Composer {
  private readonly text: HTMLTextAreaElement;
  private readonly error: HTMLElement;
  private readonly kept: HTMLElement;
  private readonly submit: HTMLButtonElement;
  private isSending = false;
  private draft: CaseDraft | undefined;

  constructor(
    private readonly form: HTMLFormElement,
    kind: "reply" | "note",
    private readonly words: CaseWords,
    private readonly send: (text: string) => Promise<void>,
    /** Something goes along, so that it may go without words. */
    private readonly hasMore: () => boolean = () => false,
  ) {
    this.text = part(form, `[data-${kind}-text]`, HTMLTextAreaElement);
    this.error = part(form, `[data-${kind}-error]`, HTMLElement);
    this.kept = part(form, `[data-${kind}-kept]`, HTMLElement);
    this.submit = part(form, 'button[type="submit"]', HTMLButtonElement);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.go();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.text.addEventListener("input", () => {
      this.kept.textContent = "";
      this.draft?.changed(this.text.value);
    });
  }

  /** Shows the field, with what was written into it before. */
  async open(makeDraft: (onKept: () => void) => CaseDraft): Promise<void> {
    this.draft = makeDraft(() => {
      if (this.text.value.trim() !== "") this.kept.textContent = this.words.kept;
    });
    this.form.hidden = false;
    const before = await this.draft.find();
    if (before !== "" && this.text.value === "") {
      this.text.value = before;
      this.kept.textContent = this.words.keptBefore;
    }
  }

  close(): void {
    this.form.hidden = true;
  }

  /** Puts a prepared text where nothing is written yet, else below it. */
  begin(text: string, language: string): void {
    const now = this.text.value.trimEnd();
    this.text.value = now === "" ? text : `${now}\n\n${text}`;
    this.text.lang = language;
    this.text.focus();
    this.draft?.changed(this.text.value);
  }

  focus(): void {
    this.text.focus();
  }

  /** What is written now, kept at once: the page is about to go. */
  save(): Promise<void> {
    return this.draft?.save(this.text.value) ?? Promise.resolve();
  }

  private async go(): Promise<void> {
    const text = this.text.value.trim();
    this.say("");
    if (this.isSending) return;
    if (text === "" && !this.hasMore()) {
      this.say(this.words.empty);
      this.text.focus();
      return;
    }
    if (new TextEncoder().encode(text).length > LONGEST) {
      this.say(this.words.tooLong);
      return;
    }
    this.isSending = true;
    this.submit.setAttribute("aria-busy", "true");
    try {
      await this.send(text);
      this.text.value = "";
      this.kept.textContent = "";
      await this.draft?.save("");
    } catch (error) {
      this.say(sentence(this.words, error));
    } finally {
      this.isSending = false;
      this.submit.removeAttribute("aria-busy");
    }
  }

  private say(text: string): void {
    this.error.textContent = text;
    this.error.hidden = text === "";
  }
}

/** Why something was not sent or saved, for the person. */
export function sentence(words: CaseWords, error: unknown): string {
  if (error instanceof NotSent) return error.message;
  if (error instanceof ServerError) {
    if (error.status === 401) return words.signedOut;
    return error.message === "" ? words.failed : error.message;
  }
  // fetch says by this that there is no connection.
  if (error instanceof TypeError) return words.offline;
  return words.failed;
}
