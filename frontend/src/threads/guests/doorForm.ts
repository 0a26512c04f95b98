/** The first steps of a guest: a name, and the code if there is one. */

import { WireError } from "../../crypto/error";
import { isStorageFull, ServerError } from "../../keys";
import { part } from "../dom";
import { type GuestWords } from "./words";

export interface Given {
  readonly name: string;
  readonly code: string;
}

export class DoorForm {
  private readonly door: HTMLElement;
  private readonly form: HTMLFormElement;
  private readonly name: HTMLInputElement;
  private readonly code: HTMLInputElement;
  private readonly problem: HTMLElement;

  constructor(
    root: HTMLElement,
    private readonly words: GuestWords,
  ) {
    this.door = part(root, "[data-door]", HTMLElement);
    this.form = part(this.door, "[data-door-form]", HTMLFormElement);
    this.name = part(this.form, "#guest-name", HTMLInputElement);
    this.code = part(this.form, "#guest-code", HTMLInputElement);
    this.problem = part(this.door, "[data-door-problem]", HTMLElement);
  }

  /** Asks until `work` succeeds, or ends in what asking again doesn't mend. */
  ask<T>(withCode: boolean, work: (given: Given) => Promise<T>): Promise<T> {
    part(this.form, "[data-door-code]", HTMLElement).hidden = !withCode;
    this.code.required = withCode;
    this.wait(false);
    this.form.hidden = false;
    this.name.focus();
    return new Promise((resolve, reject) => {
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.run(work).then((done) => {
          if (done !== undefined) resolve(done.result);
        }, reject);
      });
    });
  }

  /** A sentence in the place of the form: there is nothing to be filled in any more. */
  stop(why: string): void {
    this.wait(false);
    this.form.hidden = true;
    this.door.hidden = false;
    part(this.door, "h1", HTMLElement).textContent = this.words.stopped;
    this.complain(why);
  }

  /** The conversation is there. */
  leave(): void {
    this.door.hidden = true;
  }

  private async run<T>(work: (given: Given) => Promise<T>): Promise<{ result: T } | undefined> {
    if (this.form.getAttribute("aria-busy") === "true") return undefined;
    const name = this.name.value.trim();
    if (name === "") {
      this.complain(this.words.nameMissing);
      this.name.focus();
      return undefined;
    }
    this.complain("");
    this.form.setAttribute("aria-busy", "true");
    try {
      const result = await work({ name, code: this.code.value });
      this.form.hidden = true;
      this.wait(true);
      return { result };
    } catch (error) {
      if (error instanceof ServerError && error.code.startsWith("guest_")) throw error;
      if (error instanceof WireError) throw error;
      this.complain(this.sentence(error));
      if (error instanceof ServerError && error.code === "wrong_code") this.code.select();
      return undefined;
    } finally {
      this.form.removeAttribute("aria-busy");
    }
  }

  private wait(isWaiting: boolean): void {
    part(this.door, "[data-door-wait]", HTMLElement).hidden = !isWaiting;
  }

  private complain(why: string): void {
    this.problem.textContent = why;
    this.problem.hidden = why === "";
  }

  private sentence(error: unknown): string {
    if (error instanceof ServerError && error.message !== "") return error.message;
    if (isStorageFull(error)) return this.words.storageFull;
    return error instanceof TypeError ? this.words.offline : this.words.failed;
  }
}
