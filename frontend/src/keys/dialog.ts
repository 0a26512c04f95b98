/** The dialog of `accounts/_unlock.html`: asks for the passphrase or a passkey until the vault opens. */

import { type Bytes } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { passkeysWork } from "./passkeys";

/** The person closed the dialog. */
export class LockedError extends Error {
  override readonly name = "LockedError";

  constructor() {
    super("The vault stays locked.");
  }
}

export interface Ways {
  readonly passphrase: (passphrase: string) => Promise<Bytes>;
  readonly passkey: (() => Promise<Bytes>) | undefined;
}

/** Resolves to what `open` makes of the key. Raises LockedError when the person closes the dialog. */
export function askToUnlock<T>(ways: Ways, open: (key: Bytes) => Promise<T>): Promise<T> {
  const dialog = part(document, "#unlock", HTMLDialogElement);
  const form = part(dialog, "form", HTMLFormElement);
  const field = part(dialog, "#unlock-passphrase", HTMLInputElement);
  const byPasskey = part(dialog, "[data-unlock-passkey]", HTMLButtonElement);
  const error = part(dialog, "[data-unlock-error]", HTMLElement);
  byPasskey.hidden = ways.passkey === undefined || !passkeysWork();

  return new Promise<T>((resolve, reject) => {
    const attempt = async (key: () => Promise<Bytes>): Promise<void> => {
      error.hidden = true;
      dialog.setAttribute("aria-busy", "true");
      try {
        const result = await open(await key());
        finish();
        resolve(result);
      } catch (problem) {
        error.textContent = sentence(dialog, problem);
        error.hidden = false;
        field.select();
      } finally {
        dialog.removeAttribute("aria-busy");
      }
    };
    const submit = (event: Event): void => {
      event.preventDefault();
      void attempt(() => ways.passphrase(field.value));
    };
    const passkey = (): void => {
      if (ways.passkey !== undefined) void attempt(ways.passkey);
    };
    const close = (): void => {
      finish();
      reject(new LockedError());
    };
    const finish = (): void => {
      form.removeEventListener("submit", submit);
      byPasskey.removeEventListener("click", passkey);
      dialog.removeEventListener("close", close);
      field.value = "";
      if (dialog.open) dialog.close();
    };
    form.addEventListener("submit", submit);
    byPasskey.addEventListener("click", passkey);
    dialog.addEventListener("close", close);
    dialog.showModal();
    field.focus();
  });
}

function sentence(dialog: HTMLElement, problem: unknown): string {
  const wrong = problem instanceof WireError && problem.code === "commitment";
  return dialog.dataset[wrong ? "wrong" : "failed"] ?? "";
}

function part<T extends HTMLElement>(
  root: ParentNode,
  selector: string,
  kind: new () => T,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page lacks ${selector} of accounts/_unlock.html.`);
  return found;
}
