import { beforeAll, describe, expect, it } from "vitest";

import { type EpochTbs } from "../../src/wire/epoch";
import { makeEpoch, type NewEpoch } from "../../src/wire/epochMaking";
import { checkFirst, checkSuccession, type IsSuccessor } from "../../src/wire/epochRules";
import { OPEN_POLICY, type Policy, type RosterRow, sortRoster } from "../../src/wire/roster";
import { type Head, START } from "../../src/wire/transcript";
import { CHECKPOINT, newUuid, NOW, type Person, person, refusal, row } from "../people";

const HOUR = 3_600_000;
let anna: Person;
let boris: Person;
let guest: Person;
let observer: Person;
let mallory: Person;
/** Anna owns; Boris is a member; a guest who expires an hour after NOW; an observer. */
let full: NewEpoch;

async function epochOf(
  rows: readonly RosterRow[],
  people: readonly Person[],
  policy: Policy = OPEN_POLICY,
  before?: NewEpoch,
  start: Head = START,
): Promise<NewEpoch> {
  return makeEpoch({
    thread: before?.record.tbs.thread ?? newUuid(),
    before: before?.record,
    author: anna.id,
    identity: anna.identity,
    roster: rows,
    keys: new Map(people.map((one) => [one.id, one.identity.publicKeys])),
    policy,
    about: { title: "A title", pins: [] },
    start,
    checkpoint: CHECKPOINT,
    madeAt: NOW,
  });
}

/** The tbs of a refresh by `author`, with some fields changed; signatures play no part here. */
function following(before: NewEpoch, author: Person, changes: Partial<EpochTbs> = {}): EpochTbs {
  return {
    ...before.record.tbs,
    number: before.record.tbs.number + 1,
    previous: before.record.hash,
    author: author.id,
    authorFingerprint: author.identity.publicKeys.fingerprint,
    ...changes,
  };
}

const nobody: IsSuccessor = () => false;

function check(tbs: EpochTbs, before = full, isSuccessor = nobody): void {
  checkSuccession(tbs, before.record.tbs, before.record.hash, isSuccessor);
}

async function refused(tbs: EpochTbs, before = full, isSuccessor = nobody): Promise<void> {
  expect(await refusal(() => { check(tbs, before, isSuccessor); })).toBe("chain");
}

function withRow(before: NewEpoch, added: RosterRow): readonly RosterRow[] {
  const rest = before.record.tbs.roster.filter((one) => one.member !== added.member);
  return sortRoster([...rest, added]);
}

function without(before: NewEpoch, member: Person): readonly RosterRow[] {
  return before.record.tbs.roster.filter((one) => one.member !== member.id);
}

beforeAll(async () => {
  [anna, boris, guest, observer, mallory] = await Promise.all([
    person(),
    person(),
    person(),
    person(),
    person(),
  ]);
  full = await epochOf(
    [row(anna, "owner"), row(boris), row(guest, "guest", NOW + HOUR), row(observer, "observer")],
    [anna, boris, guest, observer],
  );
});

describe("the first epoch", () => {
  it("is by an owner of its own roster", async () => {
    checkFirst(full.record.tbs);
    const { fingerprint } = boris.identity.publicKeys;
    for (const changes of [
      { author: boris.id, authorFingerprint: fingerprint },
      { author: newUuid() },
      { authorFingerprint: fingerprint },
      { number: 2 },
    ]) {
      expect(await refusal(() => { checkFirst({ ...full.record.tbs, ...changes }); })).toBe("chain");
    }
  });
});

describe("an owner", () => {
  it("adds, removes and changes the policy", () => {
    check(following(full, anna, { roster: withRow(full, row(mallory, "owner")) }));
    check(following(full, anna, { roster: without(full, boris) }));
    check(following(full, anna, { policy: { ...OPEN_POLICY, retention: 60 } }));
  });
});

describe("any other poster", () => {
  it("refreshes the same roster", () => {
    check(following(full, boris));
    check(following(full, guest));
  });

  it("removes an expired guest, and nobody else", async () => {
    const madeAt = NOW + HOUR;
    check(following(full, boris, { roster: without(full, guest), madeAt }));
    await refused(following(full, boris, { roster: without(full, guest) }));
    await refused(following(full, boris, { roster: without(full, observer), madeAt }));
  });

  it("replaces their own keys by the logged successor", async () => {
    const renewed = await person(boris.id);
    const tbs = following(full, renewed, { roster: withRow(full, row(renewed)) });
    check(tbs, full, (member) => member === boris.id);
    await refused(tbs);
    await refused(following(full, renewed), full, () => true);
  });

  it("adds nobody, unless the policy lets members, and then no owner", async () => {
    await refused(following(full, boris, { roster: withRow(full, row(mallory)) }));
    const policy: Policy = { ...OPEN_POLICY, mayAdd: "owners and members" };
    const rows = [row(anna, "owner"), row(boris), row(guest, "guest")];
    const open = await epochOf(rows, [anna, boris, guest], policy);
    check(following(open, boris, { roster: withRow(open, row(mallory)) }), open);
    await refused(following(open, boris, { roster: withRow(open, row(mallory, "owner")) }), open);
    await refused(following(open, guest, { roster: withRow(open, row(mallory)) }), open);
  });

  it("changes neither another's keys, nor roles, nor the policy", async () => {
    const { fingerprint } = mallory.identity.publicKeys;
    const swapped = { ...row(anna, "owner"), fingerprint };
    await refused(following(full, boris, { roster: withRow(full, swapped) }));
    await refused(following(full, boris, { roster: withRow(full, row(boris, "owner")) }));
    await refused(following(full, boris, { policy: { ...OPEN_POLICY, history: false } }));
  });
});

describe("nobody else", () => {
  it("may publish: a ghost, a stranger, an observer, an expired guest", async () => {
    await refused(following(full, mallory, { roster: withRow(full, row(mallory)) }));
    await refused(following(full, mallory));
    await refused(following(full, observer));
    await refused(following(full, guest, { madeAt: NOW + HOUR }));
  });
});

describe("the chain", () => {
  it("has no gap, fork or way back", async () => {
    const one = new Uint8Array(32).fill(1);
    await refused(following(full, anna, { number: 3 }));
    await refused(following(full, anna, { previous: one }));
    await refused(following(full, anna, { suite: 0 }));
    await refused(following(full, anna, { thread: newUuid() }));
    const started = await epochOf([row(anna, "owner")], [anna], OPEN_POLICY, full, { seq: 5, t: one });
    check(following(started, anna), started);
    await refused(following(started, anna, { start: { seq: 4, t: one } }), started);
    await refused(following(started, anna, { start: { seq: 5, t: one.map(() => 2) } }), started);
  });
});
