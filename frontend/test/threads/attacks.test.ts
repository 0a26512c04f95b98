/** A hostile server, and hostile members: each is noticed, and named for what it is. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";

import { decode, encode, isMap, type Value } from "../../src/crypto/cbor";
import { sha256 } from "../../src/crypto/hash";
import { checkedKey, readRecord } from "../../src/wire/epoch";
import { signRecord, wrapHistory } from "../../src/wire/epochMaking";
import { makeLeaveNotice, readLeaveNotice } from "../../src/wire/leaving";
import { type Pin, type ThreadHead } from "../../src/wire/vaultContents";
import { NOW, refusal } from "../people";
import { type Actor, actor, peopleOf, renewed, row, trouble, World } from "./world";

let anna: Actor;
let boris: Actor;
let mallory: Actor;
let world: World;

beforeAll(async () => {
  [anna, boris, mallory] = await Promise.all([actor(), actor(), actor()]);
});

beforeEach(async () => {
  world = new World([anna, boris, mallory]);
  await world.epoch(anna, [row(anna, "owner"), row(boris)]);
});

/** What Boris's vault remembers of the thread as it is now. */
function remembered(): ThreadHead {
  const epoch = world.epochs.at(-1);
  if (epoch === undefined) throw new Error("no epoch");
  const { hash: epochHash, tbs } = epoch.record;
  return { thread: world.thread, epoch: tbs.number, epochHash, head: world.head };
}

describe("an honest server", () => {
  it("shows the thread to its members, page by page, in both directions", async () => {
    for (const sender of [anna, boris, anna, boris]) await world.post(sender);
    const timeline = await world.timeline(boris);
    await timeline.append(world.page(2, 3));
    await timeline.prepend(world.page(0, 2));
    await timeline.append(world.page(3, 4));
    expect(timeline.messages.map(({ body }) => body?.kind === "text" && body.text)).toEqual([
      "text 1",
      "text 2",
      "text 3",
      "text 4",
    ]);
    expect(timeline.head).toEqual(world.head);
  });

  it("shows nothing of before they joined to a joiner, but that it was there", async () => {
    await world.post(anna);
    await world.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    await world.post(anna);
    const timeline = await world.timeline(mallory);
    await timeline.append(world.page());
    expect(timeline.messages.map((one) => one.missing)).toEqual(["earlier", undefined]);
  });

  it("keeps the place of what was destroyed", async () => {
    await world.post(anna);
    await world.post(boris);
    const [first, second] = world.items;
    if (first === undefined || second === undefined) throw new Error("nothing was posted");
    const timeline = await world.timeline(boris);
    const items = [{ ...first, raw: new Uint8Array() }, second];
    await timeline.append({ ...world.page(), items });
    expect(timeline.messages.map((one) => one.missing)).toEqual(["destroyed", undefined]);
  });
});

