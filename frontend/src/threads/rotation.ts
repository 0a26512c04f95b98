/**
 * When a thread needs a new key, and making it.
 *
 * At once, with sending held back until it is there: somebody is out (removed, also from the workspace, left,
 * or a guest whose time is up), or somebody's keys are others than the epoch's. Sometime, without holding anything back: after
 * seven days of use or 5,000 messages. Whoever loses the race for an epoch builds on the winner's.
 */

import { type Bytes, equal } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { type PublicKeys } from "../crypto/identity";
import { type Holder, ServerError } from "../keys";
import { type About } from "../wire/about";
import { type EpochTbs } from "../wire/epoch";
import { makeEpoch, type NewEpoch } from "../wire/epochMaking";
import { type LeaveNotice, verifyLeaveNotice } from "../wire/leaving";
import { expired, findRow, mayPost, type Policy, type RosterRow } from "../wire/roster";
import { type Head } from "../wire/transcript";
import { type Epochs } from "./epochs";
import { type People } from "./people";
import { type Server } from "./server";
import { logged, noticed, Trouble } from "./trouble";

const WEEK = 7 * 24 * 3_600_000;
const MESSAGES = 5_000;
const TRIES = 8;

/** What an epoch says of its thread. */
export interface Shape {
  readonly roster: readonly RosterRow[];
  readonly policy: Policy;
  readonly about: About;
  /** Checked keys of people who were never in the thread. */
  readonly newcomers?: ReadonlyMap<string, PublicKeys>;
}

/** The next shape; undefined when there is nothing to change any more. Called again on a newer one. */
export type Reshape = (now: Shape) => Shape | undefined;

/** The conversation that is rotated, as it is now: others after `catchUp`. */
export interface Rotated {
  epochs(): Epochs;
  people(): People;
  head(): Head;
  /** Everything that is pinned now, for the next epoch's record. */
  pins(): Promise<readonly Bytes[]>;
  /** Fetches and checks newer epochs and messages. */
  catchUp(): Promise<void>;
}

/** What an epoch asks for now. */
export interface Due {
  /** As the next roster should be. */
  readonly roster: readonly RosterRow[];
  /** Nothing may be sent until it is. */
  readonly must: boolean;
}

/** The roster without those who are out, under everybody's newest keys. */
export function due(
  tbs: Pick<EpochTbs, "roster">,
  leavers: ReadonlySet<string>,
  newest: (member: string) => Bytes | undefined,
  now: number,
): Due {
  const roster = tbs.roster
    .filter((row) => !leavers.has(row.member) && !(row.role === "guest" && expired(row, now)))
    .map((row) => ({ ...row, fingerprint: newest(row.member) ?? row.fingerprint }));
  return { roster, must: !sameRows(roster, tbs.roster) };
}

/** What of `wanted` this author may publish: an owner all of it, others nobody's keys but their own. */
export function allowed(
  before: readonly RosterRow[],
  wanted: readonly RosterRow[],
  author: string,
): readonly RosterRow[] {
  if (findRow(before, author)?.role === "owner") return wanted;
  return wanted.map((row) =>
    row.member === author ? row : (findRow(before, row.member) ?? row),
  );
}

/** Whether the key has served long enough. Receipts have no seq, so they don't count. */
export function refreshDue(tbs: Pick<EpochTbs, "start" | "madeAt">, head: Head, now: number): boolean {
  const messages = head.seq - tbs.start.seq;
  return messages >= MESSAGES || (messages > 0 && now - tbs.madeAt >= WEEK);
}

export function sameRows(left: readonly RosterRow[], right: readonly RosterRow[]): boolean {
  return (
    left.length === right.length &&
    left.every((row) => {
      const other = findRow(right, row.member);
      return (
        other?.role === row.role &&
        other.expires === row.expires &&
        equal(other.fingerprint, row.fingerprint)
      );
    })
  );
}

export class Rotation {
  private leaves: readonly LeaveNotice[] = [];
  /** Who is no member of the workspace any more: an owner's browser leaves them out of the next epoch. */
  putOut: readonly string[] = [];

  constructor(
    private readonly thread: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
  ) {}

  /**
   * Makes the epoch that is due at once, if this person may; what is loaded is the newest there is. Whether
   * sending still has to wait.
   */
  async renew(rotated: Rotated): Promise<boolean> {
    await this.look(rotated);
    if (!this.due(rotated).must) return false;
    // Only what is due: nothing of it is left to do once somebody else was faster.
    await this.publish(rotated, (shape) => this.mine(rotated, shape));
    return this.due(rotated).must;
  }

  /** Makes a new key after a week of use or many messages. Somebody else's is as good. */
  async refresh(rotated: Rotated): Promise<void> {
    await this.publish(rotated, (shape) => (this.refreshDue(rotated) ? shape : undefined));
  }

  refreshDue(rotated: Rotated): boolean {
    const { tbs } = rotated.epochs().newest.record;
    return this.mayPost(rotated) && refreshDue(tbs, rotated.head(), Date.now());
  }

