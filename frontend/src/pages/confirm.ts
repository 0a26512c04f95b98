/** "Confirm that it is you": by the passphrase's sign-in secret, or by a passkey. */

import { derivePassphrase, signInParameters } from "../keys/derive";
import { usePasskey } from "../keys/passkeys";
import { busy, field, onSubmit, required, sentences } from "./account/form";

const own = sentences("ceremony-words");

const byPassphrase = document.querySelector<HTMLFormElement>("[data-confirm]");
if (byPassphrase !== null) {
  onSubmit(byPassphrase, () => {
    void busy(byPassphrase, own, async () => {
      const parameters = await signInParameters(byPassphrase.dataset["email"] ?? "");
      const keys = await derivePassphrase(field("passphrase").value, parameters);
      required(byPassphrase, "input[name=password]", HTMLInputElement).value = keys.signInSecret;
      byPassphrase.submit();
    });
  });
}

const byPasskey = document.querySelector<HTMLFormElement>("[data-confirm-passkey]");
if (byPasskey !== null) {
  const options: unknown = JSON.parse(
    required(document, "#passkey-options", HTMLScriptElement).textContent,
  );
  onSubmit(byPasskey, () => {
    void busy(byPasskey, own, async () => {
      const { request_options: request } = options as { request_options: unknown };
      const passkey = await usePasskey(request);
      required(byPasskey, "input[name=credential]", HTMLInputElement).value = passkey.credential;
      byPasskey.submit();
    });
  });
}