describe("messages", () => {
  it("that are changed, from elsewhere, or by somebody else are forged", async () => {
    const cases = [
      async () => {
        const raw = await world.seal(anna);
        raw[raw.length - 1] = (raw[raw.length - 1] ?? 0) ^ 1;
        return raw;
      },
      () => world.seal(mallory),
      () => world.seal({ ...anna, identity: mallory.identity }),
      () => world.seal(anna, { thread: mallory.id }),
      () => world.seal(anna, { epoch: new Uint8Array(32) }),
    ];
    for (const make of cases) {
      const raw = await make();
      const hash = await sha256(raw);
      const page = { ...world.page(), items: [{ hash, raw }] };
      const timeline = await world.timeline(boris);
      expect(await trouble(() => timeline.append(page))).toBe("forged-message");
    }
  });

  it("that come twice are replays", async () => {
    const raw = await world.seal(anna);
    await world.accept(raw);
    await world.accept(raw);
    const timeline = await world.timeline(boris);
    expect(await trouble(() => timeline.append(world.page()))).toBe("replay");
  });

  it("of two people may have one name in the outboxes of both", async () => {
    // Everybody sees the others' clients: whoever counts on with one must not silence its owner.
    await world.post(boris, { counter: 7 });
    await world.post(anna, { counter: 7 });
    const timeline = await world.timeline(boris);
    expect(await timeline.append(world.page())).toHaveLength(2);
    const [key] = timeline.messages.map((one) => one.key);
    expect(timeline.holds(anna.id, key ?? "")).toBe(true);
    expect(timeline.holds(mallory.id, key ?? "")).toBe(false);
  });

  it("that their own sender sealed wrongly stop nobody", async () => {
    const stray = new Uint8Array(32);
    for (const key of [stray, undefined]) await world.accept(await world.sealWrongly(boris, key));
    await world.post(anna);
    const timeline = await world.timeline(anna);
    await timeline.append(world.page());
    expect(timeline.messages.map(({ sender, missing }) => [sender, missing])).toEqual([
      [boris.id, "broken"],
      [boris.id, "broken"],
      [anna.id, undefined],
    ]);
  });

  it("that are dropped, swapped or listed under another hash are a fork", async () => {
    for (const sender of [anna, boris, anna]) await world.post(sender);
    const [one, two, three] = world.items;
    if (one === undefined || two === undefined || three === undefined) throw new Error("no items");
    for (const items of [
      [two, three],
      [two, one, three],
      [one, three, two],
    ]) {
      const timeline = await world.timeline(boris);
      expect(await trouble(() => timeline.append({ ...world.page(), items }))).toBe("fork");
    }
    const timeline = await world.timeline(boris);
    const items = [{ hash: two.hash, raw: one.raw }];
    expect(await trouble(() => timeline.append({ ...world.page(), items }))).toBe("forged-message");
  });

  it("whose sender has seen more than the server shows are a fork", async () => {
    const raw = await world.seal(anna, { seen: { seq: 9, t: new Uint8Array(32) } });
    await world.accept(raw);
    const timeline = await world.timeline(boris);
    expect(await trouble(() => timeline.append(world.page()))).toBe("fork");
  });

  it("of which somebody has seen another order are a fork", async () => {
    await world.post(anna);
    await world.post(boris, { seen: { seq: 1, t: new Uint8Array(32) } });
    const timeline = await world.timeline(boris);
    expect(await trouble(() => timeline.append(world.page()))).toBe("fork");
  });

  it("of a page that does not follow, or does not meet the later one, are a fork", async () => {
    for (const sender of [anna, boris, anna]) await world.post(sender);
    const ahead = await world.timeline(boris);
    await ahead.append(world.page(0, 1));
    expect(await trouble(() => ahead.append(world.page(2, 3)))).toBe("fork");
    const behind = await world.timeline(boris);
    await behind.append(world.page(2, 3));
    expect(await trouble(() => behind.prepend(world.page(0, 1)))).toBe("fork");
  });

  it("of an earlier epoch, after its successor began, are forged", async () => {
    const late = await world.seal(boris);
    await world.epoch(anna, [row(anna, "owner")]);
    await world.accept(late);
    const timeline = await world.timeline(anna);
    expect(await trouble(() => timeline.append(world.page()))).toBe("forged-message");
  });

  it("by an observer or an expired guest are forged", async () => {
    const guest = row(mallory, "guest", NOW + 1);
    await world.epoch(anna, [row(anna, "owner"), row(boris, "observer"), guest]);
    for (const raw of [await world.seal(boris), await world.seal(mallory, { writtenAt: NOW + 1 })]) {
      const timeline = await world.timeline(anna);
      const page = { ...world.page(), items: [{ hash: await sha256(raw), raw }] };
      expect(await trouble(() => timeline.append(page))).toBe("forged-message");
    }
  });

  it("that differ from this person's own vault are a fork", async () => {
    await world.post(anna);
    const timeline = await world.timeline(boris);
    await timeline.append(world.page());
    expect(
      await trouble(() => { timeline.agree({ seq: 1, t: new Uint8Array(32) }, "the vault"); }),
    ).toBe("fork");
  });
});

