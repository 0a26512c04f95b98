/** Ways to open the vault on any page: what this browser kept, else the person is asked. */

import { type Bytes } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { parseCode, recoveryWrapKey } from "../crypto/recovery";
import { openWrap } from "../wire/vaultWrap";
import { type Account, loadAccount, wrapsOf } from "./account";
import { derivePassphrase } from "./derive";
import { askToUnlock, type Ways } from "./dialog";
import { passkeyWrapKeyFor } from "./passkeys";
import { keepOpen, reopen } from "./session";
import { Unlocked } from "./unlocked";

let opened: Promise<Unlocked> | undefined;
let hasOpened = false;
let looking = 0;

/** Whether this page's script holds the keys. */
export function isOpen(): boolean {
  return hasOpened;
}

/** Other keys are in force: what this page's script holds opens nothing any more. */
export function forgetOpen(): void {
  opened = undefined;
  hasOpened = false;
}

/** Whether it does, or is about to. */
export function isOpening(): boolean {
  return opened !== undefined || looking > 0;
}

/**
 * The open vault; asks by a dialog if it is locked. The page must contain `accounts/_unlock.html`.
 * Raises ServerError (401: signed out), RollbackError, WireError, or LockedError when the person declines.
 */
export function unlock(): Promise<Unlocked> {
  opened ??= noting(open());
  return opened;
}

function noting(opening: Promise<Unlocked>): Promise<Unlocked> {
  return opening.then(
    (unlocked) => {
      hasOpened = true;
      return unlocked;
    },
    (error: unknown) => {
      opened = undefined;
      throw error;
    },
  );
}

/** The open vault if it needs no asking, else undefined. */
export async function unlockQuietly(): Promise<Unlocked | undefined> {
  if (opened !== undefined) return opened;
  looking += 1;
  try {
    const account = await loadAccount();
    const vaultKey = await reopen(account.userId);
    if (vaultKey === undefined) return undefined;
    opened = noting(Unlocked.open(account, vaultKey));
    return await opened;
  } finally {
    looking -= 1;
  }
}

/** By the vault's own passphrase, which after a reset by mail is the one before. */
export async function vaultKeyByPassphrase(account: Account, passphrase: string): Promise<Bytes> {
  const wrap = wrapsOf(account, "passphrase")[0];
  if (wrap?.argon2 === undefined) throw new WireError("commitment", "no passphrase opens this vault");
  return openWrap(wrap, (await derivePassphrase(passphrase, wrap.argon2)).wrapKey);
}

/** By the printed recovery code. Raises WireError: "malformed" for a mistyped one, "commitment" for another. */
export async function vaultKeyByCode(account: Account, code: string): Promise<Bytes> {
  const secret = await parseCode(code);
  const wrap = wrapsOf(account, "recovery code")[0];
  if (wrap === undefined) throw new WireError("commitment", "no recovery code opens this vault");
  return openWrap(wrap, await recoveryWrapKey(secret));
}

/** By a passkey, which is used here and not sent. Raises WireError("commitment") for one without a wrap. */
export async function vaultKeyByPasskey(account: Account): Promise<Bytes> {
  const { wrapId, wrapKey } = await passkeyWrapKeyFor();
  const wrap = wrapsOf(account, "passkey").find((one) => one.id.every((b, at) => b === wrapId[at]));
  if (wrap === undefined || wrapKey === undefined) {
    throw new WireError("commitment", "this passkey does not open the vault");
  }
  return openWrap(wrap, wrapKey);
}

async function open(): Promise<Unlocked> {
  const account = await loadAccount();
  const kept = await reopen(account.userId);
  if (kept !== undefined) return Unlocked.open(account, kept);
  const ways: Ways = {
    passphrase: (words) => vaultKeyByPassphrase(account, words),
    passkey: wrapsOf(account, "passkey").length > 0 ? () => vaultKeyByPasskey(account) : undefined,
  };
  const unlocked = await askToUnlock(ways, (key) => Unlocked.open(account, key));
  await keepOpen(account.userId, unlocked.unsafeVaultKey());
  return unlocked;
}
