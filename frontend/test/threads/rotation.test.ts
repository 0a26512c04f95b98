/** When a thread needs a new key, who makes it, and how the loser of a race goes on. */

import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Bytes } from "../../src/crypto/bytes";
import { ServerError, type Unlocked } from "../../src/keys";
import { chronicle } from "../../src/threads/chronicle";
import { Membership, powers, withMembers, withoutMember, withPolicy, withRole, withTitle } from "../../src/threads/membership";
import { allowed, due, refreshDue, type Rotated, Rotation, sameRows } from "../../src/threads/rotation";
import { type Server } from "../../src/threads/server";
import { type Epochs } from "../../src/threads/epochs";
import { readUpload } from "../../src/wire/epoch";
import { makeLeaveNotice, readLeaveNotice } from "../../src/wire/leaving";
import { OPEN_POLICY, type RosterRow } from "../../src/wire/roster";
import { START } from "../../src/wire/transcript";
import { type Pin } from "../../src/wire/vaultContents";
import { Locks } from "../locks";
import { CHECKPOINT, NOW } from "../people";
import { type Actor, actor, peopleOf, renewed, row, trouble, World } from "./world";

const WEEK = 7 * 24 * 3_600_000;
let anna: Actor;
let boris: Actor;
let chidi: Actor;
let world: World;

beforeAll(async () => {
  [anna, boris, chidi] = await Promise.all([actor(), actor(), actor()]);
});

beforeEach(async () => {
  vi.stubGlobal("navigator", { locks: new Locks() });
  world = new World([anna, boris, chidi]);
  await world.epoch(anna, [row(anna, "owner"), row(boris), row(chidi)]);
});

/** A server that takes epochs as the real one would, and says "overtaken" to all but the next. */
class Publishing {
  readonly notices: Bytes[] = [];
  /** Who is no member of the workspace any more. */
  readonly out: string[] = [];
  /** What somebody else does just before the next epoch arrives. */
  meanwhile: (() => Promise<void>) | undefined;

  readonly server = {
    publish: async (_thread: string, { upload }: { upload: Bytes }) => {
      const other = this.meanwhile;
      this.meanwhile = undefined;
      await other?.();
      const { record } = await readUpload(upload);
      const newest = world.epochs.at(-1);
      if (record.tbs.number !== (newest?.record.tbs.number ?? 0) + 1) {
        throw new ServerError(409, "", "overtaken");
      }
      world.epochs.push({ upload, record, key: new Uint8Array() });
      this.notices.length = 0;
      this.out.length = 0;
    },
    putOut: () => Promise.resolve([...this.out]),
    leaves: () => Promise.resolve(this.notices.map((raw) => readLeaveNotice(raw))),
  } as unknown as Server;
}

async function rotated(me: Actor): Promise<Rotated> {
  let epochs: Epochs = await world.checkEpochs(me);
  return {
    epochs: () => epochs,
    people: () => peopleOf(me, world.actors, new Map<string, Pin>()),
    head: () => world.head,
    pins: () => Promise.resolve([]),
    catchUp: async () => {
      epochs = await world.checkEpochs(me);
    },
  };
}

function rotation(me: Actor, publishing: Publishing): Rotation {
  const log = () => Promise.resolve({ note: CHECKPOINT });
  const unlocked = { userId: me.id, identity: me.identity, log } as unknown as Unlocked;
  return new Rotation(world.thread, publishing.server, unlocked);
}

function newestRoster(): readonly string[] {
  return (world.epochs.at(-1)?.record.tbs.roster ?? []).map((one) => one.member);
}

async function notice(leaver: Actor): Promise<Bytes> {
  const epoch = world.epochs.at(-1)?.record.hash ?? new Uint8Array(32);
  const leaving = { thread: world.thread, member: leaver.id, epoch, madeAt: NOW };
  return makeLeaveNotice(leaving, leaver.identity);
}

