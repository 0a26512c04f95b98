/** Every lie that a server can tell about the log: each is noticed, and named for what it is. */

import "fake-indexeddb/auto";

import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Bytes, randomBytes } from "../../src/crypto/bytes";
import { IdentityLog, type LogAlarm, type LogOwner, LogTrouble } from "../../src/keys/log";
import { type Member } from "../../src/keys/members";
import { type IdentityEntry } from "../../src/wire/identity";
import { type Actor, actor, renewed } from "../threads/world";
import { FakeLog } from "./logServer";

let anna: Actor;
let boris: Actor;
let log: FakeLog;
const seed = randomBytes(32);

/** A browser of Anna's: `vault` is what she has written down. A new one remembers nothing itself. */
class Browser implements LogOwner {
  vault: Bytes | undefined;

  constructor(
    private me: Actor,
    vault?: Bytes,
  ) {
    this.vault = vault;
  }

  become(me: Actor): void {
    this.me = me;
  }

  get userId(): string {
    return this.me.id;
  }

  get entry(): { number: number; hash: Bytes } {
    const newest = this.me.chain.at(-1);
    if (newest === undefined) throw new Error("no keys");
    return { number: newest.number, hash: newest.hash };
  }

  get checkpoint(): Bytes | undefined {
    return this.vault;
  }

  rememberCheckpoint(note: Bytes): void {
    this.vault = note;
  }

  ownChain(): Promise<readonly IdentityEntry[]> {
    return Promise.resolve(this.me.chain);
  }
}

beforeAll(async () => {
  boris = await actor();
});

beforeEach(async () => {
  // What a browser remembers is about people: a new Anna is a new browser.
  anna = await actor();
  log = new FakeLog(seed);
  await logAll(log, boris, anna);
  await stuff(log, 5);
  serve(log);
});

async function logAll(where: FakeLog, ...people: readonly Actor[]): Promise<void> {
  for (const one of people) {
    for (const entry of one.chain.slice(-1)) await where.add(one.id, entry.number, entry.hash);
  }
}

async function stuff(where: FakeLog, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await where.add(crypto.randomUUID(), 1, randomBytes(32));
}

function serve(what: FakeLog): void {
  vi.stubGlobal("fetch", what.answer);
}

function member(one: Actor, chain = one.chain): Member {
  const entry = chain.at(-1);
  if (entry === undefined) throw new Error("no keys");
  return { userId: one.id, name: one.id, entry, chain };
}

function give(...members: readonly Member[]): () => Promise<readonly Member[]> {
  return () => Promise.resolve(members);
}

async function alarm(work: () => Promise<unknown>): Promise<LogAlarm> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LogTrouble) return error.kind;
    throw error;
  }
  throw new Error("nothing was noticed");
}

describe("an honest log", () => {
  it("is read once, and only what is new after that, in this browser and in the next", async () => {
    const browser = new Browser(anna);
    expect((await IdentityLog.open(browser)).size).toBe(7);
    await stuff(log, 3);
    log.calls = [];
    const again = await IdentityLog.open(browser);
    expect(again.size).toBe(10);
    expect(log.calls.filter((one) => one === "leaves")).toHaveLength(2);
    expect(browser.vault).toEqual(await log.checkpoint());
    expect(again.note).toEqual(await log.checkpoint());
  });

  it("may be empty of everybody else, and shows nothing new", async () => {
    const browser = new Browser(anna);
    await IdentityLog.open(browser);
    log.calls = [];
    await IdentityLog.open(browser);
    expect(log.calls).toEqual(["key", "checkpoint"]);
  });

  it("vouches for members, also for those who came a moment ago", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    expect(await opened.members(give(member(boris), member(anna)))).toHaveLength(2);
    const late = await actor();
    await logAll(log, late);
    expect(await opened.members(give(member(late)))).toHaveLength(1);
    const newer = await renewed(boris);
    await logAll(log, newer);
    expect((await opened.members(give(member(newer))))[0]?.entry.number).toBe(2);
  });

  it("lets a person renew their own keys in another browser", async () => {
    const browser = new Browser(anna);
    await IdentityLog.open(browser);
    const newer = await renewed(anna);
    await logAll(log, newer);
    browser.become(newer);
    expect((await IdentityLog.open(browser)).size).toBe(8);
  });

  it("is read by two browsers in turn, each from where it stood", async () => {
    const one = new Browser(anna);
    await IdentityLog.open(one);
    const newer = await renewed(boris);
    await logAll(log, newer);
    one.vault = await log.checkpoint();
    await logAll(log, await renewed(newer));
    expect((await IdentityLog.open(one)).size).toBe(9);
  });

  it("is read again after the connection broke in the middle", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    await stuff(log, 5);
    let pages = 0;
    vi.stubGlobal("fetch", (address: string) => {
      if (address.includes("leaves") && ++pages === 2) return Promise.reject(new TypeError("gone"));
      return log.answer(address);
    });
    await expect(opened.refresh()).rejects.toBeInstanceOf(TypeError);
    await opened.refresh();
    expect(opened.size).toBe(12);
  });

  it("agrees with what others have seen of it, before and after", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const earlier = await log.checkpoint(3);
    await stuff(log, 2);
    await opened.agree([earlier, await log.checkpoint()]);
    expect(opened.size).toBe(9);
  });

  it("takes nothing for a checkpoint that is none", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    expect(await alarm(() => opened.agree([new Uint8Array()]))).toBe("log-split");
  });
});

