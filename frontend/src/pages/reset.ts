/** After a reset mail: a new passphrase for signing in. The vault stays as it is. */

import { RESET_FINISH } from "../keys/addresses";
import { derivePassphrase, freshArgon2, parametersValue } from "../keys/derive";
import { postCbor, readJson } from "../keys/http";
import { busy, go, onSubmit, required, sentences } from "./account/form";
import { NewPassphrase, PassphraseRefused } from "./account/passphrase";

const own = sentences("ceremony-words");
const form = required(document, "[data-reset]", HTMLFormElement);
const key = window.location.hash.slice(1);
history.replaceState(null, "", window.location.pathname);
const fresh = new NewPassphrase(() => []);

onSubmit(form, () => {
  void busy(
    form,
    own,
    async () => {
      const parameters = freshArgon2();
      const keys = await derivePassphrase(await fresh.take(), parameters);
      const answer = await readJson(
        await postCbor(RESET_FINISH, [key, keys.signInSecret, parametersValue(parameters)]),
      );
      go(typeof answer["location"] === "string" ? answer["location"] : "/");
    },
    (error) => (error instanceof PassphraseRefused ? error.message : undefined),
  );
});
