/**
 * Every attack of the design on a whole conversation: the page that opens it, or has it open, stops, says the
 * right sentence, and sends nothing, neither what waited nor what is typed then. docs/attacks.md lists them.
 */

import "fake-indexeddb/auto";

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Bytes, equal, fromUuid, randomBytes } from "../../src/crypto/bytes";
import { decode, encode, isMap, type Value } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { SEAL_ENVELOPE, SIGN_ENVELOPE, SIGN_EPOCH } from "../../src/crypto/labels";
import { pad } from "../../src/crypto/padding";
import { seal } from "../../src/crypto/seal";
import { type Conversation } from "../../src/threads/conversation";
import { Membership } from "../../src/threads/membership";
import { Outbox } from "../../src/threads/outbox";
import { Server } from "../../src/threads/server";
import { type TroubleKind } from "../../src/threads/trouble";
import { troubleSentence } from "../../src/threads/words";
import { encodeBody } from "../../src/wire/body";
import { encodeHeader, type Header } from "../../src/wire/envelope";
import { confirmTag } from "../../src/wire/epoch";
import { signRecord } from "../../src/wire/epochMaking";
import { START } from "../../src/wire/transcript";
import { NOW } from "../people";
import { bareItems, flipped, Hostile, itemOf, items, listOf, refuse, rows } from "./hostile";
import { pageWords, SENTENCES } from "./sentences";
import { type Actor, actor, renewed, row, World } from "./world";

let anna: Actor;
let boris: Actor;
let mallory: Actor;
let honest: Hostile;
let server: Hostile;
let page: Conversation;

beforeAll(async () => {
  [anna, boris, mallory] = await Promise.all([actor(), actor(), actor()]);
  honest = await Hostile.between(boris, [anna, boris, mallory]);
  await honest.epoch(anna, [row(anna, "owner"), row(boris)]);
  for (const sender of [anna, boris, anna]) await honest.post(sender);
  await honest.opened();
  await honest.openLog();
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOW + 60_000 });
  server = await honest.again();
  page = await server.opened();
});

afterEach(() => {
  vi.useRealTimers();
});

/** It stopped with this alarm and its sentence, and nothing goes out, whatever is tried. */
async function isAlarmed(kind: TroubleKind): Promise<void> {
  expect(page.trouble?.kind).toBe(kind);
  if (page.trouble === undefined) return;
  expect(troubleSentence(pageWords(), page.trouble, "Boris")).toBe(SENTENCES[kind]);
  expect(page.silence).toBe("trouble");
  server.posted.length = 0;
  await page.send({ kind: "text", text: "typed afterwards" });
  await page.flush();
  await page.catchUp();
  await page.act(() => Promise.reject(new Error("acted"))).catch((error: unknown) => {
    expect(String(error)).not.toContain("acted");
  });
  expect(server.posted).toEqual([]);
  const outbox = await Outbox.open(boris.id, new Uint8Array(32));
  expect(await outbox.waiting(server.thread)).toHaveLength(1);
}

/** The map of a signed object, with other fields. */
function changed(raw: Bytes, fields: readonly (readonly [number, Value])[]): Bytes {
  const found = decode(raw, 1_000_000);
  if (!isMap(found)) throw new Error("not a map");
  return encode(new Map<number, Value>([...found, ...fields]));
}

function field(raw: Bytes, at: number): Bytes {
  const found = decode(raw, 1_000_000);
  const value = isMap(found) ? found.get(at) : undefined;
  if (!(value instanceof Uint8Array)) throw new Error("no bytes");
  return Uint8Array.from(value);
}

/** An envelope that its sender has really signed, with a box of the caller's making. */
async function signed(sender: Actor, box: (header: Bytes) => Promise<Bytes>): Promise<Bytes> {
  const epoch = server.epochs.at(-1);
  if (epoch === undefined) throw new Error("no epoch");
  const header: Header = {
    thread: server.thread,
    epoch: epoch.record.hash,
    sender: sender.id,
    client: randomBytes(16),
    counter: 1,
    class: "stored",
    writtenAt: NOW,
    seen: server.head,
  };
  const headerRaw = encodeHeader(header);
  const sealed = await box(headerRaw);
  const signature = await sender.identity.sign(SIGN_ENVELOPE, encode([headerRaw, sealed]));
  const last = server.items.at(-1);
  if (last === undefined) throw new Error("no items");
  return changed(last.raw, [[2, headerRaw], [3, sealed], [4, signature]]);
}

