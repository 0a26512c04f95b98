/**
 * Runs in a real browser, by bench/threads_browser.py: what the design promises of the modules that a
 * conversation's page is built of, each beside the browser's bare primitives for the same work.
 */

import { fromHex, randomBytes, toUuid } from "../../src/crypto/bytes";
import { encode } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { generateSeeds, Identity, type IdentitySeeds } from "../../src/crypto/identity";
import { type Argon2, ARGON2_FLOOR, passphraseKeys } from "../../src/crypto/argon";
import { postQuantum } from "../../src/crypto/pq";
import { type Member } from "../../src/keys";
import { Epochs } from "../../src/threads/epochs";
import { People } from "../../src/threads/people";
import { type ListedEnvelope, type Page } from "../../src/threads/server";
import { Timeline } from "../../src/threads/timeline";
import { makeEnvelope } from "../../src/wire/envelope";
import { readUpload } from "../../src/wire/epoch";
import { makeEpoch, type NewEpoch } from "../../src/wire/epochMaking";
import { makeEntry, readEntry } from "../../src/wire/identity";
import { OPEN_POLICY } from "../../src/wire/roster";
import { after, type Head, START } from "../../src/wire/transcript";

const NOW = 1_795_339_200_000;
const PAGE = 200;
const SENDERS = 10;
const MEMBERS = 50;

export interface Epoch {
  readonly millis: number;
  readonly bareMillis: number;
  readonly bytes: number;
}

export interface Read {
  readonly millis: number;
  readonly bareMillis: number;
}

export interface Unlock {
  readonly millis: number;
}

interface Person {
  readonly seeds: IdentitySeeds;
  readonly identity: Identity;
  readonly member: Member;
}

async function person(): Promise<Person> {
  const userId = toUuid(randomBytes(16));
  const seeds = generateSeeds();
  const identity = await Identity.fromSeeds(seeds);
  const entry = await readEntry(await makeEntry({ user: userId, madeAt: NOW, identity }));
  return { seeds, identity, member: { userId, name: "", chain: [entry], entry } };
}

async function people(count: number): Promise<[Person, ...Person[]]> {
  const first = await person();
  const others: Person[] = [];
  while (others.length < count - 1) others.push(await person());
  return [first, ...others];
}

function newEpoch(crowd: readonly [Person, ...Person[]], checkpoint: string): Promise<NewEpoch> {
  const [author] = crowd;
  return makeEpoch({
    thread: toUuid(randomBytes(16)),
    before: undefined,
    author: author.member.userId,
    identity: author.identity,
    roster: crowd.map(({ identity, member }, at) => ({
      member: member.userId,
      fingerprint: identity.publicKeys.fingerprint,
      role: at === 0 ? "owner" : "member",
      expires: 0,
    })),
    keys: new Map(crowd.map(({ identity, member }) => [member.userId, identity.publicKeys])),
    policy: OPEN_POLICY,
    about: { title: "Figures", pins: [] },
    start: START,
    checkpoint: fromHex(checkpoint),
    madeAt: NOW,
  });
}

/** A new epoch for 50 members, the middle of some rounds; bare: the encapsulations and signatures alone. */
export async function makeEpochs(checkpoint: string, rounds: number): Promise<Epoch> {
  const crowd = await people(MEMBERS);
  const [author] = crowd;
  const primitives = await postQuantum();
  const data = randomBytes(8_000);
  const taken: number[] = [];
  const bare: number[] = [];
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    let start = performance.now();
    bytes = (await newEpoch(crowd, checkpoint)).upload.length;
    taken.push(performance.now() - start);
    start = performance.now();
    await Promise.all(crowd.map(({ identity }) => primitives.encapsulate(identity.publicKeys.xwing)));
    await author.identity.signPair("comms/v1/figures", encode([data]));
    bare.push(performance.now() - start);
  }
  return { millis: middle(taken), bareMillis: middle(bare), bytes };
}

/**
 * `count` messages of 200 bytes by ten senders, page after page as the server lists them, opened and checked;
 * bare: their signatures verified and their boxes decrypted by WebCrypto, nothing else, all at once.
 */
