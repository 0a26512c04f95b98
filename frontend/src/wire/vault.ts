/**
 * The vault: a person's seeds, pins and heads, sealed under the vault key and signed.
 *
 * The vault key itself is wrapped once for each way to unlock it (vaultWrap).
 */

import { type Bytes, equal, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { Identity, type PublicKeys } from "../crypto/identity";
import { SEAL_VAULT, SIGN_VAULT } from "../crypto/labels";
import { FLOOR, pad, unpad } from "../crypto/padding";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { openMap, range } from "./fields";
import { ED25519_SIGNATURE } from "./keys";
import { VAULT, VAULT_TBS } from "./types";
import { CONTENTS_LIMIT, decodeContents, encodeContents, type VaultContents } from "./vaultContents";

const LIMIT = 2 * 1024 * 1024;
const BOX_LIMIT = CONTENTS_LIMIT + 65_536 + OVERHEAD;

/** A vault as the server holds it: owner, version number and signer visible, the rest sealed. */
export interface Vault {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly user: string;
  /** Grows by one with every write; the server compares and swaps on it. */
  readonly number: number;
  /** Fingerprint of the signer. */
  readonly signer: Bytes;
  readonly box: Bytes;
  readonly signature: Bytes;
}

/** Version `number` of the vault, sealed under the vault key, signed by the seeds inside. */
export async function makeVault(
  user: string,
  number: number,
  key: Bytes,
  contents: VaultContents,
): Promise<Bytes> {
  const identity = await Identity.fromSeeds(contents.seeds);
  const signer = identity.publicKeys.fingerprint;
  const plaintext = pad(encodeContents(contents));
  const box = await seal(key, SEAL_VAULT, context(user, number, signer), plaintext);
  const tbs = encode(fields({ 0: VAULT_TBS, 1: 1, 2: fromUuid(user), 3: number, 4: signer, 5: box }));
  const signature = await identity.sign(SIGN_VAULT, tbs);
  return encode(fields({ 0: VAULT, 1: 1, 2: tbs, 3: signature }));
}

/** Checks the outside. Raises WireError. The signature is checked by verifyVault. */
export function readVault(data: Bytes): Vault {
  const outer = openMap(data, { kind: VAULT, limit: LIMIT, required: [2, 3] });
  const tbs = outer.bytes(2, 1, LIMIT);
  const inner = openMap(tbs, { kind: VAULT_TBS, limit: LIMIT, required: range(2, 5) });
  return {
    raw: data,
    tbs,
    user: inner.uuid(2),
    number: inner.uint(3, 1),
    signer: inner.bytes(4, 32),
    box: inner.bytes(5, FLOOR + OVERHEAD, BOX_LIMIT),
    signature: outer.bytes(3, ED25519_SIGNATURE),
  };
}

/** Raises WireError unless `signer` is the named one and signed this vault. */
export async function verifyVault(vault: Vault, signer: PublicKeys): Promise<void> {
  if (!equal(signer.fingerprint, vault.signer)) {
    throw new WireError("signature", "the vault names another signer");
  }
  await signer.verify(SIGN_VAULT, vault.tbs, vault.signature);
}

/** The contents. Raises WireError, also if the seeds inside did not sign this vault. */
export async function openVault(vault: Vault, key: Bytes): Promise<VaultContents> {
  const place = context(vault.user, vault.number, vault.signer);
  const contents = decodeContents(unpad(await openBox(key, SEAL_VAULT, place, vault.box)));
  await verifyVault(vault, (await Identity.fromSeeds(contents.seeds)).publicKeys);
  return contents;
}

function context(user: string, number: number, signer: Bytes): Bytes {
  return encode([fromUuid(user), number, signer]);
}