const TEXT = { kind: "text", text: "other" } as const;

/** The last message is this one, under a transcript that fits. */
function last(make: () => Promise<Bytes>): () => void {
  return () => {
    server.lies.set("envelopes", items(async (all) => [...all, await itemOf(await make())]));
  };
}

function epochs(change: (all: Value[]) => Value | Promise<Value>): void {
  server.lies.set("epochs", rows(change));
}

function people(change: (all: Value[]) => Value | Promise<Value>): void {
  server.lies.set("people", rows(change));
}

/** An epoch as an honest author would make it, which the server lists after the others. */
async function listed(author: Actor, roster: Parameters<World["epoch"]>[1], changes: object = {}): Promise<void> {
  await server.epoch(author, roster, changes);
}

/** The newest record with other fields in its signed part, signed by its author all the same. */
async function resigned(author: Actor, fields: readonly (readonly [number, Value])[]): Promise<Bytes> {
  const epoch = server.epochs.at(-1);
  if (epoch === undefined) throw new Error("no epoch");
  const tbs = changed(epoch.record.tbsRaw, fields);
  const tag = await confirmTag(epoch.key, tbs);
  const pair = await author.identity.signPair(SIGN_EPOCH, Uint8Array.from([...tbs, ...tag]));
  return changed(epoch.record.raw, [[2, tbs], [3, tag], [4, [pair.ed25519, pair.mldsa]]]);
}


function isPlaceOf(user: Actor, one: Value): boolean {
  return equal(listOf(one)[0] as Bytes, fromUuid(user.id));
}

/** The server shows these entries, of whomever, as somebody's keys. */
function listedAs(user: Actor, entries: readonly Bytes[] = user.chain.map(({ raw }) => raw)): void {
  people((all) => all.map((one) => (isPlaceOf(user, one) ? [fromUuid(user.id), "Name", entries] : one)));
}

async function otherLog(): Promise<Bytes> {
  const other = server.log.copy();
  const [one] = other.leaves;
  if (one === undefined) throw new Error("no leaf");
  other.leaves[1] = one.with(72, (one[72] ?? 0) ^ 1);
  return server.bareCheckpoint(other);
}

/** What was seen before, by this person in another browser. */
function seenElsewhere(changes: { epoch?: number; epochHash?: Bytes; seq?: number; t?: Bytes }): void {
  const record = server.epochs.at(-1)?.record;
  if (record === undefined) throw new Error("no epoch");
  server.remembered.set(server.thread, {
    thread: server.thread,
    epoch: changes.epoch ?? record.tbs.number,
    epochHash: changes.epochHash ?? record.hash,
    head: { seq: changes.seq ?? server.head.seq, t: changes.t ?? server.head.t },
  });
}

type Attack = readonly [string, TroubleKind, () => unknown];

