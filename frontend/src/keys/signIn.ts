/** Signing in and opening the vault in one ceremony, on one page, so that no key has to be stored between. */

import { type Argon2, type PassphraseKeys } from "../crypto/argon";
import { type Bytes } from "../crypto/bytes";
import { openWrap } from "../wire/vaultWrap";
import { loadAccount, wrapsOf } from "./account";
import { PASSKEY_SIGN_IN, SECOND_STEP, SIGN_IN } from "./addresses";
import { derivePassphrase, sameParameters, signInParameters } from "./derive";
import { readJson, send } from "./http";
import { type PasskeyAnswer, usePasskey } from "./passkeys";
import { keepOpen } from "./session";
import { Unlocked } from "./unlocked";

const JSON_TYPE = "application/json";

/** What a passphrase gave, kept in memory until the second step is done. */
export interface Derived {
  readonly parameters: Argon2;
  readonly keys: PassphraseKeys;
}

export interface Progress {
  /** Where to go, once the vault is open or found to be closed. */
  readonly location: string;
  readonly needsSecondStep: boolean;
  readonly derived: Derived;
}

/** Address and passphrase; only the sign-in secret is sent. Raises ServerError with a sentence. */
export async function signInWithPassphrase(
  email: string,
  passphrase: string,
  next: string,
): Promise<Progress> {
  const parameters = await signInParameters(email);
  const keys = await derivePassphrase(passphrase, parameters);
  const form = new URLSearchParams({ login: email, password: keys.signInSecret });
  if (next !== "") form.set("next", next);
  const location = await post(SIGN_IN, form);
  const needsSecondStep = new URL(location, window.location.origin).pathname === SECOND_STEP;
  return { location, needsSecondStep, derived: { parameters, keys } };
}

/** The code of an authenticator app, or a backup code. Resolves to where to go. */
export function secondStepByCode(code: string): Promise<string> {
  return post(SECOND_STEP, new URLSearchParams({ code }));
}

/** A passkey as the second step. Resolves to where to go, and to what the passkey gave. */
export async function secondStepByPasskey(): Promise<{ location: string; passkey: PasskeyAnswer }> {
  const passkey = await usePasskey(await challenge(SECOND_STEP));
  const location = await post(SECOND_STEP, new URLSearchParams({ credential: passkey.credential }));
  return { location, passkey };
}

/** A passkey alone: signs in, and opens the vault if it can derive keys. Resolves to where to go. */
export async function signInWithPasskey(): Promise<{ location: string; open: boolean }> {
  const passkey = await usePasskey(await challenge(PASSKEY_SIGN_IN));
  const form = new URLSearchParams({ credential: passkey.credential });
  const location = await post(PASSKEY_SIGN_IN, form);
  return { location, open: await openByPasskey(passkey) };
}

/** Opens the vault with what sign-in derived. False after a reset by mail: the vault keeps its old key. */
export async function openByPassphrase(derived: Derived): Promise<boolean> {
  const account = await loadAccount();
  const wrap = wrapsOf(account, "passphrase")[0];
  if (wrap?.argon2 === undefined || !sameParameters(wrap.argon2, derived.parameters)) return false;
  await openAndKeep(account.userId, await openWrap(wrap, derived.keys.wrapKey));
  return true;
}

/** Opens the vault with a passkey's key; false when the passkey has none or was not registered for it. */
export async function openByPasskey(passkey: PasskeyAnswer): Promise<boolean> {
  if (passkey.wrapKey === undefined) return false;
  const account = await loadAccount();
  const wrap = wrapsOf(account, "passkey").find((one) => sameBytes(one.id, passkey.wrapId));
  if (wrap === undefined) return false;
  await openAndKeep(account.userId, await openWrap(wrap, passkey.wrapKey));
  return true;
}

/** Proves that the key opens the vault, then keeps it for this session. */
export async function openAndKeep(userId: string, vaultKey: Bytes): Promise<Unlocked> {
  const unlocked = await Unlocked.open(await loadAccount(), vaultKey);
  await keepOpen(userId, vaultKey);
  return unlocked;
}

async function challenge(address: string): Promise<unknown> {
  return (await readJson(await send("GET", address, undefined, JSON_TYPE)))["request_options"];
}

async function post(address: string, form: URLSearchParams): Promise<string> {
  const answer = await readJson(await send("POST", address, form, JSON_TYPE));
  return typeof answer["location"] === "string" ? answer["location"] : "/";
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}