describe("a log that goes back", () => {
  it("is refused in the browser that saw more", async () => {
    await IdentityLog.open(new Browser(anna));
    log.leaves = log.leaves.slice(0, 6);
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-shrank");
  });

  it("is refused in a new browser by what the vault says", async () => {
    const vault = await log.checkpoint();
    log.leaves = log.leaves.slice(0, 6);
    expect(await alarm(() => IdentityLog.open(new Browser(anna, vault)))).toBe("log-shrank");
  });

  it("is refused while the page is open", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    log.leaves = log.leaves.slice(0, 6);
    expect(await alarm(() => opened.refresh())).toBe("log-shrank");
  });
});

describe("a log that is another one", () => {
  it.each([0, 3])("is refused when %s leaves were added to it", async (added) => {
    for (const vault of [undefined, await log.checkpoint()]) {
      const before = log.copy();
      serve(before);
      if (vault === undefined) await IdentityLog.open(new Browser(anna));
      const other = log.copy();
      other.leaves[5] = await forged();
      await stuff(other, added);
      serve(other);
      expect(await alarm(() => IdentityLog.open(new Browser(anna, vault)))).toBe("log-forked");
    }
  });

  it("is refused when vault and browser have seen two", async () => {
    await IdentityLog.open(new Browser(anna));
    const other = log.copy();
    other.leaves[5] = await forged();
    const vault = await other.checkpoint(6);
    expect(await alarm(() => IdentityLog.open(new Browser(anna, vault)))).toBe("log-forked");
  });

  it("is refused under another key or name", async () => {
    await IdentityLog.open(new Browser(anna));
    serve(log.copy(randomBytes(32)));
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
    const renamed = new FakeLog(seed, "other.example/identities");
    renamed.leaves = [...log.leaves];
    serve(renamed);
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
  });

  it("is refused in a new browser when the vault knows another key", async () => {
    const vault = await log.checkpoint();
    serve(log.copy(randomBytes(32)));
    expect(await alarm(() => IdentityLog.open(new Browser(anna, vault)))).toBe("log-forked");
  });

  it("is refused when its checkpoint is unsigned, or signed by somebody else", async () => {
    for (const lie of [await log.copy(randomBytes(32)).checkpoint(), "nonsense"]) {
      log.lies.set("checkpoint", lie);
      expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
    }
  });

  it.each([
    ["left out", (leaves: Bytes[]) => leaves.toSpliced(4, 1)],
    ["swapped", (leaves: Bytes[]) => [...leaves.slice(0, 4), ...leaves.slice(4).reverse()]],
    ["changed", (leaves: Bytes[]) => leaves.map((leaf, at) => (at < 6 ? leaf : leaf.with(72, (leaf[72] ?? 0) ^ 1)))],
    ["none", () => []],
  ])("is refused when its leaves are %s", async (_how, change) => {
    const honest = await log.checkpoint();
    log.leaves = change(log.leaves);
    log.lies.set("checkpoint", honest);
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
  });

  it("is refused when somebody has two entries of one number", async () => {
    await log.add(boris.id, 1, randomBytes(32));
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
  });

  it("is refused when somebody's first entry is not there", async () => {
    await log.add(crypto.randomUUID(), 2, randomBytes(32));
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
  });

  it("is refused when it answers with other things than it was asked for", async () => {
    for (const [what, lie] of [
      ["leaves", { edge: [], leaves: [1] }],
      ["leaves", { edge: ["AAAA"], leaves: [] }],
      ["leaves", []],
      ["key", "nonsense"],
      ["inclusion", { proofs: [{ leaf: "x", index: 0, path: [] }] }],
    ] as const) {
      const liar = log.copy();
      liar.lies.set(what, lie);
      serve(liar);
      expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("log-forked");
    }
  });
});

