/**
 * Identity entries: the signed chain of a person's public keys.
 *
 * Number 1 is self-signed. A successor is signed by the new and the old keys. A reset (keys lost) is
 * signed by the new keys only, which is why readers show it as *changed*.
 */

import { type Bytes, equal, fromUuid, ZEROS } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { type Identity, type PublicKeys, type SignaturePair } from "../crypto/identity";
import { SIGN_IDENTITY, SIGN_SUCCESSOR } from "../crypto/labels";
import { openMap, range } from "./fields";
import { pairValue, readPair, readPublicKeys } from "./keys";
import { IDENTITY_ENTRY, IDENTITY_TBS } from "./types";

const LIMIT = 16 * 1024;

export type EntryKind = "first" | "successor" | "reset";
const KINDS: readonly EntryKind[] = ["first", "successor", "reset"];

/** One decoded entry. `raw` is what is stored, hashed and passed on. */
export interface IdentityEntry {
  readonly raw: Bytes;
  readonly tbs: Bytes;
  readonly hash: Bytes;
  readonly user: string;
  readonly number: number;
  readonly kind: EntryKind;
  readonly previous: Bytes;
  readonly keys: PublicKeys;
  readonly madeAt: number;
  readonly signatures: SignaturePair;
  readonly oldSignatures: SignaturePair | undefined;
}

/** What makes the next entry: without `after` the first, with `old` a successor, else a reset. */
export interface NewEntry {
  readonly user: string;
  /** Milliseconds. */
  readonly madeAt: number;
  readonly identity: Identity;
  readonly after?: IdentityEntry;
  readonly old?: Identity;
}

export async function makeEntry(entry: NewEntry): Promise<Bytes> {
  const { after, old, identity } = entry;
  const kind: EntryKind = after === undefined ? "first" : old === undefined ? "reset" : "successor";
  const tbs = encode(
    fields({
      0: IDENTITY_TBS,
      1: 1,
      2: fromUuid(entry.user),
      3: (after?.number ?? 0) + 1,
      4: KINDS.indexOf(kind) + 1,
      5: after?.hash ?? ZEROS,
      6: identity.publicKeys.toValue(),
      7: entry.madeAt,
    }),
  );
  const signatures = pairValue(await identity.signPair(SIGN_IDENTITY, tbs));
  const consent =
    kind === "successor" && old !== undefined
      ? pairValue(await old.signPair(SIGN_SUCCESSOR, tbs))
      : undefined;
  return encode(fields({ 0: IDENTITY_ENTRY, 1: 1, 2: tbs, 3: signatures, 4: consent }));
}

/** Checks shape and own signatures, but not the chain before it. Raises WireError. */
export async function readEntry(data: Bytes): Promise<IdentityEntry> {
  const outer = openMap(data, { kind: IDENTITY_ENTRY, limit: LIMIT, required: [2, 3], optional: [4] });
  const tbs = outer.bytes(2, 1, LIMIT);
  const inner = openMap(tbs, { kind: IDENTITY_TBS, limit: LIMIT, required: range(2, 7) });
  const entry: IdentityEntry = {
    raw: data,
    tbs,
    hash: await sha256(data),
    user: inner.uuid(2),
    number: inner.uint(3, 1),
    kind: KINDS[inner.uint(4, 1, 3) - 1] ?? "reset",
    previous: inner.bytes(5, 32),
    keys: await readPublicKeys(inner.array(6, 3)),
    madeAt: inner.uint(7),
    signatures: readPair(outer.array(3, 2)),
    oldSignatures: outer.has(4) ? readPair(outer.array(4, 2)) : undefined,
  };
  const first = entry.kind === "first";
  if ((entry.number === 1) !== first || equal(entry.previous, ZEROS) !== first) {
    throw new WireError("chain", "only the first entry is number 1 and follows nothing");
  }
  if ((entry.oldSignatures !== undefined) !== (entry.kind === "successor")) {
    throw new WireError("malformed", "a successor, and only a successor, has the old signatures");
  }
  await entry.keys.verifyPair(SIGN_IDENTITY, tbs, entry.signatures);
  return entry;
}

/**
 * Whether `entry` continues the chain whose newest entry is `before`. Raises WireError: "chain" if
 * it does not, "signature" if a successor lacks the old consent.
 */
export async function checkFollows(
  entry: IdentityEntry,
  before: IdentityEntry | undefined,
): Promise<void> {
  if (before === undefined) {
    if (entry.kind !== "first") {
      throw new WireError("chain", "the chain does not start with a first entry");
    }
    return;
  }
  const follows =
    entry.user === before.user &&
    entry.number === before.number + 1 &&
    equal(entry.previous, before.hash);
  if (!follows) throw new WireError("chain", "the entry does not follow the one before it");
  if (entry.oldSignatures !== undefined) {
    await before.keys.verifyPair(SIGN_SUCCESSOR, entry.tbs, entry.oldSignatures);
  }
}