export async function readMessages(checkpoint: string, count: number, rounds: number): Promise<Read> {
  const crowd = await people(SENDERS);
  const [reader] = crowd;
  const epoch = await newEpoch(crowd, checkpoint);
  const pages = await makePages(crowd, epoch, count);
  const { record, wraps } = await readUpload(epoch.upload);
  const at = record.tbs.roster.findIndex((row) => row.member === reader.member.userId);
  const listed = [{ record: record.raw, wrap: wraps[at] ?? randomBytes(0), historyFingerprint: randomBytes(0) }];
  const { userId, entry } = reader.member;
  const vault = {
    userId,
    entry: { number: entry.number, hash: entry.hash },
    pinOf: () => undefined,
    setPins: () => Promise.resolve(),
  };
  const everyone = new People(vault, crowd.map(({ member }) => member));
  const keys = { userId, identity: reader.identity, oldXwing: [] };
  const checked = await Epochs.check(record.tbs.thread, listed, everyone, keys, undefined);
  const taken: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const timeline = new Timeline(record.tbs.thread, checked, everyone);
    const start = performance.now();
    for (const page of pages) await timeline.append(page);
    taken.push(performance.now() - start);
    const opened = timeline.messages.filter(({ body }) => body?.kind === "text").length;
    if (opened !== count) throw new Error(`${opened} of ${count} messages were opened`);
    bare.push(await bareRead(count));
  }
  return { millis: middle(taken), bareMillis: middle(bare) };
}

async function makePages(crowd: readonly Person[], epoch: NewEpoch, count: number): Promise<readonly Page[]> {
  const { hash, tbs } = epoch.record;
  const text = "x".repeat(200);
  const clients = crowd.map(() => randomBytes(16));
  const pages: Page[] = [];
  let head: Head = START;
  for (let first = 0; first < count; first += PAGE) {
    const start = head;
    const items: ListedEnvelope[] = [];
    for (let at = first; at < Math.min(count, first + PAGE); at++) {
      const sender = crowd[at % SENDERS];
      const client = clients[at % SENDERS];
      if (sender === undefined || client === undefined) throw new Error("nobody to write");
      const header = {
        thread: tbs.thread,
        epoch: hash,
        sender: sender.member.userId,
        client,
        counter: at + 1,
        class: "stored",
        writtenAt: NOW + at,
        seen: start,
      } as const;
      const raw = await makeEnvelope(header, { kind: "text", text }, epoch.key, sender.identity);
      items.push({ hash: await sha256(raw), raw });
      head = await after(head, items.at(-1)?.hash ?? hash);
    }
    pages.push({ start, items, head, readUpTo: 0 });
  }
  return pages;
}

async function bareRead(count: number): Promise<number> {
  const signer = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const cipher = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const way = { name: "AES-GCM", iv: new Uint8Array(12) };
  const data = randomBytes(600);
  const box = await crypto.subtle.encrypt(way, cipher, randomBytes(256));
  const signature = await crypto.subtle.sign("Ed25519", signer.privateKey, data);
  const start = performance.now();
  for (let first = 0; first < count; first += PAGE) {
    const some = Array.from({ length: Math.min(PAGE, count - first) }, () => [
      crypto.subtle.verify("Ed25519", signer.publicKey, signature, data),
      crypto.subtle.decrypt(way, cipher, box),
    ]);
    await Promise.all(some.flat());
  }
  return performance.now() - start;
}

/**
 * What `count` sealed submissions take at the least: each one's signature verified, its key decapsulated and its box
 * decrypted, nothing else, fifty at once.
 */
export async function openBare(count: number): Promise<Unlock> {
  const primitives = await postQuantum();
  const pair = await primitives.xwingFromSeed(randomBytes(32));
  const { enc } = await primitives.encapsulate(pair.publicKey);
  const signer = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const cipher = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const way = { name: "AES-GCM", iv: new Uint8Array(12) };
  const data = randomBytes(4_500);
  const box = await crypto.subtle.encrypt(way, cipher, randomBytes(256));
  const signature = await crypto.subtle.sign("Ed25519", signer.privateKey, data);
  const start = performance.now();
  for (let first = 0; first < count; first += 50) {
    const some = Array.from({ length: Math.min(50, count - first) }, () => [
      crypto.subtle.verify("Ed25519", signer.publicKey, signature, data),
      pair.decapsulate(enc),
      crypto.subtle.decrypt(way, cipher, box),
    ]);
    await Promise.all(some.flat());
  }
  return { millis: performance.now() - start };
}

/** Argon2id as a passphrase gets it, and the keys out of it: the part of unlocking that takes time on purpose. */
export async function deriveKeys(rounds: number): Promise<Unlock> {
  const parameters: Argon2 = { ...ARGON2_FLOOR, salt: randomBytes(16) };
  const taken: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await passphraseKeys("seven quiet boats below the bridge", parameters);
    taken.push(performance.now() - start);
  }
  return { millis: middle(taken) };
}

function middle(some: readonly number[]): number {
  return [...some].sort((left, right) => left - right)[Math.floor(some.length / 2)] ?? 0;
}

