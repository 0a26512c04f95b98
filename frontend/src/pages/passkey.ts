/** Adding a passkey that signs in and opens the vault. */

import { reloadWhenLocked, unlock } from "../keys";
import { KEYS_WRAPS, PASSKEY_ADD } from "../keys/addresses";
import { readJson, send } from "../keys/http";
import { createPasskey } from "../keys/passkeys";
import { makeWrap } from "../wire/vaultWrap";
import { busy, field, go, onSubmit, required, sentences } from "./account/form";
import { announce } from "./shell/announce";
import { words } from "./shell/words";

const own = sentences("ceremony-words");
const text = words("passkey-words", ["noPasskey", "noPrf"]);
const form = required(document, "[data-add-passkey]", HTMLFormElement);
const options: unknown = JSON.parse(
  required(document, "#passkey-options", HTMLScriptElement).textContent,
);

reloadWhenLocked();
onSubmit(form, () => {
  void busy(form, own, add, (error) => (error instanceof DOMException ? text.noPasskey : undefined));
});

async function add(): Promise<void> {
  // First, so that a vault that stays locked leaves no half-useful passkey behind.
  const vault = await unlock();
  const { creation_options: creation } = options as { creation_options: unknown };
  const passkey = await createPasskey(creation);
  const body = new URLSearchParams({
    name: field("passkey-name").value,
    credential: passkey.credential,
  });
  const answer = await readJson(await send("POST", PASSKEY_ADD, body, "application/json"));
  if (passkey.wrapKey === undefined) {
    announce("warn", text.noPrf);
    await new Promise((resolve) => setTimeout(resolve, 4000));
  } else {
    const place = { user: vault.userId, kind: "passkey", id: passkey.wrapId, argon2: undefined } as const;
    await send("POST", KEYS_WRAPS, await makeWrap(place, passkey.wrapKey, vault.unsafeVaultKey()));
  }
  go(typeof answer["location"] === "string" ? answer["location"] : "/me/security/");
}
