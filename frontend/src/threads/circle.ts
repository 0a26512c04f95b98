/**
 * Who is in an open conversation, under which keys: the checked chain of its epochs, and everybody's keys out
 * of the public log.
 */

import { toHex } from "../crypto/bytes";
import { type Holder, type Member } from "../keys";
import { readEnvelope } from "../wire/envelope";
import { OPEN_POLICY, type Policy, type RosterRow } from "../wire/roster";
import { Epochs, type OpenEpoch } from "./epochs";
import { checkInvitation, labels, Roll } from "./guests/roll";
import { People } from "./people";
import { type ListedEnvelope, type Server } from "./server";
import { type PinsBefore } from "./talk";
import { logged, noticed, Trouble } from "./trouble";

/** Milliseconds; a browser's timer holds no more. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds within which the tab that made new keys has every other one load anew. */
const OTHER_TAB = 3_000;

export class Circle {
  title = "";
  people: People;
  /** What the newest epoch's record has pinned, and where it begins. */
  pinsBefore: PinsBefore = { seq: 0, pins: [] };
  private checked: Epochs | undefined;
  private roll = Roll.of([]);
  /** What the links of guests are called. */
  private labels: ReadonlyMap<string, string> = new Map();
  private expiryTimer: number | undefined;

  /** `onExpiry` hears when the first guest's time is up. */
  constructor(
    private readonly thread: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
    private readonly onExpiry: () => void,
  ) {
    this.people = new People(unlocked, []);
  }

  /** The checked chain of epochs; undefined until it is loaded. */
  get chain(): Epochs | undefined {
    return this.checked;
  }

  /** The same, where it must have been loaded. */
  get epochs(): Epochs {
    if (this.checked === undefined) throw new Error("the conversation is not loaded");
    return this.checked;
  }

  get newest(): OpenEpoch | undefined {
    return this.checked?.newest;
  }

  get policy(): Policy {
    return this.newest?.record.tbs.policy ?? OPEN_POLICY;
  }

  get roster(): readonly RosterRow[] {
    return this.newest?.record.tbs.roster ?? [];
  }

  /** A person's name; a guest's is what their link is called. */
  name(user: string): string {
    return this.labels.get(user) ?? this.people.name(user);
  }

  /** Whether they came by a link, and have no account. */
  isGuest(user: string): boolean {
    return this.roll.guests.has(user);
  }

  /** As if it had never been loaded. */
  forget(): void {
    this.checked = undefined;
  }

  /** Loads and checks all of it. Raises Trouble. */
  async load(): Promise<void> {
    const listed = await noticed("forged-epoch", this.server.epochs(this.thread));
    const roll = await noticed("forged-epoch", Roll.read(listed));
    this.people = await this.freshPeople(roll);
    const known = this.unlocked.headOf(this.thread);
    const epochs = await Epochs.check(this.thread, listed, this.people, this.unlocked, known);
    checkInvitation(epochs, this.unlocked.userId, this.unlocked.invitedBy);
    const log = await logged(this.unlocked.log());
    await logged(log.agree(epochs.all.map(({ record }) => record.tbs.checkpoint)));
    this.checked = epochs;
    this.roll = roll;
    if (roll.guests.size > 0) {
      // Without them the guests only lack the names of their links.
      const guests = await this.server.guests(this.thread).catch(() => []);
      this.labels = await labels(this.thread, guests, epochs);
    }
    this.watchExpiry();
    const about = await epochs.about();
    this.title = about.title;
    this.pinsBefore = { seq: epochs.newest.record.tbs.start.seq, pins: about.pins.map(toHex) };
    await this.trust();
  }

  /** Loads newer epochs; whether there were any. Raises Trouble. */
  async loadNewer(): Promise<boolean> {
    const { number } = this.epochs.newest.record.tbs;
    const listed = await noticed("forged-epoch", this.server.epochs(this.thread, number));
    if (listed.length === 0) return false;
    await this.load();
    return true;
  }

  /** Whether keys of earlier epochs are there for this person that were not when it was loaded. Raises Trouble. */
  async wasGivenMore(): Promise<boolean> {
    if (this.epochs.all.every(({ key }) => key !== undefined)) return false;
    const listed = await noticed("forged-epoch", this.server.epochs(this.thread));
    return noticed("forged-epoch", this.epochs.gainFrom(listed, this.unlocked));
  }

  /** Everybody's keys, which may be others by now. Raises Trouble. */
  async loadPeople(): Promise<void> {
    this.people = await this.freshPeople(this.roll);
  }

  /** Everybody's newest keys are proven to be in the log; here they must follow those that were seen before. */
  async trust(): Promise<void> {
    const members = this.roster.map((row) => row.member);
    try {
      await this.people.trust(members, Date.now());
    } catch (error) {
      // Made in another tab a moment ago, which has this page load anew: nothing is done here meanwhile.
      if (error instanceof Trouble && error.kind === "own-keys") await pause(OTHER_TAB);
      throw error;
    }
  }

  /** Whether the epochs of all these are here. What can't be read is found out where it is checked. */
  async knows(items: readonly ListedEnvelope[]): Promise<boolean> {
    for (const { raw } of items) {
      if (raw.length === 0) continue;
      const envelope = await readEnvelope(raw).catch(() => undefined);
      if (envelope !== undefined && this.epochs.find(envelope.header.epoch) === undefined) return false;
    }
    return true;
  }

  private async freshPeople(roll: Roll): Promise<People> {
    return new People(this.unlocked, await noticed("forged-epoch", this.members(roll)));
  }

  /** Whoever must be in the log is, and guests have no more keys than a guest may. */
  private async members(roll: Roll): Promise<readonly Member[]> {
    let guests: readonly Member[] = [];
    const log = await logged(this.unlocked.log());
    const members = await logged(
      log.members(async () => {
        const everyone = await this.server.people(this.thread);
        guests = roll.unlogged(everyone);
        return roll.logged(everyone);
      }),
    );
    return [...members, ...guests];
  }

  /** A new key as soon as the first guest's time is up, without waiting for the next message. */
  private watchExpiry(): void {
    window.clearTimeout(this.expiryTimer);
    const ends = this.roster.filter((row) => row.role === "guest").map((row) => row.expires);
    const next = Math.min(...ends.filter((end) => end > Date.now())) - Date.now();
    if (next < LONGEST_TIMER) this.expiryTimer = window.setTimeout(this.onExpiry, next + 1_000);
  }
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, millis));
}
