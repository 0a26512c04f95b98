/** The sign-in page, and the second step as a page of its own. */

import { reloadOthers, ServerError } from "../keys";
import { passkeysWork } from "../keys/passkeys";
import {
  type Derived,
  openByPasskey,
  openByPassphrase,
  secondStepByCode,
  secondStepByPasskey,
  signInWithPasskey,
  signInWithPassphrase,
} from "../keys/signIn";
import { forgetKept } from "../keys/store";
import { busy, explain, field, go, onSubmit, required, sentences } from "./account/form";
import { words } from "./shell/words";

const own = sentences("sign-in-words");
const { noPasskey } = words("sign-in-words", ["noPasskey"]);

/** A passkey's dialog that was closed is no failure of ours. */
function wording(error: unknown): string | undefined {
  if (error instanceof DOMException) return noPasskey;
  return error instanceof ServerError ? explain(error, own) : undefined;
}

// Whoever is asked to sign in has no session any more: what was kept for it opens nothing.
void forgetKept().then(reloadOthers);

const form = document.querySelector<HTMLFormElement>("[data-sign-in]");
if (form !== null) signInPage(form);
else secondStepPage();

function signInPage(form: HTMLFormElement): void {
  const steps = required(document, "[data-second-step]", HTMLElement);
  const next = form.querySelector<HTMLInputElement>("input[name=next]")?.value ?? "";
  let derived: Derived | undefined;

  onSubmit(form, () => {
    void busy(form, own, async () => {
      const passphrase = field("passphrase");
      const progress = await signInWithPassphrase(field("id_login").value, passphrase.value, next);
      passphrase.value = "";
      if (!progress.needsSecondStep) {
        await openByPassphrase(progress.derived);
        go(progress.location);
        return;
      }
      derived = progress.derived;
      form.hidden = true;
      steps.hidden = false;
      field("code").focus();
    });
  });

  const button = required(form, "[data-passkey]", HTMLButtonElement);
  button.hidden = !passkeysWork();
  button.addEventListener("click", () => {
    void busy(
      form,
      own,
      async () => {
        const { location } = await signInWithPasskey();
        go(next === "" ? location : next);
      },
      wording,
    );
  });

  const codeForm = required(steps, "[data-code-form]", HTMLFormElement);
  onSubmit(codeForm, () => {
    void busy(codeForm, own, async () => {
      const location = await secondStepByCode(field("code").value.trim());
      if (derived !== undefined) await openByPassphrase(derived);
      go(location);
    });
  });
  offerPasskeyStep(steps, async () => {
    if (derived !== undefined) await openByPassphrase(derived);
  });
}

/** After a reload there is nothing in memory: the step signs in, and the vault asks when it is wanted. */
function secondStepPage(): void {
  offerPasskeyStep(document, () => Promise.resolve());
}

function offerPasskeyStep(root: ParentNode, otherwise: () => Promise<void>): void {
  const button = required(root, "[data-passkey-step]", HTMLButtonElement);
  button.hidden = !passkeysWork();
  button.addEventListener("click", () => {
    void busy(
      button,
      own,
      async () => {
        const { location, passkey } = await secondStepByPasskey();
        if (!(await openByPasskey(passkey))) await otherwise();
        go(location);
      },
      wording,
    );
  });
}
