/**
 * New keys for a person who still has the old ones: because a browser with the vault was lost.
 *
 * The new identity is signed by the old one too, so that others see a successor. The vault gets another
 * key, so that every earlier wrap, and what a lost browser kept, opens nothing that is written from now on.
 */

import { type PassphraseKeys } from "../crypto/argon";
import { type Bytes, randomBytes, toHex } from "../crypto/bytes";
import { generateSeeds, Identity } from "../crypto/identity";
import { makeEntry, readEntry } from "../wire/identity";
import { makeVault, openVault } from "../wire/vault";
import { type VaultContents } from "../wire/vaultContents";
import { makeWrap } from "../wire/vaultWrap";
import { type Account, loadAccount } from "./account";
import { KEYS_IDENTITY } from "./addresses";
import { postCbor, ServerError } from "./http";
import { passphraseWrap, recoveryWrap } from "./newAccount";
import { passkeyWrapKeyFor } from "./passkeys";

const TRIES = 4;

/** A passkey that was used on this page, and so may open the new vault. */
export interface UsedPasskey {
  readonly wrapId: Bytes;
  readonly wrapKey: Bytes;
}

/** Undefined for a passkey that derives no keys, or opens no vault of this account. */
export async function usePasskeyForVault(account: Account): Promise<UsedPasskey | undefined> {
  const { wrapId, wrapKey } = await passkeyWrapKeyFor();
  const known = account.wraps.some((wrap) => toHex(wrap.id) === toHex(wrapId));
  return wrapKey !== undefined && known ? { wrapId, wrapKey } : undefined;
}

/** What the new vault will open by. */
export interface Ways {
  readonly derived: PassphraseKeys;
  readonly passkeys: readonly UsedPasskey[];
}

/** Nothing is in force until `commit` has resolved; it may be tried again. */
export interface Replacement {
  readonly recoveryCode: string;
  readonly vaultKey: Bytes;
  commit(): Promise<void>;
}

export async function prepareReplacement(
  account: Account,
  oldVaultKey: Bytes,
  ways: Ways,
): Promise<Replacement> {
  const { userId: user } = account;
  const vaultKey = randomBytes(32);
  const seeds = generateSeeds();
  const identity = await Identity.fromSeeds(seeds);
  const recovery = await recoveryWrap(user, vaultKey);
  const wraps = [
    await passphraseWrap(user, account.signIn, ways.derived.wrapKey, vaultKey),
    recovery.wrap,
  ];
  for (const { wrapId: id, wrapKey } of ways.passkeys) {
    wraps.push(await makeWrap({ user, kind: "passkey", id, argon2: undefined }, wrapKey, vaultKey));
  }

  const attempt = async (): Promise<void> => {
    // The newest vault, since another tab may have written to it meanwhile.
    const now = await loadAccount();
    const contents = await openVault(now.vault, oldVaultKey);
    const old = await Identity.fromSeeds(contents.seeds);
    const raw = await makeEntry({ user, madeAt: Date.now(), identity, after: now.entry, old });
    const { number, hash } = await readEntry(raw);
    const next = succeeded(contents, {
      seeds,
      entry: { number, hash },
      fingerprint: old.publicKeys.fingerprint,
    });
    const vault = await makeVault(user, now.vault.number + 1, vaultKey, next);
    await postCbor(KEYS_IDENTITY, [ways.derived.signInSecret, raw, vault, wraps]);
  };

  return {
    recoveryCode: recovery.code,
    vaultKey,
    commit: async () => {
      for (let tries = 1; ; tries++) {
        try {
          await attempt();
          return;
        } catch (error) {
          const faster = error instanceof ServerError && error.status === 409;
          if (!faster || tries >= TRIES) throw error;
        }
      }
    },
  };
}

/** The same vault with new seeds; the old X-Wing seed stays, for what was sealed to it. */
export function succeeded(
  contents: VaultContents,
  next: Pick<VaultContents, "seeds" | "entry"> & { readonly fingerprint: Bytes },
): VaultContents {
  const old = { fingerprint: next.fingerprint, seed: contents.seeds.xwing };
  return {
    pins: contents.pins,
    heads: contents.heads,
    // Not the recovery secret: whoever had the lost browser may know it.
    ...(contents.checkpoint === undefined ? {} : { checkpoint: contents.checkpoint }),
    ...(contents.preferences === undefined ? {} : { preferences: contents.preferences }),
    seeds: next.seeds,
    entry: next.entry,
    oldXwing: [...contents.oldXwing, old],
  };
}
