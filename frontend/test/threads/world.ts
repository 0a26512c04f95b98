/** A thread of Anna, who owns it, and Boris, as an honest server would list it; tests make it lie. */

import { type Bytes } from "../../src/crypto/bytes";
import { encode, fields } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { SEAL_ENVELOPE, SIGN_ENVELOPE } from "../../src/crypto/labels";
import { pad } from "../../src/crypto/padding";
import { seal } from "../../src/crypto/seal";
import { Epochs } from "../../src/threads/epochs";
import { People } from "../../src/threads/people";
import { type ListedEnvelope, type ListedEpoch, type Page } from "../../src/threads/server";
import { Timeline } from "../../src/threads/timeline";
import { Trouble, type TroubleKind } from "../../src/threads/trouble";
import { type Header, makeEnvelope, readEnvelope } from "../../src/wire/envelope";
import { makeEpoch, type NewEpoch } from "../../src/wire/epochMaking";
import { readUpload } from "../../src/wire/epoch";
import { type IdentityEntry, makeEntry, readEntry } from "../../src/wire/identity";
import { OPEN_POLICY, type RosterRow } from "../../src/wire/roster";
import { ENVELOPE } from "../../src/wire/types";
import { after, type Head, START } from "../../src/wire/transcript";
import { type Pin, type ThreadHead } from "../../src/wire/vaultContents";
import { CHECKPOINT, newUuid, NOW, type Person, person, row } from "../people";

export interface Actor extends Person {
  readonly chain: readonly IdentityEntry[];
}

export async function actor(): Promise<Actor> {
  const made = await person();
  const { id: user, identity } = made;
  return { ...made, chain: [await readEntry(await makeEntry({ user, madeAt: NOW, identity }))] };
}

/** The same person with new keys: a successor of the old ones, or a reset. */
export async function renewed(before: Actor, lost = false): Promise<Actor> {
  const next = await person(before.id);
  const last = before.chain.at(-1);
  if (last === undefined) throw new Error("no keys to renew");
  const raw = await makeEntry({
    user: before.id,
    madeAt: NOW,
    identity: next.identity,
    after: last,
    ...(lost ? {} : { old: before.identity }),
  });
  return { ...next, chain: [...before.chain, await readEntry(raw)] };
}

export function peopleOf(me: Actor, actors: readonly Actor[], pins: Map<string, Pin>): People {
  const own = me.chain.at(-1);
  if (own === undefined) throw new Error("no keys");
  const vault = {
    userId: me.id,
    entry: { number: own.number, hash: own.hash },
    pinOf: (user: string) => pins.get(user),
    setPins: (fresh: readonly Pin[]) => {
      for (const pin of fresh) pins.set(pin.user, pin);
      return Promise.resolve();
    },
  };
  return new People(
    vault,
    actors.map((one) => ({
      userId: one.id,
      name: one.id,
      chain: one.chain,
      entry: one.chain.at(-1) ?? own,
    })),
  );
}

export class World {
  readonly thread = newUuid();
  readonly epochs: NewEpoch[] = [];
  readonly items: ListedEnvelope[] = [];
  readonly heads: Head[] = [START];
  private counter = 0;

  constructor(readonly actors: readonly Actor[]) {}

  get head(): Head {
    return this.heads.at(-1) ?? START;
  }

  async epoch(author: Actor, rows: readonly RosterRow[], changes: object = {}): Promise<NewEpoch> {
    const made = await makeEpoch({
      thread: this.thread,
      before: this.epochs.at(-1)?.record,
      author: author.id,
      identity: author.identity,
      roster: rows,
      keys: new Map(this.actors.map((one) => [one.id, one.identity.publicKeys])),
      policy: OPEN_POLICY,
      about: { title: "A title", pins: [] },
      start: this.head,
      checkpoint: CHECKPOINT,
      madeAt: NOW,
      ...changes,
    });
    this.epochs.push(made);
    return made;
  }

  async seal(sender: Person, changes: Partial<Header> = {}): Promise<Bytes> {
    this.counter += 1;
    const epoch = this.epochs.at(-1);
    if (epoch === undefined) throw new Error("no epoch");
    const header: Header = {
      thread: this.thread,
      epoch: epoch.record.hash,
      sender: sender.id,
      client: new Uint8Array(16),
      counter: this.counter,
      class: "stored",
      writtenAt: NOW,
      seen: this.head,
      ...changes,
    };
    return makeEnvelope(header, { kind: "text", text: `text ${this.counter}` }, epoch.key, sender.identity);
  }

  /** Signed by its sender, with a box under another key, or with one that holds no body. */
  async sealWrongly(sender: Person, other: Bytes | undefined): Promise<Bytes> {
    const sealed = await readEnvelope(await this.seal(sender));
    const { headerRaw } = sealed;
    const key = other ?? this.epochs.at(-1)?.key ?? new Uint8Array(32);
    const box = await seal(key, SEAL_ENVELOPE, headerRaw, pad(new Uint8Array([0])));
    const signature = await sender.identity.sign(SIGN_ENVELOPE, encode([headerRaw, box]));
    return encode(fields({ 0: ENVELOPE, 1: 1, 2: headerRaw, 3: box, 4: signature }));
  }

  /** What the server would do with it. */
  async accept(raw: Bytes): Promise<void> {
    const hash = await sha256(raw);
    this.items.push({ hash, raw });
    this.heads.push(await after(this.head, hash));
  }

  async post(sender: Person, changes: Partial<Header> = {}): Promise<void> {
    await this.accept(await this.seal(sender, changes));
  }

  async listedEpochs(reader: Actor): Promise<ListedEpoch[]> {
    return Promise.all(
      this.epochs.map(async ({ upload }) => {
        const { record, wraps } = await readUpload(upload);
        const at = record.tbs.roster.findIndex((one) => one.member === reader.id);
        const none = new Uint8Array();
        return { record: record.raw, wrap: wraps[at] ?? none, historyFingerprint: none };
      }),
    );
  }

  page(from = 0, to = this.items.length): Page {
    const start = this.heads[from] ?? START;
    return { start, items: this.items.slice(from, to), head: this.head, readUpTo: 0 };
  }

  async checkEpochs(reader: Actor, known?: ThreadHead, listed?: ListedEpoch[]): Promise<Epochs> {
    const people = peopleOf(reader, this.actors, new Map());
    const keys = { userId: reader.id, identity: reader.identity, oldXwing: [] };
    return Epochs.check(
      this.thread,
      listed ?? (await this.listedEpochs(reader)),
      people,
      keys,
      known,
    );
  }

  async timeline(reader: Actor): Promise<Timeline> {
    const people = peopleOf(reader, this.actors, new Map());
    return new Timeline(this.thread, await this.checkEpochs(reader), people);
  }
}

/** The kind of the Trouble that `work` ends in; any other error, or none, is a failure. */
export async function trouble(work: () => unknown): Promise<TroubleKind> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Trouble) return error.kind;
    throw error;
  }
  throw new Error("nothing was noticed");
}

export { row };
