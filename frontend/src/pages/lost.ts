/** A browser was lost: new keys, a new vault, and a new key in every conversation. */

import { type PassphraseKeys } from "../crypto/argon";
import { toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import {
  type Account,
  loadAccount,
  reloadOthers,
  reloadWhenLocked,
  RollbackError,
  unlock,
  unlockQuietly,
  wrapsOf,
} from "../keys";
import { derivePassphrase, sameParameters } from "../keys/derive";
import { prepareReplacement, type UsedPasskey, usePasskeyForVault } from "../keys/replacing";
import { openAndKeep } from "../keys/signIn";
import { Outbox } from "../threads/outbox";
import { renewConversation, staleConversations } from "../threads/renewal";
import { openWrap } from "../wire/vaultWrap";
import { busy, explain, field, onSubmit, required, sentences, showProblem } from "./account/form";
import { PassphraseRefused } from "./account/passphrase";
import { confirmRecoveryCode } from "./account/recovery";
import { fill, words } from "./shell/words";

const own = sentences("ceremony-words");
const text = words("lost-words", [
  "rollback",
  "noPasskey",
  "otherPasskey",
  "wrongPassphrase",
  "usedPasskey",
  "step",
  "looking",
  "none",
  "waiting",
  "ownerless",
  "stopped",
  "done",
  "interrupted",
]);
const root = required(document, "[data-lost]", HTMLElement);
const part = (name: string): HTMLElement => required(root, `[data-${name}]`, HTMLElement);
const used = new Map<string, UsedPasskey>();

function wording(error: unknown): string | undefined {
  if (error instanceof RollbackError) return text.rollback;
  if (error instanceof PassphraseRefused) return error.message;
  if (error instanceof DOMException) return text.noPasskey;
  return error instanceof WireError && error.code === "commitment" ? text.otherPasskey : undefined;
}

const form = required(root, "[data-lost-form]", HTMLFormElement);
onSubmit(form, () => {
  void busy(form, own, replace, wording);
});

required(root, "[data-lost-passkey]", HTMLButtonElement).addEventListener("click", () => {
  void busy(part("lost-passkeys"), own, addPasskey, wording);
});

async function addPasskey(): Promise<void> {
  const passkey = await usePasskeyForVault(await loadAccount());
  if (passkey === undefined) {
    showProblem(text.otherPasskey);
    return;
  }
  const id = toHex(passkey.wrapId);
  used.set(id, passkey);
  const row = root.querySelector(`[data-wrap="${id}"] [data-wrap-state]`);
  if (row !== null) row.textContent = text.usedPasskey;
}

/**
 * A wrong passphrase is said before a code is shown that would come to nothing. After a reset by mail the vault has
 * another passphrase, and only the server can tell.
 */
async function refuseWrong(account: Account, derived: PassphraseKeys): Promise<void> {
  const wrap = wrapsOf(account, "passphrase")[0];
  if (wrap?.argon2 === undefined || !sameParameters(wrap.argon2, account.signIn)) return;
  await openWrap(wrap, derived.wrapKey).catch(() => {
    field("lost-passphrase").select();
    throw new PassphraseRefused(text.wrongPassphrase);
  });
}

async function replace(): Promise<void> {
  const unlocked = await unlock();
  await unlocked.flushHeads();
  const account = await loadAccount();
  const derived = await derivePassphrase(field("lost-passphrase").value, account.signIn);
  await refuseWrong(account, derived);
  const oldKey = unlocked.unsafeVaultKey();
  const outbox = await Outbox.open(account.userId, oldKey);
  const ways = { derived, passkeys: [...used.values()] };
  const replacement = await prepareReplacement(account, oldKey, ways);
  await confirmRecoveryCode(replacement.recoveryCode);
  await replacement.commit();
  field("lost-passphrase").value = "";
  await outbox.reseal(replacement.vaultKey);
  await openAndKeep(account.userId, replacement.vaultKey);
  reloadOthers();
  window.location.assign(`${window.location.pathname}?renew`);
}

const goOn = required(root, "[data-lost-go-on]", HTMLButtonElement);
goOn.addEventListener("click", () => {
  void busy(part("lost-conversations"), own, renewAll, wording);
});

/** What is left to do is read from the server each time, so that it can be interrupted anywhere. */
async function renewAll(): Promise<void> {
  const unlocked = await unlock();
  const bar = required(root, "[data-lost-bar]", HTMLProgressElement);
  tell(text.looking);
  const workspaces = (root.dataset["workspaces"] ?? "").split(" ").filter((slug) => slug !== "");
  const stale = await staleConversations(workspaces, unlocked);
  const outbox = await Outbox.open(unlocked.userId, unlocked.unsafeVaultKey());
  bar.hidden = stale.length === 0;
  bar.max = Math.max(stale.length, 1);
  const counts = { renewed: 0, waiting: 0, ownerless: 0, stopped: 0 };
  try {
    for (const [at, one] of stale.entries()) {
      bar.value = at;
      tell(fill(text.step, { done: at, total: stale.length }));
      counts[await renewConversation(one, unlocked, outbox)] += 1;
    }
  } catch (error) {
    tell(text.interrupted);
    throw error;
  }
  bar.value = stale.length;
  const lines = [
    ...(stale.length === 0 ? [text.none] : []),
    ...(counts.renewed > 0 ? [fill(text.done, { count: counts.renewed })] : []),
    ...(counts.waiting > 0 ? [fill(text.waiting, { count: counts.waiting })] : []),
    ...(counts.ownerless > 0 ? [fill(text.ownerless, { count: counts.ownerless })] : []),
    ...(counts.stopped > 0 ? [fill(text.stopped, { count: counts.stopped })] : []),
  ];
  tell(lines.join(" "));
}

function tell(sentence: string): void {
  part("lost-state").textContent = sentence;
}

async function begin(): Promise<void> {
  const wraps = wrapsOf(await loadAccount(), "passkey");
  part("lost-passkeys").hidden = wraps.length === 0;
  if (!new URLSearchParams(window.location.search).has("renew")) return;
  form.hidden = true;
  part("lost-before").hidden = true;
  part("lost-after").hidden = false;
  if ((await unlockQuietly()) !== undefined) goOn.click();
}

reloadWhenLocked();
void begin().catch((error: unknown) => {
  showProblem(wording(error) ?? explain(error, own));
});
