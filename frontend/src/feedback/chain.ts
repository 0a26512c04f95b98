/**
 * What a form's page and its dialogue stand on, checked back to the pin that the link carries.
 *
 * Whoever answers has no account and knows nobody. The link tells them the first epoch's hash; from there on every
 * record must be signed by somebody whom the one before lets sign it. So a server can neither put in a reader
 * of its own, nor another key, nor show a sealed question as an open one.
 */

import { type Bytes, equal, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { type PublicKeys } from "../crypto/identity";
import { readChain } from "../keys/members";
import { type EpochRecord, readRecord, verifyRecord } from "../wire/epoch";
import { checkFirst, checkSuccession } from "../wire/epochRules";
import { type FormKey, readFormKey, type Signer, verifyFormKey } from "../wire/formKey";
import { type FormVersion, readVersion, verifyVersion } from "../wire/formVersion";
import { type IdentityEntry } from "../wire/identity";
import { verifyLeaveNotice } from "../wire/leaving";

/** What the server shows of a form's keys: nothing of it is trusted yet. */
export interface Shown {
  readonly definition: Bytes;
  readonly version: Bytes;
  readonly epochs: readonly Bytes[];
  readonly people: readonly { readonly user: string; readonly entries: readonly Bytes[] }[];
  readonly formKey: Bytes;
}

/** `formKey` is the newest; `version` speaks of exactly the definition that was shown. */
export interface KeyChain {
  readonly thread: string;
  readonly records: readonly EpochRecord[];
  readonly formKey: FormKey;
  readonly version: FormVersion;
  /** The keys of a reader of some epoch, for what the team has signed. */
  readonly keysOf: (signer: Signer) => PublicKeys | undefined;
}

/** Raises WireError for anything that doesn't follow from the pin. */
export async function followChain(pin: Bytes, shown: Shown): Promise<KeyChain> {
  const identities = await Identities.read(shown.people);
  const records: EpochRecord[] = [];
  for (const raw of shown.epochs) {
    const record = await readRecord(raw);
    await checkNext(record, records, pin, identities);
    records.push(record);
  }
  const newest = records.at(-1);
  if (newest === undefined) throw new WireError("chain", "a form without an epoch");
  const formKey = readFormKey(shown.formKey);
  await verifyFormKey(formKey, newest, identities.need({ member: newest.tbs.author, fingerprint: newest.tbs.authorFingerprint }));
  const version = await readVersion(shown.version);
  const of = records[version.epoch.number - 1];
  if (of === undefined) throw new WireError("chain", "a version of another epoch");
  await verifyVersion(version, of, identities.need(version.signer), shown.definition);
  const readers = new Set(records.flatMap((record) => record.tbs.roster.map((row) => nameOf(row))));
  return {
    thread: newest.tbs.thread,
    records,
    formKey,
    version,
    keysOf: (signer) => (readers.has(nameOf(signer)) ? identities.find(signer) : undefined),
  };
}

async function checkNext(
  record: EpochRecord,
  before: readonly EpochRecord[],
  pin: Bytes,
  identities: Identities,
): Promise<void> {
  const { tbs } = record;
  const last = before.at(-1);
  if (last === undefined) {
    if (!equal(record.hash, pin)) throw new WireError("chain", "not the form that the link is of");
    checkFirst(tbs);
  } else {
    if (tbs.thread !== last.tbs.thread) throw new WireError("chain", "a record of another thread");
    checkSuccession(tbs, last.tbs, last.hash, (...args) => identities.succeeds(...args));
  }
  await verifyRecord(record, identities.need({ member: tbs.author, fingerprint: tbs.authorFingerprint }));
  for (const notice of tbs.leaves ?? []) {
    await verifyLeaveNotice(notice, identities.need({ member: notice.member, fingerprint: notice.fingerprint }));
  }
}

/** Chains of identity entries, each checked from the one before. */
class Identities {
  private constructor(private readonly chains: ReadonlyMap<string, readonly IdentityEntry[]>) {}

  static async read(people: Shown["people"]): Promise<Identities> {
    const chains = new Map<string, readonly IdentityEntry[]>();
    for (const { user, entries } of people) {
      chains.set(user, await readChain(user, entries));
    }
    return new Identities(chains);
  }

  find({ member, fingerprint }: Signer): PublicKeys | undefined {
    return this.chains.get(member)?.find((entry) => equal(entry.keys.fingerprint, fingerprint))?.keys;
  }

  /** Raises WireError. */
  need(signer: Signer): PublicKeys {
    const keys = this.find(signer);
    if (keys === undefined) throw new WireError("signature", "the signer's keys were not shown");
    return keys;
  }

  /** Whether `next` follows from `old` by successors alone. */
  succeeds(member: string, old: Bytes, next: Bytes): boolean {
    const chain = this.chains.get(member) ?? [];
    const at = (print: Bytes): number => chain.findIndex((entry) => equal(entry.keys.fingerprint, print));
    const [from, to] = [at(old), at(next)];
    return from >= 0 && to > from && chain.slice(from + 1, to + 1).every((entry) => entry.kind === "successor");
  }
}

function nameOf({ member, fingerprint }: Signer): string {
  return `${member} ${toHex(fingerprint)}`;
}
