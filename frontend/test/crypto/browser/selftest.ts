/**
 * Runs in a real browser, by tests/wire/test_browser.py: reads the vectors with the browser's own
 * primitives or with the fallback, makes new objects for Python to read, and takes the time.
 */

import { fromHex as h, toHex } from "../../../src/crypto/bytes";
import { type Argon2, passphraseKeys } from "../../../src/crypto/argon";
import { generateSeeds, Identity, type PublicKeys } from "../../../src/crypto/identity";
import { type PostQuantum, usePostQuantum } from "../../../src/crypto/pq";
import { openEnvelope, makeEnvelope, readEnvelope, verifyEnvelope } from "../../../src/wire/envelope";
import { openEpochKey, readUpload, verifyRecord } from "../../../src/wire/epoch";
import { makeEpoch } from "../../../src/wire/epochMaking";
import { makeEntry, readEntry } from "../../../src/wire/identity";
import { OPEN_POLICY } from "../../../src/wire/roster";
import { START } from "../../../src/wire/transcript";
import { makeVault, openVault, readVault } from "../../../src/wire/vault";
import { type Vectors } from "../../vectors";

export interface Made {
  readonly using: string;
  readonly read: number;
  readonly entry: string;
  readonly vault: string;
  readonly vaultKey: string;
  readonly upload: string;
  readonly epochKey: string;
  readonly envelope: string;
  readonly millisForFifty: number;
}

type Needed = Pick<Vectors, "keys" | "published" | "identity" | "thread" | "vault" | "derive">;

async function readAll(
  vectors: Needed,
  pq: PostQuantum,
): Promise<{ read: number; anna: Identity }> {
  let read = 0;
  for (const v of vectors.published.xwing) {
    const key = await pq.xwingFromSeed(h(v.seed));
    same(toHex(key.publicKey), v.public);
    same(toHex(await key.decapsulate(h(v.enc))), v.shared);
    read += 1;
  }
  for (const v of vectors.published.mldsa_keys) {
    same(toHex((await pq.mldsaFromSeed(h(v.seed))).publicKey), v.public);
    read += 1;
  }
  for (const v of vectors.published.mldsa) {
    const verifies = await pq.mldsaVerify(h(v.public), h(v.message), h(v.signature));
    same(`${v.source}: ${String(verifies)}`, `${v.source}: ${String(v.valid)}`);
    read += 1;
  }
  const people = new Map<string, Identity>();
  for (const v of vectors.keys) {
    const identity = await identityOf(vectors, v.name);
    same(toHex(identity.publicKeys.fingerprint), v.fingerprint);
    people.set(v.user, identity);
    read += 1;
  }
  for (const v of vectors.identity.entries) {
    same(toHex((await readEntry(h(v.entry))).keys.fingerprint), v.fingerprint);
    read += 1;
  }
  await openVault(readVault(h(vectors.vault.vault)), h(vectors.vault.key));
  for (const v of vectors.derive.passphrases) {
    const parameters: Argon2 = { ...v, salt: h(v.salt) };
    same((await passphraseKeys(v.passphrase, parameters)).signInSecret, v.sign_in_secret);
    read += 1;
  }
  const anna = await identityOf(vectors, "anna");
  for (const v of vectors.thread.epochs) {
    const { record, wraps } = await readUpload(h(v.upload));
    await verifyRecord(record, anna.publicKeys);
    for (const [at, row] of record.tbs.roster.entries()) {
      const identity = people.get(row.member);
      if (identity === undefined) throw new Error("an unknown member");
      const key = await openEpochKey(record, row.member, identity, wraps[at] ?? h(""));
      same(toHex(key), v.key);
      read += 1;
    }
  }
  for (const v of vectors.thread.envelopes) {
    const envelope = await readEnvelope(h(v.envelope));
    await verifyEnvelope(envelope, (await identityOf(vectors, v.sender)).publicKeys);
    const key = vectors.thread.epochs.find((epoch) => epoch.number === v.epoch)?.key ?? "";
    const body = await openEnvelope(envelope, h(key));
    same(body.kind === "text" ? body.text : body.kind, v.text);
    read += 1;
  }
  return { read, anna };
}

export async function run(vectors: Needed, using: "native" | "fallback"): Promise<Made> {
  const { read, anna } = await readAll(vectors, await usePostQuantum(using));
  const user = vectors.keys[0]?.user ?? "";
  const seeds = seedsOf(vectors, "anna");
  const entry = await makeEntry({ user, madeAt: 1, identity: anna });
  const vaultKey = h("11".repeat(32));
  const vault = await makeVault(user, 1, vaultKey, {
    seeds,
    entry: { number: 1, hash: h("22".repeat(32)) },
    oldXwing: [],
    pins: [],
    heads: [],
  });
  const keys = new Map<string, PublicKeys>([[user, anna.publicKeys]]);
  for (let at = 1; at < 50; at++) {
    const id = `00000000-0000-4000-8000-${at.toString().padStart(12, "0")}`;
    keys.set(id, (await Identity.fromSeeds(generateSeeds())).publicKeys);
  }
  const started = performance.now();
  const epoch = await makeEpoch({
    thread: vectors.thread.thread,
    before: undefined,
    author: user,
    identity: anna,
    roster: [...keys].map(([member, { fingerprint }]) => ({
      member,
      fingerprint,
      role: member === user ? "owner" : "member",
      expires: 0,
    })),
    keys,
    policy: OPEN_POLICY,
    about: { title: "Fifty", pins: [] },
    start: START,
    checkpoint: h(vectors.thread.epochs[0]?.key ?? "00"),
    madeAt: 1,
  });
  const millisForFifty = performance.now() - started;
  const header = {
    thread: vectors.thread.thread,
    epoch: epoch.record.hash,
    sender: user,
    client: h("33".repeat(16)),
    counter: 1,
    class: "stored",
    writtenAt: 1,
    seen: START,
  } as const;
  const envelope = await makeEnvelope(header, { kind: "text", text: "from the browser · سلام" }, epoch.key, anna);
  return {
    using: (await usePostQuantum(using)).name,
    read,
    entry: toHex(entry),
    vault: toHex(vault),
    vaultKey: toHex(vaultKey),
    upload: toHex(epoch.upload),
    epochKey: toHex(epoch.key),
    envelope: toHex(envelope),
    millisForFifty,
  };
}

function seedsOf(vectors: Needed, name: string): Parameters<typeof Identity.fromSeeds>[0] {
  const v = vectors.keys.find((row) => row.name === name);
  if (v === undefined) throw new Error(`no ${name} among the vectors`);
  return { ed25519: h(v.ed25519_seed), mldsa: h(v.mldsa_seed), xwing: h(v.xwing_seed) };
}

function identityOf(vectors: Needed, name: string): Promise<Identity> {
  return Identity.fromSeeds(seedsOf(vectors, name));
}

function same(left: string, right: string): void {
  if (left !== right) throw new Error(`${left} is not ${right}`);
}
