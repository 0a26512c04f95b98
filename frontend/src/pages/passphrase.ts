/** Changing the passphrase: the vault is wrapped anew, and sign-in follows, in one request. */

import { type Bytes } from "../crypto/bytes";
import { loadAccount, reloadWhenLocked, unlockQuietly, wrapsOf } from "../keys";
import { KEYS_PASSPHRASE } from "../keys/addresses";
import { derivePassphrase, freshArgon2, parametersValue, sameParameters } from "../keys/derive";
import { postCbor } from "../keys/http";
import { passphraseWrap } from "../keys/newAccount";
import { openAndKeep } from "../keys/signIn";
import { openWrap } from "../wire/vaultWrap";
import { busy, field, go, onSubmit, required, sentences } from "./account/form";
import { NewPassphrase, PassphraseRefused } from "./account/passphrase";
import { words } from "./shell/words";

const own = sentences("ceremony-words");
const text = words("change-words", ["locked", "wrong"]);
const form = required(document, "[data-passphrase]", HTMLFormElement);
const fresh = new NewPassphrase(() => [form.dataset["name"] ?? "", form.dataset["email"] ?? ""]);

class VaultLocked extends Error {
  override readonly name = "VaultLocked";
}

reloadWhenLocked();
void warn().catch(() => undefined);

/** After a reset by mail with the vault locked there is another page to go to first; without an answer, Change says so. */
async function warn(): Promise<void> {
  const account = await loadAccount();
  const wrap = wrapsOf(account, "passphrase")[0];
  const opens = wrap?.argon2 !== undefined && sameParameters(wrap.argon2, account.signIn);
  if (!opens && (await unlockQuietly()) === undefined) {
    required(document, "[data-after-reset]", HTMLElement).hidden = false;
  }
}

onSubmit(form, () => {
  void busy(form, own, change, (error) => {
    if (error instanceof PassphraseRefused) return error.message;
    return error instanceof VaultLocked ? text.locked : undefined;
  });
});

async function change(): Promise<void> {
  const chosen = await fresh.take();
  const account = await loadAccount();
  const present = await derivePassphrase(field("passphrase").value, account.signIn);
  const open = await unlockQuietly();
  let vaultKey: Bytes | undefined = open?.unsafeVaultKey();
  if (vaultKey === undefined) {
    const wrap = wrapsOf(account, "passphrase")[0];
    if (wrap?.argon2 === undefined || !sameParameters(wrap.argon2, account.signIn)) {
      throw new VaultLocked();
    }
    vaultKey = await openWrap(wrap, present.wrapKey).catch(() => {
      throw new PassphraseRefused(text.wrong);
    });
  }
  const parameters = freshArgon2();
  const next = await derivePassphrase(chosen, parameters);
  const wrap = await passphraseWrap(account.userId, parameters, next.wrapKey, vaultKey);
  await postCbor(KEYS_PASSPHRASE, [
    present.signInSecret,
    next.signInSecret,
    parametersValue(parameters),
    wrap,
  ]);
  await openAndKeep(account.userId, vaultKey);
  go(form.dataset["done"] ?? "/");
}
