import { beforeAll, describe, expect, it } from "vitest";

import { toHex } from "../../src/crypto/bytes";
import { encodeTbs, readRecord, readTbs, verifyRecord } from "../../src/wire/epoch";
import { makeEpoch, type NewEpoch } from "../../src/wire/epochMaking";
import { checkFirst, checkSuccession } from "../../src/wire/epochRules";
import {
  type LeaveNotice,
  type Leaving,
  makeLeaveNotice,
  readLeaveNotice,
  verifyLeaveNotice,
} from "../../src/wire/leaving";
import { OPEN_POLICY } from "../../src/wire/roster";
import { safetyCode, safetyNumber } from "../../src/wire/safety";
import { START } from "../../src/wire/transcript";
import { CHECKPOINT, named, newUuid, NOW, type Person, person, refusal, row } from "../people";
import { h, load } from "../vectors";

let anna: Person;
let boris: Person;
let mallory: Person;
let full: NewEpoch;

async function epoch(before?: NewEpoch): Promise<NewEpoch> {
  const everyone = [anna, boris, mallory];
  return makeEpoch({
    thread: before?.record.tbs.thread ?? newUuid(),
    before: before?.record,
    author: anna.id,
    identity: anna.identity,
    roster: [row(anna, "owner"), row(boris), row(mallory)],
    keys: new Map(everyone.map((one) => [one.id, one.identity.publicKeys])),
    policy: OPEN_POLICY,
    about: { title: "A title", pins: [] },
    start: START,
    checkpoint: CHECKPOINT,
    madeAt: NOW,
  });
}

beforeAll(async () => {
  [anna, boris, mallory] = await Promise.all([person(), person(), person()]);
  full = await epoch();
});

async function notice(leaver: Person, changes: Partial<Leaving> = {}): Promise<LeaveNotice> {
  const { thread } = full.record.tbs;
  const leaving = { thread, member: leaver.id, epoch: full.record.hash, madeAt: NOW, ...changes };
  return readLeaveNotice(await makeLeaveNotice(leaving, leaver.identity));
}

/** Checks an epoch of `author` without `leaver` that quotes the notices. */
function check(
  author: Person,
  leaver: Person,
  leaves: readonly LeaveNotice[] | undefined,
  before = full,
): void {
  const tbs = {
    ...before.record.tbs,
    number: before.record.tbs.number + 1,
    previous: before.record.hash,
    author: author.id,
    authorFingerprint: author.identity.publicKeys.fingerprint,
    roster: before.record.tbs.roster.filter((one) => one.member !== leaver.id),
    ...(leaves === undefined ? {} : { leaves }),
  };
  checkSuccession(tbs, before.record.tbs, before.record.hash, () => false);
}

describe("a notice", () => {
  it("lets any poster leave out whoever gave it, and nobody else", async () => {
    check(mallory, boris, [await notice(boris)]);
    expect(await refusal(() => { check(mallory, boris, undefined); })).toBe("chain");
    expect(await refusal(async () => { check(mallory, boris, [await notice(mallory)]); })).toBe("chain");
  });

  it("is good for its member, thread and epoch only, and once", async () => {
    const good = await notice(boris);
    const later = await epoch(full);
    const cases: [readonly LeaveNotice[], NewEpoch][] = [
      [[good], later],
      [[await notice(boris, { thread: newUuid() })], full],
      [[await notice(mallory, { member: boris.id })], full],
      [[good, good], full],
      [[good, await notice(await person())], full],
    ];
    for (const [leaves, before] of cases) {
      expect(await refusal(() => { check(anna, boris, leaves, before); })).toBe("chain");
    }
    const first = { ...full.record.tbs, leaves: [good] };
    expect(await refusal(() => { checkFirst(first); })).toBe("chain");
  });

  it("is signed by both kinds of keys that it names", async () => {
    const good = await notice(boris);
    await verifyLeaveNotice(good, boris.identity.publicKeys);
    const mldsa = new Uint8Array(good.signatures.mldsa);
    mldsa[0] = (mldsa[0] ?? 0) ^ 1;
    const spoilt = { ...good, signatures: { ...good.signatures, mldsa } };
    for (const [bad, keys] of [
      [good, mallory.identity.publicKeys],
      [spoilt, boris.identity.publicKeys],
    ] as const) {
      expect(await refusal(() => verifyLeaveNotice(bad, keys))).toBe("signature");
    }
  });

  it("stands in a record at most eight times", async () => {
    const good = await notice(boris);
    const many = (count: number) =>
      encodeTbs({ ...full.record.tbs, leaves: Array<LeaveNotice>(count).fill(good) });
    expect(readTbs(many(8)).leaves).toHaveLength(8);
    expect(await refusal(() => many(9))).toBe("malformed");
  });
});

describe("what Python wrote", () => {
  it("reads as somebody leaving, left out by another member", async () => {
    const v = load("leaving");
    const given = readLeaveNotice(h(v.notice));
    expect([given.thread, given.member, given.madeAt]).toEqual([v.thread, v.member, v.made_at]);
    await verifyLeaveNotice(given, (await named("boris")).identity.publicKeys);
    const [one, two] = [await readRecord(h(v.records[0])), await readRecord(h(v.records[1]))];
    expect([one, two].map((record) => toHex(record.hash))).toEqual(v.hashes);
    await verifyRecord(two, (await named("chidi")).identity.publicKeys);
    expect(two.tbs.leaves?.map((each) => toHex(each.raw))).toEqual([v.notice]);
    checkSuccession(two.tbs, one.tbs, one.hash, () => false);
  });

  it("has the same safety numbers from both sides", async () => {
    for (const { sides, number, code } of load("safety")) {
      const [one, other] = [side(sides[0]), side(sides[1])];
      expect(await safetyNumber(one, other)).toBe(number);
      expect(await safetyNumber(other, one)).toBe(number);
      expect(safetyCode(other, one)).toBe(code);
      const fingerprint = new Uint8Array(other.fingerprint);
      fingerprint[0] = (fingerprint[0] ?? 0) ^ 1;
      expect(await safetyNumber(one, { ...other, fingerprint })).not.toBe(number);
    }
  });

  it("has no safety number of one person, or of half a fingerprint", async () => {
    const [first] = load("safety");
    if (first === undefined) throw new Error("no vectors");
    const [one, other] = [side(first.sides[0]), side(first.sides[1])];
    expect(await refusal(() => safetyNumber(one, one))).toBe("malformed");
    const half = { ...other, fingerprint: other.fingerprint.slice(0, 16) };
    expect(await refusal(() => safetyNumber(one, half))).toBe("malformed");
  });
});

function side([user, fingerprint]: [string, string]): { user: string; fingerprint: Uint8Array<ArrayBuffer> } {
  return { user, fingerprint: h(fingerprint) };
}
