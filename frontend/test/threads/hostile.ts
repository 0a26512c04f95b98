/**
 * A whole server between a conversation and the tests: everything that the page asks for goes through `fetch`,
 * as an honest server would answer it, unless a lie is told about it.
 */

import { openDB } from "idb";
import { vi } from "vitest";

import { type Bytes, fromUuid, randomBytes } from "../../src/crypto/bytes";
import { encode, isArray, type Value } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { type Holder } from "../../src/keys";
import { IdentityLog } from "../../src/keys/log";
import { Conversation } from "../../src/threads/conversation";
import { Outbox } from "../../src/threads/outbox";
import { Server } from "../../src/threads/server";
import { readEnvelope } from "../../src/wire/envelope";
import { bare, readVerifier } from "../../src/wire/notes";
import { type Pin, type ThreadHead } from "../../src/wire/vaultContents";
import { type NewEpoch } from "../../src/wire/epochMaking";
import { type RosterRow } from "../../src/wire/roster";
import { FakeLog } from "../keys/logServer";
import { Locks } from "../locks";
import { type Actor, World } from "./world";

/** Changes the value of an answer whose address ends so. */
export type Lie = (value: Value) => Value | Promise<Value>;

export class Hostile extends World {
  /** Told instead of the truth, by the last word of an address. */
  readonly lies = new Map<string, Lie>();
  /** What was posted: its address and bytes. */
  readonly posted: { readonly what: string; readonly raw: Bytes }[] = [];
  /** What the server says of a message that is posted; by default it takes it. */
  answerToPost: ((raw: Bytes) => Promise<Response>) | undefined;
  /** Whose vault this is: it outlives a page. */
  readonly pins = new Map<string, Pin>();
  readonly remembered = new Map<string, ThreadHead>();

  private constructor(
    actors: readonly Actor[],
    readonly reader: Actor,
    readonly log = new FakeLog(randomBytes(32)),
  ) {
    super(actors);
  }

  /** Answers every request of the page that is tested, with everybody's keys in the log. */
  static async between(reader: Actor, actors: readonly Actor[]): Promise<Hostile> {
    const server = new Hostile(actors, reader);
    for (const one of actors) await server.logKeys(one);
    vi.stubGlobal("window", Object.assign(new EventTarget(), { setTimeout, clearTimeout }));
    vi.stubGlobal("document", { querySelector: () => null, documentElement: { lang: "en" } });
    vi.stubGlobal("navigator", { locks: new Locks() });
    vi.stubGlobal("fetch", server.answer);
    return server;
  }

  /** The same, as it is now, for a browser that has seen nothing yet. */
  async again(): Promise<Hostile> {
    for (const [database, store] of [["entente-log", "seen"], ["entente-outbox", "outbox"]] as const) {
      const opened = await openDB(database);
      if (opened.objectStoreNames.contains(store)) await opened.clear(store);
      opened.close();
    }
    const { thread, epochs, items, heads } = this;
    const other = new Hostile(this.actors, this.reader, this.log.copy());
    const fresh = { thread, epochs: [...epochs], items: [...items], heads: [...heads], counter: this.items.length };
    vi.stubGlobal("fetch", other.answer);
    return Object.assign(other, fresh);
  }

  async logKeys(one: Actor, from = 0): Promise<void> {
    for (const entry of one.chain.slice(from)) await this.log.add(one.id, entry.number, entry.hash);
  }

  override async epoch(author: Actor, rows: readonly RosterRow[], changes: object = {}): Promise<NewEpoch> {
    return super.epoch(author, rows, { checkpoint: await this.bareCheckpoint(), ...changes });
  }

  async bareCheckpoint(log = this.log): Promise<Bytes> {
    return bare(await log.checkpoint(), await readVerifier(await log.key()));
  }

  /** The reader's open vault. */
  holder(): Holder {
    const { reader, pins, remembered } = this;
    let opened: Promise<IdentityLog> | undefined;
    return {
      userId: reader.id,
      identity: reader.identity,
      entry: this.ownEntry,
      seeds: reader.seeds,
      oldXwing: [],
      log: () => (opened ??= this.openLog()),
      pinOf: (user) => pins.get(user),
      setPins: (fresh) => {
        for (const pin of fresh) pins.set(pin.user, pin);
        return Promise.resolve();
      },
      headOf: (thread) => remembered.get(thread),
      rememberHead: (head) => {
        remembered.set(head.thread, head);
      },
      unsafeVaultKey: () => new Uint8Array(32),
    };
  }