describe("keys in this person's own name", () => {
  it("that they did not make are an alarm, when found and ever after", async () => {
    await IdentityLog.open(new Browser(anna));
    await log.add(anna.id, 2, randomBytes(32));
    for (let n = 0; n < 2; n++) {
      expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("own-keys");
    }
  });

  it("in the place of theirs are an alarm", async () => {
    log.leaves = [];
    await log.add(anna.id, 1, randomBytes(32));
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("own-keys");
  });

  it("that are not logged are an alarm", async () => {
    log.leaves = [];
    await logAll(log, boris);
    expect(await alarm(() => IdentityLog.open(new Browser(anna)))).toBe("own-keys");
  });
});

describe("other people's keys", () => {
  it("that are not in the log are an alarm that names them", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const ghost = await actor();
    const work = opened.members(give(member(boris), member(ghost)));
    await expect(work).rejects.toMatchObject({ kind: "unlogged", person: ghost.id });
  });

  it("that replace logged ones unseen are an alarm", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const reset = await renewed(boris, true);
    expect(await alarm(() => opened.members(give(member(reset))))).toBe("unlogged");
  });

  it("that are older than the newest in the log are an alarm", async () => {
    const newer = await renewed(boris);
    await logAll(log, newer);
    const opened = await IdentityLog.open(new Browser(anna));
    expect(await alarm(() => opened.members(give(member(boris))))).toBe("unlogged");
    expect(await opened.members(give(member(newer)))).toHaveLength(1);
  });

  it("that are older are an alarm in a browser that is new, too, however far the vault has seen", async () => {
    const newer = await renewed(boris);
    await logAll(log, newer);
    const vault = await log.checkpoint();
    await stuff(log, 2);
    const opened = await IdentityLog.open(new Browser(anna, vault));
    expect(await alarm(() => opened.members(give(member(boris))))).toBe("unlogged");
    expect(await opened.members(give(member(newer)))).toHaveLength(1);
  });

  it("with a forged proof are an alarm", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const ghost = await actor();
    const real = log.answer;
    vi.stubGlobal("fetch", async (address: string) => {
      if (!address.includes("inclusion")) return real(address);
      const leaf = new URL(address, "https://x.example").searchParams.get("leaf");
      return Response.json({ proofs: [{ leaf, index: 3, path: [] }] });
    });
    expect(await alarm(() => opened.members(give(member(ghost))))).toBe("log-forked");
  });
});

describe("somebody who was shown another log", () => {
  it("is noticed by the checkpoint in their record, smaller, as large and larger", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const other = log.copy();
    other.leaves[5] = await forged();
    await stuff(other, 2);
    for (const size of [6, 7, 9]) {
      const theirs = await other.checkpoint(size);
      expect(await alarm(() => opened.agree([theirs]))).toBe("log-split");
    }
  });

  it("is noticed by another key, and by bytes that are none of a log", async () => {
    const opened = await IdentityLog.open(new Browser(anna));
    const stranger = await log.copy(randomBytes(32)).checkpoint();
    for (const theirs of [stranger, randomBytes(100)]) {
      expect(await alarm(() => opened.agree([theirs]))).toBe("log-split");
    }
  });
});

/** A leaf that the honest log does not have. */
async function forged(): Promise<Bytes> {
  const other = new FakeLog(seed);
  await other.add(crypto.randomUUID(), 1, randomBytes(32));
  const [leaf] = other.leaves;
  if (leaf === undefined) throw new Error("no leaf");
  return leaf;
}
