/** The keys of a new account, all made here: identity, vault, and two ways to unlock it. */

import { type Argon2, type PassphraseKeys } from "../crypto/argon";
import { type Bytes, randomBytes } from "../crypto/bytes";
import { type Value } from "../crypto/cbor";
import { generateSeeds, Identity, type IdentitySeeds } from "../crypto/identity";
import { formatCode, newRecoverySecret, recoveryWrapKey } from "../crypto/recovery";
import { type IdentityEntry, makeEntry, readEntry } from "../wire/identity";
import { makeVault } from "../wire/vault";
import { makeWrap } from "../wire/vaultWrap";
import { derivePassphrase, freshArgon2, parametersValue } from "./derive";

export interface NewAccount {
  readonly userId: string;
  readonly signInSecret: string;
  readonly parameters: Argon2;
  readonly entry: Bytes;
  readonly vault: Bytes;
  readonly wraps: readonly Bytes[];
  readonly vaultKey: Bytes;
  /** As printed, eight groups of four. */
  readonly recoveryCode: string;
}

export async function makeAccount(userId: string, passphrase: string): Promise<NewAccount> {
  const parameters = freshArgon2();
  const derived = await derivePassphrase(passphrase, parameters);
  const seeds = generateSeeds();
  const entry = await readEntry(
    await makeEntry({ user: userId, madeAt: Date.now(), identity: await Identity.fromSeeds(seeds) }),
  );
  return {
    userId,
    signInSecret: derived.signInSecret,
    parameters,
    ...(await makeKeys({ userId, seeds, entry, number: 1, parameters, derived })),
  };
}

export interface KeyMaking {
  readonly userId: string;
  readonly seeds: IdentitySeeds;
  readonly entry: IdentityEntry;
  /** Of the vault version. */
  readonly number: number;
  readonly parameters: Argon2;
  readonly derived: PassphraseKeys;
}

/** A vault under a new key, wrapped by the passphrase and a new recovery code. */
export async function makeKeys(making: KeyMaking): Promise<{
  readonly entry: Bytes;
  readonly vault: Bytes;
  readonly wraps: readonly Bytes[];
  readonly vaultKey: Bytes;
  readonly recoveryCode: string;
}> {
  const { userId, seeds, entry, parameters } = making;
  const vaultKey = randomBytes(32);
  const vault = await makeVault(userId, making.number, vaultKey, {
    seeds,
    entry: { number: entry.number, hash: entry.hash },
    oldXwing: [],
    pins: [],
    heads: [],
  });
  const byPassphrase = await passphraseWrap(userId, parameters, making.derived.wrapKey, vaultKey);
  const recovery = await recoveryWrap(userId, vaultKey);
  return {
    entry: entry.raw,
    vault,
    wraps: [byPassphrase, recovery.wrap],
    vaultKey,
    recoveryCode: recovery.code,
  };
}

export function passphraseWrap(
  user: string,
  argon2: Argon2,
  wrapKey: Bytes,
  vaultKey: Bytes,
): Promise<Bytes> {
  return makeWrap({ user, kind: "passphrase", id: randomBytes(16), argon2 }, wrapKey, vaultKey);
}

/** A fresh recovery code and the wrap it opens. */
export async function recoveryWrap(
  user: string,
  vaultKey: Bytes,
): Promise<{ readonly code: string; readonly wrap: Bytes }> {
  const secret = newRecoverySecret();
  const place = { user, kind: "recovery code", id: randomBytes(16), argon2: undefined } as const;
  const wrap = await makeWrap(place, await recoveryWrapKey(secret), vaultKey);
  return { code: await formatCode(secret), wrap };
}

/** The last five items of what set-up and joining send. */
export function keysValue(made: NewAccount): readonly Value[] {
  return [
    made.signInSecret,
    parametersValue(made.parameters),
    made.entry,
    made.vault,
    [...made.wraps],
  ];
}
