/** A form that a script sends: busy while it works, and one place for what went wrong. */

import { LockedError, ServerError } from "../../keys";
import { words } from "../shell/words";

export type Sentences = Readonly<Record<"offline" | "limited" | "failed", string>>;

/** The page's sentences for what can go wrong anywhere. */
export function sentences(catalogue: string): Sentences {
  return words(catalogue, ["offline", "limited", "failed"]);
}

/** The words for an error: the server's own, or the page's. */
export function explain(error: unknown, own: Sentences): string {
  if (error instanceof ServerError) {
    if (error.status === 429) return error.message || own.limited;
    return error.message || own.failed;
  }
  // fetch says TypeError when the server can't be reached.
  return error instanceof TypeError ? own.offline : own.failed;
}

export function showProblem(text: string): void {
  const place = document.querySelector<HTMLElement>("[data-problem]");
  const words = document.querySelector<HTMLElement>("[data-problem-text]");
  if (place === null || words === null) return;
  words.textContent = text;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

export function clearProblem(): void {
  const place = document.querySelector<HTMLElement>("[data-problem]");
  if (place !== null) place.hidden = true;
}

/** Runs `work` with the form's buttons off; errors are shown, but not that the person declined to unlock. */
export async function busy(
  form: HTMLElement,
  own: Sentences,
  work: () => Promise<void>,
  wording: (error: unknown) => string | undefined = () => undefined,
): Promise<void> {
  const buttons = form.querySelectorAll<HTMLButtonElement>("button");
  clearProblem();
  form.setAttribute("aria-busy", "true");
  buttons.forEach((button) => {
    button.disabled = true;
  });
  try {
    await work();
  } catch (error) {
    // Whoever closes the dialog knows that the vault stays locked.
    if (!(error instanceof LockedError)) showProblem(wording(error) ?? explain(error, own));
  } finally {
    form.removeAttribute("aria-busy");
    buttons.forEach((button) => {
      button.disabled = false;
    });
  }
}

/** Calls `work` instead of sending the form. */
export function onSubmit(form: HTMLFormElement, work: () => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work();
  });
}

/** The element, which the template must have. */
export function required<T extends Element>(
  root: ParentNode,
  selector: string,
  kind: new () => T,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page lacks ${selector}.`);
  return found;
}

export function field(id: string): HTMLInputElement {
  return required(document, `#${id}`, HTMLInputElement);
}

/** Only addresses of our own: a path of this origin. */
export function go(location: string): void {
  const url = new URL(location, window.location.origin);
  window.location.assign(url.origin === window.location.origin ? url.href : "/");
}