describe("what is due", () => {
  const fingerprint = new Uint8Array(32);
  const rows: readonly RosterRow[] = [
    { member: "a", fingerprint, role: "owner", expires: 0 },
    { member: "b", fingerprint, role: "member", expires: 0 },
    { member: "g", fingerprint, role: "guest", expires: NOW },
  ];
  const nobody = new Set<string>();
  const same = (): Bytes => fingerprint;

  it("is nothing while everybody is there under their own keys", () => {
    expect(due({ roster: rows }, nobody, same, NOW - 1).must).toBe(false);
  });

  it("is a roster without leavers and guests whose time is up", () => {
    expect(due({ roster: rows }, new Set(["b"]), same, NOW - 1).roster).toHaveLength(2);
    expect(due({ roster: rows }, nobody, same, NOW).roster.map((one) => one.member)).toEqual(["a", "b"]);
    expect(due({ roster: rows }, nobody, same, NOW).must).toBe(true);
  });

  it("is a roster under the newest keys, of which only an owner may replace others'", () => {
    const next = new Uint8Array(32).fill(1);
    const wanted = due({ roster: rows }, nobody, (user) => (user === "g" ? fingerprint : next), 0);
    expect(wanted.must).toBe(true);
    expect(allowed(rows, wanted.roster, "a")).toBe(wanted.roster);
    const own = allowed(rows, wanted.roster, "b");
    expect(own.map((one) => one.fingerprint)).toEqual([fingerprint, next, fingerprint]);
    expect(sameRows(own, rows)).toBe(false);
  });

  it("is a refresh after a week of use or 5,000 messages, and not for an idle thread", () => {
    const tbs = { start: { seq: 10, t: new Uint8Array(32) }, madeAt: NOW };
    const at = (seq: number, later: number): boolean =>
      refreshDue(tbs, { seq, t: START.t }, NOW + later);
    expect(at(11, WEEK - 1)).toBe(false);
    expect(at(11, WEEK)).toBe(true);
    expect(at(10, 10 * WEEK)).toBe(false);
    expect(at(5_009, 0)).toBe(false);
    expect(at(5_010, 0)).toBe(true);
  });
});

