/** The dialog that begins a conversation. */

import { clockAhead, ClockError, ServerError } from "../keys";
import { element, part, written } from "./dom";
import { type Overview } from "./overview";
import { Trouble } from "./trouble";
import { clockSentence, troubleSentence, type Words } from "./words";

export class NewDialog {
  private readonly dialog = part(document, "#new-thread", HTMLDialogElement);
  private readonly form = part(this.dialog, "[data-new-form]", HTMLFormElement);
  private readonly error = part(this.dialog, "[data-new-error]", HTMLElement);
  private readonly title = part(this.dialog, "#new-title", HTMLInputElement);
  private readonly choices = part(this.dialog, "[data-choices]", HTMLElement);

  constructor(
    private readonly words: Words,
    private readonly overview: Overview,
    private readonly me: string,
    begin: (title: string, chosen: readonly string[]) => Promise<void>,
  ) {
    const open = part(document, "[data-new-open]", HTMLButtonElement);
    open.hidden = false;
    open.addEventListener("click", () => {
      this.show();
    });
    part(this.dialog, "[data-new-close]", HTMLButtonElement).addEventListener("click", () => {
      this.dialog.close();
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit(begin);
    });
  }

  private show(): void {
    const { people } = this.overview;
    const rows = people.everyone().filter((member) => member.userId !== this.me);
    this.choices.replaceChildren(
      ...rows.map((member) => {
        const box = element("input", "form-check-input");
        box.type = "checkbox";
        box.value = member.userId;
        const label = element("label", "form-check", box, " ");
        label.append(written("span", "form-check-label", member.name));
        return element("li", "", label);
      }),
    );
    part(this.dialog, "[data-nobody]", HTMLElement).hidden = rows.length > 0;
    this.complain("");
    this.dialog.showModal();
    this.title.focus();
  }

  private async submit(
    begin: (title: string, chosen: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const title = this.title.value.trim();
    const boxes = [...this.choices.querySelectorAll<HTMLInputElement>("input:checked")];
    if (title === "") return;
    if (boxes.length === 0) {
      this.complain(this.words.choose);
      return;
    }
    this.complain("");
    this.dialog.setAttribute("aria-busy", "true");
    try {
      await begin(
        title,
        boxes.map((box) => box.value),
      );
    } catch (error) {
      this.complain(this.sentence(error));
    } finally {
      this.dialog.removeAttribute("aria-busy");
    }
  }

  private complain(sentence: string): void {
    this.error.textContent = sentence;
    this.error.hidden = sentence === "";
  }

  private sentence(error: unknown): string {
    if (error instanceof Trouble) {
      const name = error.person === undefined ? "" : this.overview.people.name(error.person);
      return troubleSentence(this.words, error, name);
    }
    if (error instanceof ClockError) return clockSentence(this.words, clockAhead());
    if (error instanceof ServerError && error.message !== "") return error.message;
    return this.words.failed;
  }
}
