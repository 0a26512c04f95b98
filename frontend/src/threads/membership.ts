/** Changing who is in a thread, and its rules. What an epoch may do is in wire/epochRules. */

import { type Bytes, equal } from "../crypto/bytes";
import { type PublicKeys } from "../crypto/identity";
import { fetchMembers, type Holder } from "../keys";
import { type EpochRecord } from "../wire/epoch";
import { wrapHistory } from "../wire/epochMaking";
import { sealName } from "../wire/guest";
import { encodeGrant } from "../wire/history";
import { makeLeaveNotice } from "../wire/leaving";
import { findRow, type Policy, type Role, type RosterRow } from "../wire/roster";
import { type Epochs } from "./epochs";
import { People } from "./people";
import { type Reshape, type Rotated, type Rotation } from "./rotation";
import { type Server } from "./server";
import { logged, Trouble } from "./trouble";

const GRANT = 500;

/** What this person may do in the thread as it is now. */
export interface Powers {
  readonly owner: boolean;
  readonly add: boolean;
  /** Leaving needs another owner if this person is one. */
  readonly leave: boolean;
}

export function powers(roster: readonly RosterRow[], policy: Policy, me: string): Powers {
  const own = findRow(roster, me);
  const owner = own?.role === "owner";
  const member = own?.role === "member" && policy.mayAdd === "owners and members";
  return {
    owner,
    add: owner || member,
    leave: own !== undefined && (!owner || owners(roster).length > 1),
  };
}

export function owners(roster: readonly RosterRow[]): readonly RosterRow[] {
  return roster.filter((row) => row.role === "owner");
}

export function withMembers(
  added: ReadonlyMap<string, PublicKeys>,
  role: Exclude<Role, "guest">,
): Reshape {
  return (now) => {
    const rows = [...added]
      .filter(([member]) => findRow(now.roster, member) === undefined)
      .map(([member, { fingerprint }]) => ({ member, fingerprint, role, expires: 0 }));
    if (rows.length === 0) return undefined;
    return { ...now, roster: [...now.roster, ...rows], newcomers: added };
  };
}

/** A link that this browser has made; its secret is not part of it. */
export interface MadeLink {
  readonly guest: string;
  readonly keys: PublicKeys;
  /** The first identity entry. */
  readonly entry: Bytes;
  /** Milliseconds. */
  readonly expiresAt: number;
  readonly withCode: boolean;
  /** What the link is called. */
  readonly label: string;
}

export function withGuest({ guest, keys, expiresAt }: MadeLink): Reshape {
  return (now) => {
    if (findRow(now.roster, guest) !== undefined) return undefined;
    const { fingerprint } = keys;
    const row: RosterRow = { member: guest, fingerprint, role: "guest", expires: expiresAt };
    return { ...now, roster: [...now.roster, row], newcomers: new Map([[guest, keys]]) };
  };
}

export function withoutMember(member: string): Reshape {
  return (now) =>
    findRow(now.roster, member) === undefined
      ? undefined
      : { ...now, roster: now.roster.filter((row) => row.member !== member) };
}

export function withRole(member: string, role: Exclude<Role, "guest">): Reshape {
  return (now) => {
    const row = findRow(now.roster, member);
    if (row === undefined || row.role === role || row.role === "guest") return undefined;
    const roster = now.roster.map((one) => (one.member === member ? { ...one, role } : one));
    return { ...now, roster };
  };
}

export function withTitle(title: string): Reshape {
  return (now) => (now.about.title === title ? undefined : { ...now, about: { ...now.about, title } });
}

export function withPolicy(changes: Partial<Policy>): Reshape {
  return (now) => ({ ...now, policy: { ...now.policy, ...changes } });
}

/** A conversation as membership changes it: one act after the other, and never after trouble. */
export interface Changed {
  readonly id: string;
  act(work: (rotated: Rotated, rotation: Rotation) => Promise<void>): Promise<void>;
}

export class Membership {
  constructor(
    private readonly changed: Changed,
    private readonly server: Server,
    private readonly unlocked: Holder,
  ) {}

  reshape(reshape: Reshape): Promise<void> {
    return this.changed.act((rotated, rotation) => rotation.publish(rotated, reshape));
  }

