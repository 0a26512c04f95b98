/** A dialog with a form: shown, worked on, and closed once the work is done. */

import { element, part } from "./dom";

export class FormDialog {
  readonly dialog: HTMLDialogElement;
  readonly form: HTMLFormElement;
  private readonly problem: HTMLElement;
  private work: ((action: string) => Promise<void>) | undefined;

  /** `explain` gives the sentence for what went wrong. */
  constructor(
    selector: string,
    private readonly explain: (error: unknown) => string,
  ) {
    this.dialog = part(document, selector, HTMLDialogElement);
    this.form = part(this.dialog, "form", HTMLFormElement);
    this.problem = part(this.dialog, "[data-dialog-problem]", HTMLElement);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const action = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
      void this.run(action);
    });
    for (const close of this.dialog.querySelectorAll("[data-dialog-close]")) {
      close.addEventListener("click", () => {
        this.dialog.close();
      });
    }
  }

  /** `work` gets the value of the button that was pressed; the dialog closes when it is done. */
  show(work: (action: string) => Promise<void>): void {
    this.work = work;
    this.complain("");
    if (!this.dialog.open) this.dialog.showModal();
  }

  complain(sentence: string): void {
    this.problem.textContent = sentence;
    this.problem.hidden = sentence === "";
  }

  /** The value of the chosen radio button or list of this name. */
  value(name: string): string {
    const found = new FormData(this.form).get(name);
    return typeof found === "string" ? found : "";
  }

  /** Chooses one value of the radio buttons or list of this name. */
  choose(name: string, value: string): void {
    const found = this.form.elements.namedItem(name);
    if (found instanceof RadioNodeList || found instanceof HTMLSelectElement) found.value = value;
  }

  private async run(action: string): Promise<void> {
    if (this.work === undefined || this.dialog.getAttribute("aria-busy") === "true") return;
    this.complain("");
    this.dialog.setAttribute("aria-busy", "true");
    try {
      await this.work(action);
      this.dialog.close();
    } catch (error) {
      this.complain(this.explain(error));
    } finally {
      this.dialog.removeAttribute("aria-busy");
    }
  }
}

/** A line with a checkbox. */
export function choice(value: string, label: HTMLElement): HTMLLIElement {
  const box = element("input", "form-check-input");
  box.type = "checkbox";
  box.value = value;
  label.classList.add("form-check-label");
  return element("li", "", element("label", "form-check", box, " ", label));
}
