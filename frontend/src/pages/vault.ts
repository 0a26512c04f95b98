/** The vault's page: open it here, lock it, renew the recovery code, or start over. */

import { WireError } from "../crypto/error";
import { generateSeeds, Identity } from "../crypto/identity";
import { postQuantum } from "../crypto/pq";
import {
  type Account,
  forgetOpen,
  loadAccount,
  lock,
  LockedError,
  reloadOthers,
  reloadWhenLocked,
  RollbackError,
  unlock,
  unlockQuietly,
  wrapsOf,
} from "../keys";
import { KEYS_IDENTITY, KEYS_WRAPS } from "../keys/addresses";
import { derivePassphrase, sameParameters } from "../keys/derive";
import { postCbor, send } from "../keys/http";
import { makeKeys, recoveryWrap } from "../keys/newAccount";
import { openAndKeep } from "../keys/signIn";
import { vaultKeyByCode } from "../keys/unlock";
import { makeEntry, readEntry } from "../wire/identity";
import {
  busy,
  explain,
  field,
  onSubmit,
  required,
  sentences,
  showProblem,
} from "./account/form";
import { confirmRecoveryCode } from "./account/recovery";
import { announce } from "./shell/announce";
import { words } from "./shell/words";

const own = sentences("ceremony-words");
const text = words("vault-words", ["mistyped", "wrongCode", "renewed", "restarted", "rollback"]);
const root = required(document, "[data-vault]", HTMLElement);
const part = (name: string): HTMLElement => required(root, `[data-${name}]`, HTMLElement);

function wording(error: unknown): string | undefined {
  if (error instanceof RollbackError) return text.rollback;
  if (!(error instanceof WireError)) return undefined;
  return error.code === "commitment" ? text.wrongCode : text.mistyped;
}

async function show(): Promise<void> {
  const open = (await unlockQuietly()) !== undefined;
  part("state-open").hidden = !open;
  part("state-locked").hidden = open;
  part("lock").hidden = !open;
  part("unlock").hidden = open;
  part("renew").hidden = !open;
  part("by-code").hidden = open;
  part("after-reset").hidden = !afterReset(await loadAccount());
}

/** A reset by mail changed the passphrase for signing in and left the vault's as it was. */
function afterReset(account: Account): boolean {
  const wrap = wrapsOf(account, "passphrase")[0];
  return wrap?.argon2 === undefined || !sameParameters(wrap.argon2, account.signIn);
}

reloadWhenLocked();
void busy(root, own, show, wording);
void postQuantum().then(({ name }) => {
  part(`crypto-${name}`).hidden = false;
});

part("unlock").addEventListener("click", () => {
  void unlock().then(show, (error: unknown) => {
    if (!(error instanceof LockedError)) showProblem(wording(error) ?? explain(error, own));
  });
});

part("lock").addEventListener("click", () => {
  void busy(root, own, async () => {
    await lock();
  });
});

const codeForm = required(root, "[data-code-form]", HTMLFormElement);
onSubmit(codeForm, () => {
  void busy(
    codeForm,
    own,
    async () => {
      const account = await loadAccount();
      await openAndKeep(account.userId, await vaultKeyByCode(account, field("recovery-code").value));
      field("recovery-code").value = "";
      await show();
    },
    wording,
  );
});

required(root, "[data-renew-button]", HTMLButtonElement).addEventListener("click", () => {
  void busy(part("renew"), own, async () => {
    const vault = await unlock();
    const fresh = await recoveryWrap(vault.userId, vault.unsafeVaultKey());
    await confirmRecoveryCode(fresh.code);
    await send("POST", KEYS_WRAPS, fresh.wrap);
    announce("good", text.renewed);
  });
});

const startOver = required(root, "[data-start-over]", HTMLFormElement);
onSubmit(startOver, () => {
  void busy(startOver, own, async () => {
    const account = await loadAccount();
    const derived = await derivePassphrase(field("start-over-passphrase").value, account.signIn);
    const seeds = generateSeeds();
    const entry = await readEntry(
      await makeEntry({
        user: account.userId,
        madeAt: Date.now(),
        identity: await Identity.fromSeeds(seeds),
        after: account.entry,
      }),
    );
    const made = await makeKeys({
      userId: account.userId,
      seeds,
      entry,
      number: account.vault.number + 1,
      parameters: account.signIn,
      derived,
    });
    await confirmRecoveryCode(made.recoveryCode);
    await postCbor(KEYS_IDENTITY, [derived.signInSecret, made.entry, made.vault, [...made.wraps]]);
    await openAndKeep(account.userId, made.vaultKey);
    forgetOpen();
    reloadOthers();
    startOver.reset();
    announce("good", text.restarted);
    await show();
  });
});
