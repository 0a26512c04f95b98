/** What the server holds of this person's keys, checked as far as it can be without the vault key. */

import { type Argon2 } from "../crypto/argon";
import { type Bytes, toUuid } from "../crypto/bytes";
import { isArray, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { type IdentityEntry, readEntry } from "../wire/identity";
import { readVault, type Vault, verifyVault } from "../wire/vault";
import { readWrap, type VaultWrap, type WrapKind } from "../wire/vaultWrap";
import { KEYS } from "./addresses";
import { readParameters } from "./derive";
import { getCbor } from "./http";
import { highestVersion } from "./store";

export interface Account {
  readonly userId: string;
  readonly email: string;
  readonly vault: Vault;
  readonly wraps: readonly VaultWrap[];
  /** The newest identity entry; its keys have signed the vault. */
  readonly entry: IdentityEntry;
  /** Of the sign-in secret; after a reset by mail other than the vault's. */
  readonly signIn: Argon2;
}

/** Raises ServerError, WireError, or RollbackError when the server shows an older vault than before. */
export async function loadAccount(): Promise<Account> {
  const answer = await getCbor(KEYS);
  if (!isArray(answer) || answer.length !== 6) throw new WireError("malformed", "not an account");
  const [id, email, content, wraps, entryBytes, signIn] = answer;
  const userId = toUuid(octets(id));
  const vault = readVault(octets(content));
  const entry = await readEntry(octets(entryBytes));
  const read = (isArray(wraps ?? "") ? (wraps as readonly Value[]) : []).map((one) =>
    readWrap(octets(one)),
  );
  if (typeof email !== "string" || signIn === undefined) {
    throw new WireError("malformed", "not an account");
  }
  if ([vault.user, entry.user, ...read.map((wrap) => wrap.user)].some((user) => user !== userId)) {
    throw new WireError("chain", "keys of somebody else");
  }
  await verifyVault(vault, entry.keys);
  if (vault.number < (await highestVersion(userId))) throw new RollbackError();
  return { userId, email, vault, wraps: read, entry, signIn: readParameters(signIn) };
}

/** The server showed a vault that is older than one this browser has seen: nothing may go on from it. */
export class RollbackError extends Error {
  override readonly name = "RollbackError";

  constructor() {
    super("The server showed an older vault than before.");
  }
}

export function wrapsOf(account: Account, kind: WrapKind): readonly VaultWrap[] {
  return account.wraps.filter((wrap) => wrap.kind === kind);
}

function octets(value: Value | undefined): Bytes {
  if (!(value instanceof Uint8Array)) throw new WireError("malformed", "not bytes");
  return value;
}