const MESSAGES: readonly Attack[] = [
  ["changed on the way", "forged-message", () => {
    server.lies.set("envelopes", bareItems((all) => {
      const [hash = 0, raw] = listOf(all[1]);
      return all.with(1, [hash, flipped(raw as Bytes)]);
    }));
  }],
  ["replayed", "replay", () => {
    server.lies.set("envelopes", items((all) => [...all, all[2] ?? 0]));
  }],
  ["reordered", "fork", () => {
    server.lies.set("envelopes", items((all) => [all[1] ?? 0, all[0] ?? 0, all[2] ?? 0]));
  }],
  ["dropped in the middle", "fork", () => {
    server.lies.set("envelopes", items((all) => all.toSpliced(1, 1)));
  }],
  ["dropped at the end", "rollback", () => {
    seenElsewhere({});
    server.lies.set("envelopes", items((all) => all.slice(0, 2)));
  }],
  ["of another conversation", "forged-message", async () => {
    const other = new World([anna, boris]);
    await other.epoch(anna, [row(anna, "owner"), row(boris)]);
    const raw = await other.seal(anna);
    last(() => Promise.resolve(raw))();
  }],
  ["of another conversation, said to be of this one", "forged-message", last(() =>
    server.seal(anna, { thread: mallory.id }))],
  ["by an observer", "forged-message", async () => {
    await listed(anna, [row(anna, "owner"), row(boris), row(mallory, "observer")]);
    last(() => server.seal(mallory))();
  }],
  ["by a guest whose time was up", "forged-message", async () => {
    await listed(anna, [row(anna, "owner"), row(boris), row(mallory, "guest", NOW + 1)]);
    last(() => server.seal(mallory, { writtenAt: NOW + 1 }))();
  }],
  ["by a removed member, under the key they had", "forged-message", async () => {
    await listed(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    const late = await server.seal(mallory);
    await listed(anna, [row(anna, "owner"), row(boris)]);
    last(() => Promise.resolve(late))();
  }],
  ["by a removed member, under the key that came after them", "forged-message", async () => {
    await listed(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    await listed(anna, [row(anna, "owner"), row(boris)]);
    last(() => server.seal(mallory))();
  }],
  ["in somebody else's name", "forged-message", last(() =>
    server.seal({ ...anna, identity: mallory.identity }))],
  ["with an envelope that isn't canonical", "forged-message", () => {
    server.lies.set("envelopes", items(async (all) => {
      const raw = lengthened(listOf(all[2])[1] as Bytes);
      return all.with(2, [await sha256(raw), raw]);
    }));
  }],
  ["of a version that there isn't", "forged-message", () => {
    server.lies.set("envelopes", items(async (all) => {
      const raw = changed(listOf(all[2])[1] as Bytes, [[1, 0]]);
      return all.with(2, [await sha256(raw), raw]);
    }));
  }],
  ["under another epoch of the same number", "forged-message", async () => {
    const hidden = await server.epoch(anna, [row(anna, "owner"), row(boris)]);
    server.epochs.pop();
    await listed(anna, [row(anna, "owner"), row(boris)], { madeAt: NOW + 1 });
    last(() => server.seal(anna, { epoch: hidden.record.hash }))();
  }],
  ["in an answer that isn't canonical", "fork", () => {
    const truthful = server.answer;
    vi.stubGlobal("fetch", async (address: string, init?: RequestInit) => {
      const answer = await truthful(address, init);
      if (!address.includes("envelopes")) return answer;
      const raw = lengthened(new Uint8Array(await answer.arrayBuffer()));
      return new Response(raw, { headers: { "Content-Type": "application/cbor" } });
    });
  }],
];

/** The same value, whose first length is written in one byte more than needed. */
function lengthened(raw: Bytes): Bytes {
  const first = raw[0] ?? 0;
  return Uint8Array.from([(first & 0xe0) | 24, first & 0x1f, ...raw.slice(1)]);
}

/** What nobody but its sender can have done: the seal is under their signature (decision 0084). */
const SPOILED: readonly (readonly [string, (key: Bytes, header: Bytes) => Promise<Bytes>])[] = [
  ["under another key", (_key, header) => seal(randomBytes(32), SEAL_ENVELOPE, header, pad(encodeBody(TEXT)))],
  ["with a commitment that doesn't match", async (key, header) =>
    flipped(await seal(key, SEAL_ENVELOPE, header, pad(encodeBody(TEXT))), 40)],
  ["around a body that isn't canonical", (key, header) =>
    seal(key, SEAL_ENVELOPE, header, pad(lengthened(encodeBody(TEXT))))],
];

const EPOCHS: readonly Attack[] = [
  ["with a ghost that the server added", "forged-epoch", async () => {
    const made = await server.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    const forged = await signRecord(made.record.tbsRaw, made.record.tag, mallory.identity);
    epochs((all) => [all[0] ?? 0, [forged, ...listOf(all[1]).slice(1)]]);
  }],
  ["with a ghost, under signatures of the record before", "forged-epoch", async () => {
    const before = decode(server.epochs[0]?.record.raw ?? new Uint8Array(), 100_000);
    const made = await server.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    const copied = changed(made.record.raw, [[4, isMap(before) ? (before.get(4) ?? 0) : 0]]);
    epochs((all) => [all[0] ?? 0, [copied, ...listOf(all[1]).slice(1)]]);
  }],
  ["with a ghost that a member who may not added", "forged-epoch", async () => {
    const policy = { mayAdd: "owners" };
    server.epochs.pop();
    const open = (await new World([anna]).epoch(anna, [row(anna, "owner")])).record.tbs.policy;
    await server.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)], { policy: { ...open, ...policy }, start: START });
    const ghost = await actor();
    server = Object.assign(server, { actors: [anna, boris, mallory, ghost] });
    await server.logKeys(ghost);
    await server.epoch(mallory, [row(anna, "owner"), row(boris), row(mallory), row(ghost)], { policy: { ...open, ...policy } });
  }],
  ["with keys of a member that are not theirs", "forged-epoch", async () => {
    const { fingerprint } = mallory.identity.publicKeys;
    const swapped = { ...boris, identity: mallory.identity };
    const other = Object.assign(server, { actors: [anna, swapped, mallory] });
    await other.epoch(anna, [row(anna, "owner"), { ...row(boris), fingerprint }]);
  }],
  ["of which one is left out", "forged-epoch", async () => {
    await listed(anna, [row(anna, "owner"), row(boris)]);
    await listed(anna, [row(anna, "owner"), row(boris)]);
    epochs((all) => [all[0] ?? 0, all[2] ?? 0]);
  }],
  ["that are fewer than were seen", "rollback", async () => {
    await listed(anna, [row(anna, "owner"), row(boris)]);
    seenElsewhere({});
    epochs((all) => all.slice(0, 1));
  }],
  ["of which another one was seen under that number", "fork", async () => {
    await listed(anna, [row(anna, "owner"), row(boris)]);
    seenElsewhere({});
    server.epochs.pop();
    await listed(anna, [row(anna, "owner"), row(boris)], { madeAt: NOW + 1 });
  }],
  ["with a wrap of somebody else", "forged-epoch", async () => {
    const [hers] = await server.listedEpochs(anna);
    epochs((all) => [[listOf(all[0])[0] ?? 0, hers?.wrap ?? 0, new Uint8Array()]]);
  }],
  ["with a wrap of another key, given for history", "forged-epoch", async () => {
    const { wrapHistory } = await import("../../src/wire/epochMaking");
    const record = server.epochs[0]?.record;
    if (record === undefined) throw new Error("no record");
    const wrap = await wrapHistory(record, randomBytes(32), boris.identity.publicKeys);
    const { fingerprint } = boris.identity.publicKeys;
    epochs((all) => [[listOf(all[0])[0] ?? 0, wrap, fingerprint]]);
  }],
  ["whose author gave another key than the tag says", "forged-epoch", async () => {
    const tag = randomBytes(32);
    const { tbsRaw } = server.epochs[0]?.record ?? {};
    if (tbsRaw === undefined) throw new Error("no record");
    const record = await signRecord(tbsRaw, tag, anna.identity);
    epochs((all) => [[record, ...listOf(all[0]).slice(1)]]);
  }],
  ["without a wrap for this person", "forged-epoch", () => {
    epochs((all) => [[listOf(all[0])[0] ?? 0, new Uint8Array(), new Uint8Array()]]);
  }],
  ["of a lower suite", "forged-epoch", async () => {
    const record = await resigned(anna, [[2, 0]]);
    epochs((all) => [[record, ...listOf(all[0]).slice(1)]]);
  }],
  ["of a version that there isn't", "forged-epoch", async () => {
    const record = await resigned(anna, [[1, 0]]);
    epochs((all) => [[record, ...listOf(all[0]).slice(1)]]);
  }],
  ["that aren't canonical", "forged-epoch", () => {
    epochs((all) => [[lengthened(listOf(all[0])[0] as Bytes), ...listOf(all[0]).slice(1)]]);
  }],
  ["of another conversation", "forged-epoch", async () => {
    const other = await Hostile.between(boris, [anna, boris, mallory]);
    await other.epoch(anna, [row(anna, "owner"), row(boris)]);
    const [foreign] = await other.listedEpochs(boris);
    vi.stubGlobal("fetch", server.answer);
    if (foreign === undefined) throw new Error("no epoch");
    epochs(() => [[foreign.record, foreign.wrap, foreign.historyFingerprint]]);
  }],
  ["by an observer", "forged-epoch", async () => {
    const roster = [row(anna, "owner"), row(boris), row(mallory, "observer")];
    await listed(anna, roster);
    await listed(mallory, roster);
  }],
  ["by a guest whose time was up", "forged-epoch", async () => {
    const roster = [row(anna, "owner"), row(boris), row(mallory, "guest", NOW + 1)];
    await listed(anna, roster);
    await listed(mallory, roster, { madeAt: NOW + 1 });
  }],
  ["by a removed member with their whole state", "forged-epoch", async () => {
    await listed(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    await listed(anna, [row(anna, "owner"), row(boris)]);
    await listed(mallory, [row(anna, "owner"), row(boris), row(mallory)]);
  }],
  ["whose title doesn't open", "forged-epoch", async () => {
    const record = await resigned(anna, [[12, flipped(field(server.epochs[0]?.record.tbsRaw ?? new Uint8Array(), 12))]]);
    epochs((all) => [[record, ...listOf(all[0]).slice(1)]]);
  }],
  ["beside notices that nobody can read", "forged-epoch", () => {
    server.lies.set("leaves", () => [randomBytes(40)]);
  }],
];