  /** Adds members of the workspace, who may read from now on, or everything that this person can read. */
  add(users: readonly string[], role: Exclude<Role, "guest">, everything: boolean): Promise<void> {
    return this.changed.act(async (rotated, rotation) => {
      const added = await this.keysOf(users);
      // Whoever left a moment ago is in the newest key still, and can come back only after it. Their notice names
      // that key, so a page that is behind would not know it.
      await rotated.catchUp();
      await rotation.renew(rotated);
      await rotation.publish(rotated, withMembers(added, role));
      if (!everything) return;
      for (const user of added.keys()) await this.grant(rotated, user);
    });
  }

  /** Lets a member read from the earliest epoch on that this person has without a gap. */
  showEverything(user: string): Promise<void> {
    return this.changed.act((rotated) => this.grant(rotated, user));
  }

  /** Ends this person's seat at once. Whoever is next makes a key without them. */
  leave(): Promise<void> {
    return this.changed.act(async (rotated) => {
      const leaving = {
        thread: this.changed.id,
        member: this.unlocked.userId,
        epoch: rotated.epochs().newest.record.hash,
        madeAt: Date.now(),
      };
      await this.server.leave(this.changed.id, await makeLeaveNotice(leaving, this.unlocked.identity));
    });
  }

  /** Everybody of the workspace with keys who is not in the thread. */
  async strangers(roster: readonly RosterRow[]): Promise<readonly { id: string; name: string }[]> {
    const everyone = await fetchMembers(this.server.workspace);
    return everyone
      .filter(({ userId }) => findRow(roster, userId) === undefined)
      .map(({ userId, name }) => ({ id: userId, name }));
  }

  /**
   * Lets a guest in under the keys that their new link makes; `made` is registered first, so that the
   * server knows whom the epoch names. Gives the hash of the epoch that has them.
   */
  async addGuest(made: MadeLink, everything: boolean): Promise<Bytes> {
    let brought: Bytes | undefined;
    await this.changed.act(async (rotated, rotation) => {
      const { newest } = rotated.epochs();
      if (newest.key === undefined) throw new Trouble("forged-epoch", "no key of the newest epoch");
      const labelEpoch = newest.record.tbs.number;
      await this.server.makeGuest(this.changed.id, {
        entry: made.entry,
        expiresAt: made.expiresAt,
        withCode: made.withCode,
        labelEpoch,
        label: await sealName(newest.key, { thread: this.changed.id, guest: made.guest, number: labelEpoch }, made.label),
      });
      await rotation.publish(rotated, withGuest(made));
      brought = rotated.epochs().newest.record.hash;
      if (everything) await this.grant(rotated, made.guest);
    });
    if (brought === undefined) throw new Trouble("forged-epoch", "no epoch with the guest");
    return brought;
  }

  private async keysOf(users: readonly string[]): Promise<ReadonlyMap<string, PublicKeys>> {
    const log = await logged(this.unlocked.log());
    const members = await logged(log.members(() => fetchMembers(this.server.workspace, users)));
    const people = new People(this.unlocked, members);
    await people.trust(users, Date.now());
    return new Map(
      users.map((user) => {
        const keys = people.newest(user)?.keys;
        if (keys === undefined) throw new Trouble("forged-epoch", `no keys of ${user}`, user);
        return [user, keys] as const;
      }),
    );
  }

  private async grant(rotated: Rotated, user: string): Promise<void> {
    const [epochs, people] = [rotated.epochs(), rotated.people()];
    const row = findRow(epochs.newest.record.tbs.roster, user);
    const keys = people.newest(user)?.keys;
    if (row === undefined || keys === undefined || !equal(keys.fingerprint, row.fingerprint)) return;
    // The newest first: each grant must meet what the member can read already.
    const wanted = [...readable(epochs)].reverse();
    for (let at = 0; at < wanted.length; at += GRANT) {
      const wraps = new Map<number, Bytes>();
      for (const { record, key } of wanted.slice(at, at + GRANT)) {
        wraps.set(record.tbs.number, await wrapHistory(record, key, keys));
      }
      const grant = { thread: this.changed.id, member: user, fingerprint: keys.fingerprint, wraps };
      await this.server.grantHistory(this.changed.id, encodeGrant(grant));
    }
  }
}

/** The epochs before the newest whose keys this person has, back to the first gap; oldest first. */
function readable(epochs: Epochs): readonly { record: EpochRecord; key: Bytes }[] {
  const found: { record: EpochRecord; key: Bytes }[] = [];
  for (const { record, key } of [...epochs.all].reverse().slice(1)) {
    if (key === undefined) break;
    found.unshift({ record, key });
  }
  return found;
}