describe("epochs", () => {
  it("with a ghost added by a member are forged", async () => {
    await world.epoch(boris, [row(anna, "owner"), row(boris), row(mallory)]);
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
  });

  it("signed by others than their author are forged", async () => {
    const [epoch] = world.epochs;
    if (epoch === undefined) throw new Error("no epoch");
    const { tbsRaw, tag } = epoch.record;
    const record = await signRecord(tbsRaw, tag, mallory.identity);
    const [listed] = await world.listedEpochs(boris);
    if (listed === undefined) throw new Error("no epoch");
    const forged = [{ ...listed, record }];
    expect(await trouble(() => world.checkEpochs(boris, undefined, forged))).toBe("forged-epoch");
  });

  it("wrapped to a key that is not in the member's chain are forged", async () => {
    const stranger = await actor();
    const swapped = { ...row(boris), fingerprint: stranger.identity.publicKeys.fingerprint };
    world = new World([anna, { ...boris, identity: stranger.identity }]);
    await world.epoch(anna, [row(anna, "owner"), swapped]);
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
  });

  it("of which some are missing, or none is left, are forged", async () => {
    await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    const listed = await world.listedEpochs(boris);
    for (const some of [[], listed.slice(1), listed.filter((_, at) => at !== 1)]) {
      expect(await trouble(() => world.checkEpochs(boris, undefined, some))).toBe("forged-epoch");
    }
  });

  it("that are fewer than seen before are a rollback, others are a fork", async () => {
    await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    const known = remembered();
    const listed = await world.listedEpochs(boris);
    await world.checkEpochs(boris, known, listed);
    expect(await trouble(() => world.checkEpochs(boris, known, listed.slice(0, 1)))).toBe("rollback");
    world.epochs.pop();
    await world.epoch(anna, [row(anna, "owner"), row(boris)], { madeAt: NOW + 1 });
    expect(await trouble(() => world.checkEpochs(boris, known))).toBe("fork");
  });

  it("with a ghost added by the server, under whatever signature it can copy, are forged", async () => {
    const honest = await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    world.epochs.pop();
    const ghost = await world.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    const { raw, tbsRaw, tag } = ghost.record;
    const [first, second] = await world.listedEpochs(boris);
    if (first === undefined || second === undefined) throw new Error("no epoch");
    const copied = fieldsOf(honest.record.raw).get(4) ?? [];
    for (const record of [
      await signRecord(tbsRaw, tag, mallory.identity),
      encode(new Map<number, Value>([...fieldsOf(raw), [4, copied]])),
    ]) {
      const lie = [first, { ...second, record }];
      expect(await trouble(() => world.checkEpochs(boris, undefined, lie))).toBe("forged-epoch");
    }
  });

  it("with a wrap that is another member's, another epoch's, or another key are forged", async () => {
    await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    const mine = await world.listedEpochs(boris);
    const hers = await world.listedEpochs(anna);
    const [first, second] = mine;
    const other = hers[1];
    if (first === undefined || second === undefined || other === undefined) throw new Error("no epoch");
    for (const wrap of [other.wrap, first.wrap]) {
      const lie = [first, { ...second, wrap }];
      expect(await trouble(() => world.checkEpochs(boris, undefined, lie))).toBe("forged-epoch");
    }
    // As a gift of history, a wrap is not listed in the record: its tag tells the key apart.
    const record = await readRecord(second.record);
    const wrap = await wrapHistory(record, new Uint8Array(32), boris.identity.publicKeys);
    const historyFingerprint = boris.identity.publicKeys.fingerprint;
    const gift = [first, { ...second, wrap, historyFingerprint }];
    expect(await trouble(() => world.checkEpochs(boris, undefined, gift))).toBe("forged-epoch");
  });

  it("of one number are two: whoever writes under the other one is noticed", async () => {
    const hidden = await world.epoch(anna, [row(anna, "owner"), row(boris)]);
    world.epochs.pop();
    await world.epoch(anna, [row(anna, "owner"), row(boris)], { madeAt: NOW + 1 });
    const raw = await world.seal(anna, { epoch: hidden.record.hash });
    const page = { ...world.page(), items: [{ hash: await sha256(raw), raw }] };
    const timeline = await world.timeline(boris);
    expect(await trouble(() => timeline.append(page))).toBe("forged-message");
  });

  it("by an observer, or by a removed member with their whole state, are forged", async () => {
    await world.epoch(anna, [row(anna, "owner"), row(boris, "observer")]);
    await world.epoch(boris, [row(anna, "owner"), row(boris, "observer")]);
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
    world.epochs.splice(1);
    await world.epoch(anna, [row(anna, "owner")]);
    await world.epoch(boris, [row(anna, "owner"), row(boris)]);
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
  });

  it("that leave somebody out by a notice from before, or by somebody else's, are forged", async () => {
    const [first] = world.epochs;
    if (first === undefined) throw new Error("no epoch");
    const leaving = { thread: world.thread, member: boris.id, epoch: first.record.hash, madeAt: NOW };
    const old = readLeaveNotice(await makeLeaveNotice(leaving, boris.identity));
    await world.epoch(anna, [row(anna, "owner"), row(boris), row(mallory)]);
    await world.epoch(mallory, [row(anna, "owner"), row(mallory)], { leaves: [old] });
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
    world.epochs.splice(2);
    const epoch = world.epochs.at(-1)?.record.hash ?? leaving.epoch;
    const forged = await makeLeaveNotice({ ...leaving, epoch }, mallory.identity);
    const { fingerprint } = boris.identity.publicKeys;
    const notice = { ...readLeaveNotice(forged), fingerprint };
    await world.epoch(mallory, [row(anna, "owner"), row(mallory)], { leaves: [notice] });
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
  });

  it("with another title by somebody who is no owner are forged", async () => {
    const rows = [row(anna, "owner"), row(boris)];
    await world.epoch(boris, rows);
    expect((await (await world.checkEpochs(boris)).about()).title).toBe("A title");
    await world.epoch(boris, rows, { about: { title: "Another", pins: [] } });
    expect(await trouble(() => world.checkEpochs(anna))).toBe("forged-epoch");
  });

  it("of another suite, or of a thread that is not this one, are forged", async () => {
    const [first] = await world.listedEpochs(boris);
    if (first === undefined) throw new Error("no epoch");
    const outer = fieldsOf(first.record);
    const tbs = fieldsOf(outer.get(2) as Uint8Array<ArrayBuffer>);
    const lower = encode(
      new Map<number, Value>([...outer, [2, encode(new Map<number, Value>([...tbs, [2, 0]]))]]),
    );
    const lie = [{ ...first, record: lower }];
    expect(await trouble(() => world.checkEpochs(boris, undefined, lie))).toBe("forged-epoch");
    const elsewhere = new World([anna, boris]);
    await elsewhere.epoch(anna, [row(anna, "owner"), row(boris)]);
    const foreign = await elsewhere.listedEpochs(boris);
    expect(await trouble(() => world.checkEpochs(boris, undefined, foreign))).toBe("forged-epoch");
  });

  it("give no key to a removed member with their whole state", async () => {
    const next = await world.epoch(anna, [row(anna, "owner")]);
    const [old] = world.epochs;
    if (old === undefined) throw new Error("no epoch");
    const record = await readRecord(next.record.raw);
    expect(await refusal(() => checkedKey(record, old.key))).toBe("commitment");
    const epochs = await world.checkEpochs(boris);
    expect(epochs.newest.key).toBeUndefined();
  });
});