const IDENTITIES: readonly Attack[] = [
  ["that are in no log", "unlogged", async () => {
    listedAs(await renewed(anna));
  }],
  ["that are older than the newest logged", "unlogged", async () => {
    const newer = await renewed(anna);
    await server.logKeys(newer, 1);
    listedAs(anna);
  }],
  ["whose entry nobody signed", "forged-epoch", () => {
    listedAs(anna, anna.chain.map(({ raw }) => flipped(raw)));
  }],
  ["that are somebody else's", "forged-epoch", () => {
    listedAs(anna, mallory.chain.map(({ raw }) => raw));
  }],
  ["of two successors after one entry", "unlogged", async () => {
    const [one, other] = await Promise.all([renewed(anna), renewed(anna)]);
    await server.logKeys(one, 1);
    listedAs(other);
  }],
  ["that do not follow those that were seen", "changed-keys", async () => {
    const reset = await renewed(anna, true);
    const { fingerprint } = anna.identity.publicKeys;
    server.pins.set(anna.id, { user: anna.id, fingerprint, number: 1, state: "verified", at: NOW });
    await server.logKeys(reset, 1);
    listedAs(reset);
  }],
  ["in the reader's own name", "own-keys", async () => {
    await server.logKeys(await renewed(boris, true), 1);
  }],
];

