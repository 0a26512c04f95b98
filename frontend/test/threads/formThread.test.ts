/** The thread of a form: its readers, its keys, and each way a server could slip in a reader or an old key. */

import "fake-indexeddb/auto";

import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Bytes } from "../../src/crypto/bytes";
import { decode, isArray, type Value } from "../../src/crypto/cbor";
import { FormThread } from "../../src/threads/formThread";
import { openForm } from "../../src/threads/opening";
import { readUpload } from "../../src/wire/epoch";
import { type NewEpoch } from "../../src/wire/epochMaking";
import { formKeyPair, makeFormKey, readFormKey } from "../../src/wire/formKey";
import { type RosterRow } from "../../src/wire/roster";
import { Hostile } from "./hostile";
import { type Actor, actor, peopleOf, row, trouble } from "./world";

const LIMIT = 1_000_000;
let anna: Actor;
let boris: Actor;
let chidi: Actor;
let begun: Hostile;
let server: Hostile;
let firstKey: Bytes;
let formKeys: Bytes[] = [];

beforeAll(async () => {
  [anna, boris, chidi] = await Promise.all([actor(), actor(), actor()]);
  server = begun = await Hostile.between(anna, [anna, boris, chidi]);
  await next(anna, [row(anna, "owner"), row(boris)]);
  firstKey = formKeys[0] ?? new Uint8Array();
  // Makes the databases that are emptied before each test.
  await begun.openLog();
});

beforeEach(async () => {
  server = await begun.again();
  formKeys = [firstKey];
  stub();
});

/** An epoch that is there already, with its form key. */
async function next(author: Actor, rows: readonly RosterRow[]): Promise<NewEpoch> {
  const made = await server.epoch(author, rows);
  formKeys.push(await makeFormKey(made.record, made.key, author.identity));
  return made;
}

/** The server takes an epoch with its form key in one, as the real one does. */
function stub(): void {
  vi.stubGlobal("fetch", async (address: string, init?: RequestInit): Promise<Response> => {
    server.lies.set("form-keys", () => formKeys);
    if (init?.method === "POST" && address.endsWith("/form-keys")) {
      const body: Value = decode(new Uint8Array(init.body as Bytes), LIMIT);
      const [upload, formKey] = isArray(body) ? (body as Bytes[]) : [];
      if (upload === undefined || formKey === undefined) throw new Error("not what is to be published");
      server.epochs.push({ upload, record: (await readUpload(upload)).record, key: new Uint8Array() });
      formKeys.push(formKey);
    }
    return server.answer(address, init);
  });
}

/** The same server for another browser. */
async function shownTo(reader: Actor): Promise<Hostile> {
  const other = await Hostile.between(reader, [anna, boris, chidi]);
  Object.assign(other, { thread: server.thread, epochs: server.epochs, log: server.log });
  server = other;
  stub();
  return other;
}

function load(): Promise<FormThread> {
  return FormThread.load("talks", server.holder(), server.thread);
}

function epochOf(number: number): { number: number; hash: Bytes } {
  const found = server.epochs[number - 1];
  if (found === undefined) throw new Error("no such epoch");
  return { number, hash: found.record.hash };
}

describe("the readers of a form", () => {
  it("hold the keys that its form keys name, and the link's pin is the first epoch", async () => {
    const [first] = server.epochs;
    const form = await load();
    expect(form.readers.map(({ member }) => member).sort()).toEqual([anna.id, boris.id].sort());
    expect(form.isOwner).toBe(true);
    expect(form.pin).toEqual(first?.record.hash);
    expect(form.formKey.xwing).toEqual((await formKeyPair(first?.key ?? new Uint8Array())).publicKey);
    expect((await form.pairOf(epochOf(1)))?.publicKey).toEqual(form.formKey.xwing);
    expect(await form.pairOf({ number: 1, hash: new Uint8Array(32) })).toBeUndefined();
  });

  it("who comes from now on opens nothing that was sealed before", async () => {
    const form = await load();
    const before = form.formKey;
    await form.addReader(chidi.id, false);
    expect(server.epochs).toHaveLength(2);
    expect(form.formKey.epoch.number).toBe(2);
    expect(form.formKey.xwing).not.toEqual(before.xwing);
    expect(form.pin).toEqual(epochOf(1).hash);
    await shownTo(chidi);
    const theirs = await load();
    expect(theirs.isOwner).toBe(false);
    expect(await theirs.pairOf(epochOf(1))).toBeUndefined();
    expect((await theirs.pairOf(epochOf(2)))?.publicKey).toEqual(form.formKey.xwing);
  });

  it("who is taken out has no key of what is sealed afterwards", async () => {
    const form = await load();
    await form.removeReader(boris.id);
    expect(form.readers.map(({ member }) => member)).toEqual([anna.id]);
    const newest = readFormKey(formKeys.at(-1) ?? new Uint8Array());
    expect(newest.epoch.number).toBe(2);
    const { record, wraps } = await readUpload(server.epochs[1]?.upload ?? new Uint8Array());
    expect(record.tbs.roster.map(({ member }) => member)).toEqual([anna.id]);
    expect(wraps).toHaveLength(1);
    // Once more is no change.
    await form.removeReader(boris.id);
    expect(server.epochs).toHaveLength(2);
  });

  it("an owner makes another one, and that is a new key too", async () => {
    const form = await load();
    await form.setRole(boris.id, "owner");
    await form.setRole(boris.id, "owner");
    expect(server.epochs).toHaveLength(2);
    await shownTo(boris);
    expect((await load()).isOwner).toBe(true);
  });

  it("a new form has its key in what is uploaded with it", async () => {
    const people = peopleOf(anna, [anna, boris, chidi], new Map());
    const made = await openForm(server.holder() as never, people, "Roads", [boris.id]);
    const { record } = await readUpload(made.upload);
    expect(record.hash).toEqual(made.pin);
    expect(record.tbs.roster.map(({ role }) => role).sort()).toEqual(["member", "owner"]);
    expect(readFormKey(made.formKey).epoch.hash).toEqual(made.pin);
  });
});

describe("a server that cheats", () => {
  it("puts in a reader of its own", async () => {
    await next(chidi, [row(anna, "owner"), row(boris), row(chidi)]);
    expect(await trouble(load)).toBe("forged-epoch");
  });

  it("has a reader who is no owner put somebody in", async () => {
    await next(boris, [row(anna, "owner"), row(boris), row(chidi)]);
    expect(await trouble(load)).toBe("forged-epoch");
  });

  it("shows no form key, one of the epoch before, or one that somebody else has signed", async () => {
    const made = await next(anna, [row(anna, "owner")]);
    const honest = [...formKeys];
    const forged = await makeFormKey(made.record, new Uint8Array(32), boris.identity);
    for (const lie of [[], honest.slice(0, 1), [...honest, forged]]) {
      formKeys = lie;
      expect(await trouble(load)).toBe("forged-epoch");
    }
    formKeys = honest;
    expect((await load()).formKey.epoch.number).toBe(2);
  });

  it("shows readers as they were before somebody was taken out", async () => {
    await next(anna, [row(anna, "owner")]);
    await load();
    server.epochs.pop();
    formKeys.pop();
    expect(await trouble(load)).toBe("rollback");
  });
});