/** The map inside a signed object, to forge with. */
function fieldsOf(raw: Uint8Array<ArrayBuffer>): Map<number, Value> {
  const found = decode(raw, 1_000_000);
  if (!isMap(found)) throw new Error("not a map");
  return new Map(found);
}

describe("people", () => {
  it("are pinned when first seen, and pass with successors", async () => {
    const pins = new Map<string, Pin>();
    await peopleOf(anna, [anna, boris], pins).trust([anna.id, boris.id], NOW);
    expect(pins.get(boris.id)?.state).toBe("unverified");
    expect(pins.has(anna.id)).toBe(false);
    const next = await renewed(boris);
    const people = peopleOf(anna, [anna, next], pins);
    await people.trust([next.id], NOW);
    expect(pins.get(boris.id)?.fingerprint).toEqual(next.identity.publicKeys.fingerprint);
    const { fingerprint } = boris.identity.publicKeys;
    expect(people.succeeds(boris.id, fingerprint, next.identity.publicKeys.fingerprint)).toBe(true);
    expect(people.keys(boris.id, fingerprint)?.fingerprint).toEqual(fingerprint);
  });

  it("with keys that do not follow are changed until the reader accepts them", async () => {
    const pins = new Map<string, Pin>();
    await peopleOf(anna, [anna, boris], pins).trust([boris.id], NOW);
    const reset = await renewed(boris, true);
    const foreign = { ...(await actor()), id: boris.id };
    for (const next of [reset, foreign]) {
      const people = peopleOf(anna, [anna, next], pins);
      expect(await trouble(() => people.trust([boris.id], NOW))).toBe("changed-keys");
      expect(people.state(boris.id)).toBe("changed");
    }
    const people = peopleOf(anna, [anna, boris], pins);
    expect(await trouble(() => people.trust([boris.id], NOW))).toBe("changed-keys");
    await people.accept(boris.id, NOW);
    await people.trust([boris.id], NOW);
    expect(people.state(boris.id)).toBe("unverified");
  });

  it("with other keys in this person's own name are an alarm", async () => {
    const forged = await renewed(anna, true);
    const people = peopleOf(anna, [forged, boris], new Map());
    expect(await trouble(() => people.trust([boris.id], NOW))).toBe("own-keys");
  });
});