describe("a rotation", () => {
  it("leaves out whoever left, by any poster, and quotes their notice", async () => {
    const publishing = new Publishing();
    publishing.notices.push(await notice(boris));
    const thread = await rotated(chidi);
    expect(await rotation(chidi, publishing).renew(thread)).toBe(false);
    expect(newestRoster()).not.toContain(boris.id);
    expect(thread.epochs().newest.record.tbs.leaves).toHaveLength(1);
    const told = (await chronicle(thread.epochs())).at(-1);
    expect(told).toMatchObject({ kind: "left", member: boris.id, author: chidi.id });
  });

  it("leaves out whoever is no member of the workspace any more, by an owner's browser only", async () => {
    const publishing = new Publishing();
    publishing.out.push(boris.id);
    const members = rotation(chidi, publishing);
    expect(await members.renew(await rotated(chidi))).toBe(true);
    expect(members.putOut).toEqual([boris.id]);
    expect(world.epochs).toHaveLength(1);
    const owners = rotation(anna, publishing);
    const thread = await rotated(anna);
    expect(await owners.renew(thread)).toBe(false);
    expect(owners.putOut).toEqual([]);
    expect(newestRoster()).not.toContain(boris.id);
    expect((await chronicle(thread.epochs())).at(-1)).toMatchObject({ kind: "removed", member: boris.id });
    expect(await members.renew(await rotated(chidi))).toBe(false);
  });

  it("leaves them out of whatever else an owner changes meanwhile, and never the owner", async () => {
    const publishing = new Publishing();
    const thread = await rotated(anna);
    publishing.meanwhile = () => {
      publishing.out.push(boris.id, anna.id);
      throw new ServerError(409, "", "overtaken");
    };
    await rotation(anna, publishing).publish(thread, withRole(chidi.id, "owner"));
    expect(newestRoster().toSorted()).toEqual([anna.id, chidi.id].toSorted());
  });

  it("does not believe a notice that the leaver did not sign", async () => {
    const publishing = new Publishing();
    publishing.notices.push(await notice({ ...boris, identity: chidi.identity }));
    const thread = await rotated(chidi);
    expect(await trouble(() => rotation(chidi, publishing).renew(thread))).toBe("forged-epoch");
    const spoilt = await notice(boris);
    spoilt[spoilt.length - 1] = (spoilt.at(-1) ?? 0) ^ 1;
    publishing.notices.splice(0, 1, spoilt);
    expect(await trouble(() => rotation(chidi, publishing).renew(thread))).toBe("forged-epoch");
  });

  it("builds on whoever was faster, and does nothing that is done already", async () => {
    const publishing = new Publishing();
    const thread = await rotated(anna);
    const mine = rotation(anna, publishing);
    publishing.meanwhile = async () => {
      await world.epoch(anna, [row(anna, "owner"), row(boris), row(chidi)]);
    };
    await mine.publish(thread, withoutMember(boris.id));
    expect(newestRoster()).not.toContain(boris.id);
    expect(world.epochs).toHaveLength(3);
    publishing.meanwhile = async () => {
      await world.epoch(anna, [row(anna, "owner")]);
    };
    await mine.publish(thread, withoutMember(chidi.id));
    expect(world.epochs).toHaveLength(4);
  });

  it("is made by one tab of a browser: the others look first, and are not refused", async () => {
    const publishing = new Publishing();
    publishing.notices.push(await notice(boris));
    const asked = vi.spyOn(publishing.server, "publish");
    const waits = await Promise.all(
      [1, 2, 3].map(async () => rotation(anna, publishing).renew(await rotated(anna))),
    );
    expect(waits).toEqual([false, false, false]);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("looks at the newest before it finds nothing to do", async () => {
    const thread = await rotated(anna);
    await world.epoch(anna, [row(anna, "owner"), row(boris, "owner"), row(chidi)]);
    // This page still takes Boris for a member.
    await rotation(anna, new Publishing()).publish(thread, withRole(boris.id, "member"));
    const rows = world.epochs.at(-1)?.record.tbs.roster ?? [];
    expect(rows.find((one) => one.member === boris.id)?.role).toBe("member");
    expect(world.epochs).toHaveLength(3);
  });

  it("leaves somebody out who left while an owner did something else", async () => {
    const publishing = new Publishing();
    const thread = await rotated(anna);
    publishing.meanwhile = async () => {
      publishing.notices.push(await notice(boris));
      throw new ServerError(409, "", "overtaken");
    };
    await rotation(anna, publishing).publish(thread, withRole(chidi.id, "owner"));
    expect(newestRoster()).not.toContain(boris.id);
    expect(thread.epochs().newest.record.tbs.leaves).toHaveLength(1);
  });

  it("gives up after some races, and on any other refusal at once", async () => {
    const publishing = new Publishing();
    const thread = await rotated(anna);
    const always = (): Promise<void> => {
      publishing.meanwhile = always;
      throw new ServerError(409, "", "overtaken");
    };
    publishing.meanwhile = always;
    const act = rotation(anna, publishing).publish(thread, withTitle("Other"));
    await expect(act).rejects.toThrow(ServerError);
    publishing.meanwhile = () => {
      throw new ServerError(422, "no");
    };
    const again = rotation(anna, publishing).publish(thread, withTitle("Other"));
    await expect(again).rejects.toThrow("no");
  });

  it("waits for an owner when a reset is somebody else's, and is done by the owner", async () => {
    const next = await renewed(boris, true);
    world = Object.assign(new World([anna, next, chidi]), { thread: world.thread, epochs: world.epochs });
    const publishing = new Publishing();
    expect(await rotation(chidi, publishing).renew(await rotated(chidi))).toBe(true);
    const thread = await rotated(anna);
    expect(await rotation(anna, publishing).renew(thread)).toBe(false);
    expect((await chronicle(thread.epochs())).at(-1)).toMatchObject({ kind: "keys", member: boris.id });
  });
});

describe("membership", () => {
  it("brings back whoever left a moment ago, by a page that is two keys behind", async () => {
    const publishing = new Publishing();
    const thread = await rotated(anna);
    // Boris has left under a key that Anna's page has not seen: what it knows of has him in it.
    await world.epoch(anna, [row(anna, "owner"), row(boris), row(chidi)]);
    await world.epoch(anna, [row(anna, "owner"), row(boris), row(chidi)]);
    publishing.notices.push(await notice(boris));
    const mine = rotation(anna, publishing);
    const changed = {
      id: world.thread,
      act: (work: (thread: Rotated, mine: Rotation) => Promise<void>) => work(thread, mine),
    };
    const entry = boris.chain.at(-1);
    const listed = [{ userId: boris.id, name: "Boris", chain: boris.chain, entry }];
    const unlocked = {
      userId: anna.id,
      entry: anna.chain.at(-1),
      log: () => Promise.resolve({ members: () => Promise.resolve(listed) }),
      pinOf: () => undefined,
      setPins: () => Promise.resolve(),
    } as unknown as Unlocked;
    await new Membership(changed, publishing.server, unlocked).add([boris.id], "observer", false);
    const [without, back] = world.epochs.slice(-2).map(({ record }) => record.tbs);
    expect(world.epochs).toHaveLength(5);
    expect(without?.roster.map((one) => one.member)).not.toContain(boris.id);
    expect(without?.leaves).toHaveLength(1);
    expect(back?.roster.find((one) => one.member === boris.id)?.role).toBe("observer");
  });

  it("is the owners', and partly the members' where the rules say so", () => {
    const rows = [row(anna, "owner"), row(boris), row(chidi, "observer")];
    const open = { ...OPEN_POLICY, mayAdd: "owners and members" } as const;
    expect(powers(rows, OPEN_POLICY, anna.id)).toEqual({ owner: true, add: true, leave: false });
    expect(powers(rows, OPEN_POLICY, boris.id)).toEqual({ owner: false, add: false, leave: true });
    expect(powers(rows, open, boris.id).add).toBe(true);
    expect(powers(rows, open, chidi.id).add).toBe(false);
    expect(powers([row(anna, "owner"), row(boris, "owner")], OPEN_POLICY, anna.id).leave).toBe(true);
    expect(powers(rows, OPEN_POLICY, "stranger").leave).toBe(false);
  });

  it("changes one thing, and nothing when it is so already", () => {
    const shape = {
      roster: [row(anna, "owner"), row(boris)],
      policy: OPEN_POLICY,
      about: { title: "A title", pins: [] },
    };
    const keys = new Map([[chidi.id, chidi.identity.publicKeys]]);
    const added = withMembers(keys, "observer")(shape);
    expect(added?.roster.at(-1)).toEqual(row(chidi, "observer"));
    expect(added && withMembers(keys, "observer")(added)).toBeUndefined();
    expect(withoutMember(chidi.id)(shape)).toBeUndefined();
    expect(withRole(boris.id, "member")(shape)).toBeUndefined();
    expect(withRole(chidi.id, "owner")(shape)).toBeUndefined();
    expect(withRole(boris.id, "owner")(shape)?.roster.at(-1)?.role).toBe("owner");
    expect(withTitle("A title")(shape)).toBeUndefined();
    expect(withTitle("Another")(shape)?.about.title).toBe("Another");
    expect(withPolicy({ history: false })(shape)?.policy.history).toBe(false);
  });
});

describe("the chronicle", () => {
  it("tells every change by whoever made it, in order", async () => {
    const everyone = [row(anna, "owner"), row(boris), row(chidi)];
    const guest = row(boris, "guest", NOW + 1);
    await world.epoch(anna, everyone);
    await world.epoch(anna, [row(anna, "owner"), row(boris, "owner"), row(chidi)]);
    await world.epoch(boris, [row(anna, "owner"), row(boris, "owner")]);
    await world.epoch(boris, [row(anna, "owner"), row(boris, "owner")], {
      about: { title: "Other", pins: [] },
      policy: { ...OPEN_POLICY, mayAdd: "owners and members" },
    });
    await world.epoch(anna, [row(anna, "owner"), guest]);
    await world.epoch(anna, [row(anna, "owner")], { madeAt: NOW + 1 });
    const events = await chronicle(await world.checkEpochs(anna));
    expect(events.map((event) => [event.epoch, event.kind])).toEqual([
      [1, "opened"],
      [1, "added"],
      [1, "added"],
      [2, "renewed"],
      [3, "role"],
      [4, "removed"],
      [5, "rules"],
      [5, "renamed"],
      [6, "role"],
      [6, "rules"],
      [6, "renamed"],
      [7, "expired"],
    ]);
    expect(events[5]).toMatchObject({ author: boris.id, member: chidi.id, at: NOW });
  });
});