  /** Publishes what `reshape` makes of the newest epoch. Raises ServerError, Trouble. */
  async publish(rotated: Rotated, reshape: Reshape): Promise<void> {
    const name = `entente-epoch-${this.thread}`;
    // One tab of a browser after the other: all of them find at the same moment that a new key is due.
    const isDone = await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock !== null) await this.publishNow(rotated, reshape);
      return lock !== null;
    });
    if (isDone) return;
    await navigator.locks.request(name, async () => {
      await rotated.catchUp();
      await this.look(rotated);
      await this.publishNow(rotated, reshape, true);
    });
  }

  private async publishNow(rotated: Rotated, reshape: Reshape, isFresh = false): Promise<void> {
    let isNewest = isFresh;
    for (let attempt = 1; ; attempt++) {
      const { record, key } = rotated.epochs().newest;
      if (key === undefined) throw new Trouble("forged-epoch", "no key of the newest epoch");
      const { roster, policy } = record.tbs;
      const { title } = await rotated.epochs().about();
      const shape = reshape({ roster, policy, about: { title, pins: [] } });
      if (shape === undefined) {
        if (isNewest) return;
        // Nothing to do as far as is known here: somebody else may have changed it meanwhile.
        await rotated.catchUp();
        await this.look(rotated);
        isNewest = true;
        continue;
      }
      try {
        const about = { title: shape.about.title, pins: await rotated.pins() };
        const fresh = { ...shape, about, roster: this.renewed(rotated, shape.roster) };
        await this.server.publish(this.thread, await this.make(rotated, fresh));
      } catch (error) {
        // What makes no epoch here may make one of the newest.
        const isBehind =
          error instanceof WireError ? !isNewest : error instanceof ServerError && error.code === "overtaken";
        if (!isBehind || attempt >= TRIES) throw error;
        await rotated.catchUp();
        await this.look(rotated);
        isNewest = true;
        continue;
      }
      this.leaves = [];
      this.putOut = [];
      await rotated.catchUp();
      return;
    }
  }

  private async look(rotated: Rotated): Promise<void> {
    const [leaves, putOut] = await Promise.all([
      this.leavers(rotated),
      noticed("forged-epoch", this.server.putOut(this.thread)),
    ]);
    const { roster } = rotated.epochs().newest.record.tbs;
    this.leaves = leaves;
    this.putOut = putOut.filter(
      (member) => member !== this.unlocked.userId && findRow(roster, member) !== undefined,
    );
  }

  /** Whoever has given notice and is still in the newest epoch. */
  async leavers(rotated: Rotated): Promise<readonly LeaveNotice[]> {
    const { hash, tbs } = rotated.epochs().newest.record;
    const listed = await noticed("forged-epoch", this.server.leaves(this.thread));
    const found: LeaveNotice[] = [];
    for (const notice of listed) {
      const row = findRow(tbs.roster, notice.member);
      if (row === undefined || notice.thread !== this.thread || !equal(notice.epoch, hash)) continue;
      const keys = rotated.people().keys(notice.member, notice.fingerprint);
      if (keys === undefined || !equal(row.fingerprint, notice.fingerprint)) {
        throw new Trouble("forged-epoch", `a notice of ${notice.member} by unknown keys`);
      }
      await verifyLeaveNotice(notice, keys).catch(() => {
        throw new Trouble("forged-epoch", `a notice that ${notice.member} did not sign`);
      });
      found.push(notice);
    }
    return found;
  }

  private due(rotated: Rotated): Due {
    const leavers = new Set([...this.leaves.map((notice) => notice.member), ...this.putOut]);
    const newest = (member: string): Bytes | undefined =>
      rotated.people().newest(member)?.keys.fingerprint;
    return due(rotated.epochs().newest.record.tbs, leavers, newest, Date.now());
  }

  private mine(rotated: Rotated, shape: Shape): Shape | undefined {
    if (!this.mayPost(rotated)) return undefined;
    // Nobody but an owner removes a member without their notice, and no other epoch is accepted before.
    const own = findRow(shape.roster, this.unlocked.userId);
    if (this.putOut.length > 0 && own?.role !== "owner") return undefined;
    const roster = allowed(shape.roster, this.due(rotated).roster, this.unlocked.userId);
    return sameRows(roster, shape.roster) ? undefined : { ...shape, roster };
  }

  /** The same people under their newest keys, as far as this person may: nothing new is wrapped to old ones. */
  private renewed(rotated: Rotated, roster: readonly RosterRow[]): readonly RosterRow[] {
    const before = rotated.epochs().newest.record.tbs.roster;
    const owns = findRow(before, this.unlocked.userId)?.role === "owner";
    return roster.map((row) => {
      const fingerprint = rotated.people().newest(row.member)?.keys.fingerprint;
      const mine = owns || row.member === this.unlocked.userId;
      const renews = mine && fingerprint !== undefined && findRow(before, row.member) !== undefined;
      return renews ? { ...row, fingerprint } : row;
    });
  }

  private mayPost(rotated: Rotated): boolean {
    const { record, key } = rotated.epochs().newest;
    const own = findRow(record.tbs.roster, this.unlocked.userId);
    return own !== undefined && key !== undefined && mayPost(own, Date.now());
  }

  private async make(rotated: Rotated, shape: Shape): Promise<NewEpoch> {
    const { record } = rotated.epochs().newest;
    const leaves = this.leaves.filter((notice) => equal(notice.epoch, record.hash));
    const gone = new Set([...leaves.map((notice) => notice.member), ...this.putOut]);
    const roster = shape.roster.filter((row) => !gone.has(row.member));
    const keys = new Map(
      roster.map((row) => {
        const newcomer = shape.newcomers?.get(row.member);
        const known = rotated.people().keys(row.member, row.fingerprint) ?? newcomer;
        if (known === undefined) throw new Trouble("forged-epoch", `no keys of ${row.member}`);
        return [row.member, known] as const;
      }),
    );
    return makeEpoch({
      thread: this.thread,
      before: record,
      author: this.unlocked.userId,
      identity: this.unlocked.identity,
      roster,
      keys,
      policy: shape.policy,
      about: shape.about,
      start: rotated.head(),
      madeAt: Date.now(),
      checkpoint: (await logged(this.unlocked.log())).note,
      ...(leaves.length === 0 ? {} : { leaves }),
    });
  }
}