  /** The reader's page of this conversation, with one message that waits to be sent. */
  async opened(): Promise<Conversation> {
    const outbox = await Outbox.open(this.reader.id, new Uint8Array(32));
    await outbox.reserve(this.thread, { kind: "text", text: "typed before" }, Date.now());
    const view = { changed: () => undefined, arrived: () => undefined, destroyFile: () => Promise.resolve() };
    return new Conversation(this.thread, new Server("talks"), this.holder(), outbox, view);
  }

  /** The log as this reader's browser opens it, and remembers it. */
  openLog(): Promise<IdentityLog> {
    const { reader, ownEntry } = this;
    return IdentityLog.open({
      userId: reader.id,
      entry: ownEntry,
      checkpoint: undefined,
      rememberCheckpoint: () => undefined,
      ownChain: () => Promise.resolve(reader.chain),
    });
  }

  private get ownEntry(): Holder["entry"] {
    const own = this.reader.chain.at(-1);
    if (own === undefined) throw new Error("no keys");
    return { number: own.number, hash: own.hash };
  }

  /** What was sent as a message. */
  get sent(): readonly Bytes[] {
    return this.posted.filter(({ what }) => what === "envelopes").map(({ raw }) => raw);
  }

  readonly answer = async (address: string, init?: RequestInit): Promise<Response> => {
    const url = new URL(address, "https://entente.example");
    const what = url.pathname.split("/").findLast((word) => word !== "") ?? "";
    if (url.pathname.startsWith("/api/v1/ledger/")) return this.log.answer(address);
    if (init?.method === "POST") {
      const raw = new Uint8Array(init.body as Bytes);
      this.posted.push({ what, raw });
      if (what !== "envelopes") return cbor([]);
      if (this.answerToPost !== undefined) return this.answerToPost(raw);
      await this.accept(raw);
      return cbor([this.head.seq, this.head.t]);
    }
    const lie = this.lies.get(what);
    const truth = await this.truth(what, url.searchParams);
    return cbor(lie === undefined ? truth : await lie(truth));
  };

  private async truth(what: string, query: URLSearchParams): Promise<Value> {
    if (what === "epochs") {
      const listed = await this.listedEpochs(this.reader);
      const rows = listed.map((one) => [one.record, one.wrap, one.historyFingerprint]);
      return rows.slice(Number(query.get("after") ?? 0));
    }
    if (what === "envelopes") {
      const from = query.has("after") ? Number(query.get("after")) : 0;
      const to = query.has("before") ? Number(query.get("before")) - 1 : this.items.length;
      const page = super.page(from, to);
      const head = (one: { seq: number; t: Bytes }): Value => [one.seq, one.t];
      const items = page.items.map(({ hash, raw }) => [hash, raw]);
      return [head(page.start), items, head(page.head), 0];
    }
    if (what === "people" || what === "identities") {
      return this.actors.map((one) => [fromUuid(one.id), `Name of ${one.id}`, one.chain.map(({ raw }) => raw)]);
    }
    return [];
  }
}

export function refuse(status: number, code: string): Promise<Response> {
  const body = JSON.stringify({ title: "refused", code });
  const headers = { "Content-Type": "application/problem+json" };
  return Promise.resolve(new Response(body, { status, headers }));
}

/** Lies about a list: the same with other rows. */
export function rows(change: (rows: Value[]) => Value | Promise<Value>): Lie {
  return async (value) => change([...listOf(value)]);
}

/** Lies about a page of messages: other items, under a transcript that is made to fit them. */
export function items(change: (items: Value[]) => Value[] | Promise<Value[]>): Lie {
  return async (value) => {
    const [start = 0, found = [], , readUpTo = 0] = listOf(value);
    const changed = await change([...listOf(found)]);
    let [seq, t] = listOf(start) as [number, Bytes];
    for (const item of changed) {
      const [hash] = listOf(item) as [Bytes];
      [seq, t] = [seq + 1, await sha256(t, hash)];
    }
    return [start, changed, [seq, t], readUpTo];
  };
}

/** The same without a fitting transcript: the head stays what it was. */
export function bareItems(change: (items: Value[]) => Value[]): Lie {
  return (value) => {
    const [start = 0, found = [], head = 0, readUpTo = 0] = listOf(value);
    return [start, change([...listOf(found)]), head, readUpTo];
  };
}

export async function itemOf(raw: Bytes): Promise<Value> {
  return [(await readEnvelope(raw)).hash, raw];
}

export function listOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || !isArray(value)) throw new Error("no list");
  return value;
}

/** The bytes with the last one another. */
export function flipped(raw: Bytes, at = raw.length - 1): Bytes {
  return raw.with(at, (raw[at] ?? 0) ^ 1);
}

function cbor(value: Value): Response {
  return new Response(encode(value), { headers: { "Content-Type": "application/cbor" } });
}