const LOG: readonly Attack[] = [
  ["shorter than before", "log-shrank", async () => {
    await server.openLog();
    server.log.leaves.pop();
  }],
  ["another one than before", "log-forked", async () => {
    await server.openLog();
    const [one] = server.log.leaves;
    if (one === undefined) throw new Error("no leaf");
    server.log.leaves[0] = one.with(72, (one[72] ?? 0) ^ 1);
  }],
  ["signed by another key", "log-forked", async () => {
    server.log.lies.set("checkpoint", await server.log.copy(randomBytes(32)).checkpoint());
  }],
  ["with a checkpoint that its leaves don't make", "log-forked", async () => {
    const honest = await server.log.checkpoint();
    server.log.leaves.reverse();
    server.log.lies.set("checkpoint", honest);
  }],
  ["another one than an author of the conversation has seen", "log-split", async () => {
    await listed(anna, [row(anna, "owner"), row(boris)], { checkpoint: await otherLog() });
  }],
];

describe("an honest server", () => {
  it("is alarmed about by nothing, and gets what waited and what is typed", async () => {
    await page.load();
    expect([page.trouble, page.silence]).toEqual([undefined, undefined]);
    await page.send({ kind: "text", text: "typed afterwards" });
    expect(server.sent).toHaveLength(2);
    expect(page.talk.items.map((one) => one.text)).toEqual([
      "text 1", "text 2", "text 3", "typed before", "typed afterwards",
    ]);
  });
});

describe("when a conversation is opened", () => {
  it.each(SPOILED)("a message sealed %s is shown as one that can't be read, and stops nobody", async (_how, box) => {
    const key = server.epochs.at(-1)?.key ?? new Uint8Array(32);
    await server.accept(await signed(anna, (header) => box(key, header)));
    await page.load();
    expect(server.sent).toHaveLength(1);
    expect([page.trouble, page.talk.items[3]?.kind, page.talk.items[3]?.text]).toEqual([undefined, "broken", ""]);
  });

  it.each(MESSAGES)("messages %s are %s", async (_what, kind, attack) => {
    await attack();
    await page.load();
    await isAlarmed(kind);
  });

  it.each(EPOCHS)("records %s are %s", async (_what, kind, attack) => {
    await attack();
    await page.load();
    await isAlarmed(kind);
  });

  it.each(IDENTITIES)("keys %s are %s", async (_what, kind, attack) => {
    await attack();
    await page.load();
    await isAlarmed(kind);
  });

  it.each(LOG)("a log %s is %s", async (_what, kind, attack) => {
    await attack();
    await page.load();
    await isAlarmed(kind);
  });
});

describe("while a conversation is open", () => {
  /** Opened by an honest server; nothing waits any more but one message, which a lost connection kept. */
  async function open(): Promise<void> {
    await page.load();
    expect(page.silence).toBeUndefined();
    const outbox = await Outbox.open(boris.id, new Uint8Array(32));
    await outbox.reserve(server.thread, { kind: "text", text: "typed before" }, Date.now());
  }

  it("a message that comes twice by the socket is a replay", async () => {
    await open();
    const raw = server.items[2]?.raw ?? new Uint8Array();
    await server.accept(raw);
    await page.receive(server.head, raw);
    await isAlarmed("replay");
  });

  it("a message that was never written is forged", async () => {
    await open();
    const raw = await server.seal({ ...anna, identity: mallory.identity });
    await server.accept(raw);
    await page.receive(server.head, raw);
    await isAlarmed("forged-message");
  });

  it("a message at another place than the server says is a fork", async () => {
    await open();
    await server.post(anna);
    await page.receive({ seq: server.head.seq, t: randomBytes(32) }, server.items.at(-1)?.raw ?? new Uint8Array());
    await isAlarmed("fork");
  });

  it("fewer messages than a moment ago are a rollback", async () => {
    await open();
    server.items.pop();
    server.heads.pop();
    await page.catchUp();
    await isAlarmed("rollback");
  });

  it("a record with a ghost is forged", async () => {
    await open();
    await server.epoch(mallory, [row(anna, "owner"), row(boris), row(mallory)]);
    await page.catchUp();
    await isAlarmed("forged-epoch");
  });

  it("keys that start over stop it", async () => {
    await open();
    const reset = await renewed(anna, true);
    await server.logKeys(reset, 1);
    listedAs(reset);
    await page.catchUp();
    await isAlarmed("changed-keys");
  });

  it.each([["before the others", -1], ["where nothing stands", 2]])(
    "a message that the server only says it took, %s, is a fork",
    async (_where, ahead) => {
      server.answerToPost = () =>
        Promise.resolve(new Response(encode([server.head.seq + ahead, randomBytes(32)])));
      await page.load();
      await isAlarmed("fork");
    },
  );

  it("a message that the server only says it had before is kept, and said to be refused", async () => {
    server.answerToPost = () => refuse(409, "replayed");
    await page.load();
    expect([page.trouble, page.refused.size, page.waiting.length]).toEqual([undefined, 1, 1]);
  });

  it("a message whose answer was lost counts as sent when it is there, however far back", async () => {
    await page.load();
    const outbox = await Outbox.open(boris.id, new Uint8Array(32));
    const one = await outbox.reserve(server.thread, { kind: "text", text: "lost answer" }, Date.now());
    await server.post(boris, { client: one.client, counter: one.counter });
    await server.post(anna);
    const last = server.items.length;
    server.lies.set("envelopes", (value) => value);
    server.answerToPost = () => refuse(409, "replayed");
    await page.catchUp();
    expect([page.trouble, server.items.length]).toEqual([undefined, last]);
    expect(await outbox.waiting(server.thread)).toEqual([]);
  });

  it("somebody who is added gets nothing wrapped to keys that are in no log", async () => {
    await server.epoch(anna, [row(anna, "owner"), row(boris, "owner")]);
    await page.load();
    const swapped = await renewed(mallory);
    server.lies.set("identities", () => [[fromUuid(mallory.id), "Mallory", swapped.chain.map(({ raw }) => raw)]]);
    const log = await server.openLog();
    const membership = new Membership(page, new Server("talks"), {
      userId: boris.id,
      log: () => Promise.resolve(log),
    } as unknown as ConstructorParameters<typeof Membership>[2]);
    server.posted.length = 0;
    await membership.add([mallory.id], "member", false).catch(() => undefined);
    await isAlarmedButEmpty("unlogged");
  });

  async function isAlarmedButEmpty(kind: TroubleKind): Promise<void> {
    expect(page.trouble?.kind).toBe(kind);
    expect(server.posted).toEqual([]);
    await page.send(TEXT);
    expect(server.posted).toEqual([]);
  }
});
