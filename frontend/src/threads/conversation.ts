/**
 * One open conversation: loads and checks it, follows it live, sends.
 *
 * Everything that changes its state goes through one queue, so that a message from the socket never
 * overtakes a page that is being checked. After trouble it still shows what was checked, but sends nothing.
 */

import { type Bytes, fromHex, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { clockAhead, type Holder, type Member, ServerError } from "../keys";
import { type Body, type FileBody } from "../wire/body";
import { makeEnvelope, readEnvelope } from "../wire/envelope";
import { expired, findRow, mayPost, OPEN_POLICY, type Policy, type RosterRow } from "../wire/roster";
import { after, type Head } from "../wire/transcript";
import { Aside } from "./aside";
import { Epochs } from "./epochs";
import { checkInvitation, labels, Roll } from "./guests/roll";
import { type Outbox, type Waiting } from "./outbox";
import { Passing } from "./passing";
import { People } from "./people";
import { type Rotated, Rotation } from "./rotation";
import { Sending, StoppedError } from "./sending";
import { lostOwners } from "./successor";
import { type Page, type Server } from "./server";
import { type PinsBefore, Talk } from "./talk";
import { type Message, Timeline } from "./timeline";
import { logged, Trouble, type TroubleKind } from "./trouble";

export type Stage = "loading" | "open" | "revoked";

export interface View {
  /** Something changed; read it from the conversation. */
  readonly changed: () => void;
  /** These were appended live, by others or from another tab. */
  readonly arrived: (messages: readonly Message[]) => void;
  /**
   * Destroys the file of a message, before its deletion is sent: whatever goes wrong, the deletion waits in
   * the outbox and both are tried again. Raises what is worth another try.
   */
  readonly destroyFile: (file: FileBody) => Promise<void>;
}

/** Why nothing can be written: everything else is fine. */
export type Silence = "observer" | "renewing" | "trouble" | "clock" | undefined;

/** Milliseconds; a browser's timer holds no more. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds within which the tab that made new keys has every other one load anew. */
const OTHER_TAB = 3_000;

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => window.setTimeout(resolve, millis));
}

/** Bytes from the server that no honest one would send are trouble, not a failure of this page. */
async function noticed<T>(kind: TroubleKind, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WireError) throw new Trouble(kind, error.message);
    throw error;
  }
}

/** The server may not show less than was seen before. */
function checkNotBehind(page: Page, seen: number): void {
  if (page.head.seq < seen) throw new Trouble("rollback", `${page.head.seq} of ${seen} messages`);
}

export class Conversation {
  stage: Stage = "loading";
  title = "";
  people: People;
  trouble: Trouble | undefined;
  /** What is shown, made of the checked messages. */
  talk = new Talk();
  readonly passing: Passing;
  readUpTo = 0;
  /** How far it was read when this page opened it. */
  readBefore = 0;
  offline = false;
  renewing = false;
  private epochs: Epochs | undefined;
  private roll = Roll.of([]);
  /** What the links of guests are called. */
  private labels: ReadonlyMap<string, string> = new Map();
  private expiryTimer: number | undefined;
  private pinsBefore: PinsBefore = { seq: 0, pins: [] };
  private timeline: Timeline | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private readonly sending: Sending;
  private readonly rotation: Rotation;
  private readonly rotated: Rotated = {
    epochs: () => this.needEpochs(),
    people: () => this.people,
    head: () => this.needTimeline().head,
    pins: async () => {
      await this.fetchToEpochStart();
      return this.pins.map(fromHex);
    },
    catchUp: async () => {
      await this.fetchNewer();
      await this.look();
    },
  };
  private readonly aside: Aside;

  constructor(
    readonly id: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
    outbox: Outbox,
    private readonly view: View,
  ) {
    this.people = new People(unlocked, []);
    this.rotation = new Rotation(id, server, unlocked);
    this.passing = new Passing(id);
    this.aside = new Aside(id, server, unlocked, {
      epoch: () => this.epochs?.newest,
      head: () => this.timeline?.head,
    });
    this.sending = new Sending(id, outbox, {
      mayGo: () => this.silence === undefined && this.stage === "open",
      post: (one) => this.enqueue(() => this.post(one), true),
      renew: () =>
        this.enqueue(async () => {
          await this.look();
          await this.renewKeys();
        }),
      lost: () => {
        this.lost();
      },
      arrived: () => {
        this.offline = false;
      },
      changed: view.changed,
    });
  }

  get waiting(): readonly Waiting[] {
    return this.sending.waiting;
  }

  get refused(): ReadonlyMap<string, string> {
    return this.sending.refused;
  }

  /** Who is writing now, this person aside. */
  get writers(): readonly string[] {
    return this.passing.writers(Date.now()).filter((one) => one !== this.unlocked.userId);
  }

  /** What is pinned, by hash in hex, as far as the messages since the epoch's start are here. */
  get pins(): readonly string[] {
    return this.talk.pins(this.pinsBefore);
  }

  /** A person's name; a guest's is the one that they gave, before that what their link is called. */
  name(user: string): string {
    return this.talk.introduced(user) ?? this.labels.get(user) ?? this.people.name(user);
  }

  /** Whether they came by a link, and have no account. */
  isGuest(user: string): boolean {
    return this.roll.guests.has(user);
  }

  /** Before the first message that is here: its seq less one. */
  get start(): number {
    return this.timeline?.start.seq ?? 0;
  }

  /** The checked chain of epochs; undefined until it is loaded. */
  get chain(): Epochs | undefined {
    return this.epochs;
  }

  get policy(): Policy {
    return this.epochs?.newest.record.tbs.policy ?? OPEN_POLICY;
  }

  get roster(): readonly RosterRow[] {
    return this.epochs?.newest.record.tbs.roster ?? [];
  }

  /** Who is no member of the workspace any more, while the key that shuts them out is not there. */
  get putOut(): readonly string[] {
    return this.renewing ? this.rotation.putOut : [];
  }

  /** Owners who can make no key here any more. */
  get lostOwners(): readonly string[] {
    return this.renewing ? lostOwners(this.roster, this.putOut, this.people) : [];
  }

  get hasEarlier(): boolean {
    const oldest = this.epochs?.all.find((one) => one.key !== undefined);
    return (this.timeline?.start.seq ?? 0) > (oldest?.record.tbs.start.seq ?? 0);
  }

  get silence(): Silence {
    if (this.trouble !== undefined) return "trouble";
    if (clockAhead() !== 0) return "clock";
    if (this.renewing) return "renewing";
    const own = findRow(this.roster, this.unlocked.userId);
    return own === undefined || !mayPost(own, Date.now()) ? "observer" : undefined;
  }

  /** Loads everything that the page shows first. Raises only what is no Trouble. */
  load(): Promise<void> {
    return this.enqueue(async () => {
      const seen = this.seen;
      const page = await noticed("fork", this.server.page(this.id));
      await this.loadEpochs();
      const epochs = this.needEpochs();
      this.timeline = new Timeline(this.id, epochs, this.people);
      checkNotBehind(page, seen);
      this.talk = new Talk();
      this.talk.add(await this.timeline.append(page));
      this.agreeWithVault();
      this.readUpTo = page.readUpTo;
      this.readBefore = page.readUpTo;
      this.stage = "open";
      this.offline = false;
      this.remember();
      await this.sending.load();
      // Without them the page only shows nobody as having read.
      await this.takePassing(await this.server.receipts(this.id).catch(() => []));
      await this.renewKeys();
    }).then(() => this.flush());
  }

  loadEarlier(): Promise<void> {
    return this.enqueue(async () => {
      await this.fetchEarlier();
    });
  }

  /** Loads earlier pages until `found` is true or nothing earlier can be read; whether it was found. */
  async reach(found: () => boolean): Promise<boolean> {
    while (!found()) {
      const before = this.timeline?.start.seq;
      if (!this.hasEarlier || this.trouble !== undefined || this.offline) return false;
      await this.loadEarlier();
      if (this.timeline?.start.seq === before) return false;
    }
    return true;
  }

  /** Everything since the newest epoch began, so that the pins are complete. */
  reachPins(): Promise<boolean> {
    return this.reach(() => (this.timeline?.start.seq ?? 0) <= this.pinsBefore.seq);
  }

  /** An envelope from the socket: taken if it is the next one, else everything missing is fetched. */
  receive(head: Head, raw: Bytes): Promise<void> {
    return this.enqueue(async () => {
      const here = this.timeline?.head;
      if (here === undefined || head.seq <= here.seq) return;
      if (head.seq > here.seq + 1) {
        await this.fetchNewer();
        return;
      }
      const items = [{ hash: await sha256(raw), raw }];
      await this.take({ start: here, items, head, readUpTo: this.readUpTo });
      this.remember();
    });
  }

  /** After a socket has opened again, a new epoch, or that one is due: whatever was missed. */
  catchUp(): Promise<void> {
    if (this.timeline === undefined) return this.load();
    return this.enqueue(async () => {
      this.offline = false;
      await this.rotated.catchUp();
      await this.renewKeys();
    }).then(() => this.flush());
  }

  revoke(): void {
    this.stage = "revoked";
    this.view.changed();
  }

  lost(): void {
    this.offline = true;
    this.view.changed();
  }

  noteRead(seq: number): void {
    this.readUpTo = Math.max(this.readUpTo, seq);
  }

  /** Tells the server, and thereby this person's other browsers, that everything here was read. */
  async markRead(): Promise<void> {
    const seq = this.timeline?.head.seq ?? 0;
    if (seq <= this.readUpTo || this.stage !== "open") return;
    this.readUpTo = seq;
    await this.server.markRead(this.id, seq).catch(() => undefined);
    if (this.others > 0) this.aside.tellReceipt();
  }

  private get others(): number {
    return this.roster.length - 1;
  }

  /** Does something with the thread's key, after what is under way. Raises what went wrong. */
  act(work: (rotated: Rotated, rotation: Rotation) => Promise<void>): Promise<void> {
    return this.enqueue(() => {
      if (clockAhead() !== 0) throw new StoppedError();
      return work(this.rotated, this.rotation);
    }, true);
  }

  /** Loads everything anew: earlier messages may be open to this person now. */
  async reopen(): Promise<void> {
    await this.enqueue(() => {
      this.timeline = undefined;
      this.epochs = undefined;
      return Promise.resolve();
    });
    await this.load();
  }

  /** Accepts the changed keys of a person, after the reader has asked them, and looks again. */
  async acceptKeys(user: string): Promise<void> {
    await this.people.accept(user, Date.now());
    this.trouble = undefined;
    await this.reopen();
  }

  /** Into the outbox, and on. Raises WireError for what no envelope holds; nothing is sent in silence. */
  async send(body: Body): Promise<void> {
    if (this.silence !== undefined) return;
    await this.sending.add(body);
  }

  /** Tells the others that this person is writing, or not any more. Lost notes are no loss. */
  async noteWriting(isTyping: boolean): Promise<void> {
    if (this.silence !== undefined || this.stage !== "open" || this.offline) return;
    await this.aside.noteWriting(isTyping);
  }

  /** What others say in passing: who writes, who has read how far. */
  receivePassing(raw: Bytes): Promise<void> {
    return this.enqueue(() => this.takePassing([raw]));
  }

  discard(key: string): Promise<void> {
    return this.sending.discard(key);
  }

  tryAgain(key: string): Promise<void> {
    return this.sending.tryAgain(key);
  }

  /** Sends what waits; not under a key that a guest has whose time is up. */
  async flush(): Promise<void> {
    const over = this.roster.some((row) => row.role === "guest" && expired(row, Date.now()));
    if (over && this.silence === undefined) await this.enqueue(() => this.renewKeys());
    await this.sending.flush();
    await this.refreshKey();
  }

  /** Never holds anything back: whatever goes wrong with it is tried again after the next message. */
  private async refreshKey(): Promise<void> {
    if (this.silence !== undefined || !this.rotation.refreshDue(this.rotated)) return;
    await this.act(() => this.rotation.refresh(this.rotated)).catch(() => undefined);
  }

  private async post(one: Waiting): Promise<void> {
    const epoch = this.needEpochs().newest;
    const seen = this.timeline?.head;
    if (epoch.key === undefined || seen === undefined) throw new Trouble("forged-epoch", "no key");
    const header = {
      thread: this.id,
      epoch: epoch.record.hash,
      sender: this.unlocked.userId,
      client: one.client,
      counter: one.counter,
      class: "stored",
      writtenAt: one.at,
      seen,
    } as const;
    const { identity } = this.unlocked;
    const envelope = await makeEnvelope(header, one.body, epoch.key, identity);
    if (one.body.kind === "deletion") {
      const file = await this.fileOf(toHex(one.body.target));
      if (file !== undefined) await this.view.destroyFile(file);
    }
    const seq = await this.server.post(this.id, envelope);
    if (seq === seen.seq + 1) {
      // It stands right after what is here: no need to fetch one's own words.
      const hash = await sha256(envelope);
      const head = await after(seen, hash);
      await this.take({ start: seen, items: [{ hash, raw: envelope }], head, readUpTo: this.readUpTo });
      this.remember();
    } else if (seq > seen.seq) await this.fetchNewer();
  }

  /** The file of a message, which may stand in a page that is not here yet. Runs inside the queue. */
  private async fileOf(id: string): Promise<FileBody | undefined> {
    while (this.talk.find(id) === undefined && (await this.fetchEarlier()));
    return this.talk.find(id)?.file;
  }

  /** One earlier page; whether there was one. Runs inside the queue. */
  private async fetchEarlier(): Promise<boolean> {
    const { timeline } = this;
    if (timeline === undefined || !this.hasEarlier) return false;
    const before = timeline.start.seq + 1;
    this.talk.add(await timeline.prepend(await noticed("fork", this.server.page(this.id, { before }))));
    this.passing.agree(timeline);
    this.agreeWithVault();
    return timeline.start.seq + 1 < before;
  }

  private async fetchNewer(): Promise<void> {
    const timeline = this.needTimeline();
    for (;;) {
      const after = timeline.head.seq;
      const { seen } = this;
      const page = await noticed("fork", this.server.page(this.id, { after }));
      checkNotBehind(page, seen);
      await this.take(page);
      if (timeline.head.seq >= page.head.seq) break;
      if (page.items.length === 0) throw new Trouble("fork", "the server leaves messages out");
    }
    this.remember();
  }

  /** Appends a page; what of it is this person's own waits no longer. */
  private async take(page: Page): Promise<void> {
    if (!(await this.knowsEpochsOf(page.items))) await this.loadNewEpochs();
    const timeline = this.needTimeline();
    const added = await timeline.append(page);
    this.passing.agree(timeline);
    this.talk.add(added);
    for (const { sender } of added) if (sender !== undefined) this.passing.wrote(sender);
    await this.sending.settle(new Set(added.map((message) => message.key)));
    if (added.length > 0) this.view.arrived(added);
  }

  private async takePassing(raws: readonly Bytes[]): Promise<void> {
    const { epochs, timeline } = this;
    if (epochs === undefined || timeline === undefined) return;
    for (const raw of raws) {
      await this.passing.take(raw, epochs, this.people, timeline, Date.now());
    }
  }

  private async knowsEpochsOf(items: Page["items"]): Promise<boolean> {
    const epochs = this.needEpochs();
    for (const { raw } of items) {
      if (raw.length === 0) continue;
      const envelope = await readEnvelope(raw).catch(() => undefined);
      if (envelope !== undefined && epochs.find(envelope.header.epoch) === undefined) return false;
    }
    return true;
  }

  /** Whether there were any. */
  private async loadNewEpochs(): Promise<boolean> {
    const { number } = this.needEpochs().newest.record.tbs;
    const listed = await noticed("forged-epoch", this.server.epochs(this.id, number));
    if (listed.length === 0) return false;
    await this.loadEpochs();
    this.timeline?.useEpochs(this.needEpochs(), this.people);
    this.aside.renewed();
    return true;
  }

  /** Newer epochs; without any, everybody's keys: they may be others by now, and an epoch for those due. */
  private async look(): Promise<void> {
    if (await this.loadNewEpochs()) return;
    this.people = await this.freshPeople(this.roll);
    this.timeline?.useEpochs(this.needEpochs(), this.people);
    await this.trustPeople();
  }

  /** Everybody's newest keys are proven to be in the log; here they must follow those that were seen before. */
  private async trustPeople(): Promise<void> {
    const members = this.roster.map((row) => row.member);
    try {
      await this.people.trust(members, Date.now());
    } catch (error) {
      // Made in another tab a moment ago, which has this page load anew: nothing is done here meanwhile.
      if (error instanceof Trouble && error.kind === "own-keys") await pause(OTHER_TAB);
      throw error;
    }
  }

  private async freshPeople(roll: Roll): Promise<People> {
    return new People(this.unlocked, await noticed("forged-epoch", this.loadPeople(roll)));
  }

  private async loadEpochs(): Promise<void> {
    const listed = await noticed("forged-epoch", this.server.epochs(this.id));
    const roll = await noticed("forged-epoch", Roll.read(listed));
    this.people = await this.freshPeople(roll);
    const known = this.unlocked.headOf(this.id);
    const epochs = await Epochs.check(this.id, listed, this.people, this.unlocked, known);
    checkInvitation(epochs, this.unlocked.userId, this.unlocked.invitedBy);
    const log = await logged(this.unlocked.log());
    await logged(log.agree(epochs.all.map(({ record }) => record.tbs.checkpoint)));
    this.epochs = epochs;
    this.roll = roll;
    if (roll.guests.size > 0) {
      // Without them the guests only lack the names of their links.
      const guests = await this.server.guests(this.id).catch(() => []);
      this.labels = await labels(this.id, guests, epochs);
    }
    this.watchExpiry();
    const about = await epochs.about();
    this.title = about.title;
    this.pinsBefore = { seq: epochs.newest.record.tbs.start.seq, pins: about.pins.map(toHex) };
    await this.trustPeople();
  }

  /** Whoever must be in the log is, and guests have no more keys than a guest may. */
  private async loadPeople(roll: Roll): Promise<readonly Member[]> {
    let guests: readonly Member[] = [];
    const log = await logged(this.unlocked.log());
    const members = await logged(
      log.members(async () => {
        const everyone = await this.server.people(this.id);
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
    if (next < LONGEST_TIMER) {
      this.expiryTimer = window.setTimeout(() => void this.catchUp(), next + 1_000);
    }
  }

  /** How far this person has seen in any browser. Read before a page is asked for: it may grow meanwhile. */
  private get seen(): number {
    return Math.max(this.unlocked.headOf(this.id)?.head.seq ?? 0, this.timeline?.head.seq ?? 0);
  }

  private agreeWithVault(): void {
    const known = this.unlocked.headOf(this.id);
    if (known !== undefined) this.timeline?.agree(known.head, "this person's vault");
  }

  private remember(): void {
    const { hash: epochHash, tbs } = this.needEpochs().newest.record;
    const { head } = this.needTimeline();
    const known = this.unlocked.headOf(this.id);
    const same = known?.epoch === tbs.number && known.head.seq === head.seq;
    if (!same) this.unlocked.rememberHead({ thread: this.id, epoch: tbs.number, epochHash, head });
  }

  /** A new key where one is due at once; until it is there, nothing is sent. */
  private async renewKeys(): Promise<void> {
    // By a wrong clock a guest would be shut out whose time is not up.
    if (clockAhead() === 0) this.renewing = await this.rotation.renew(this.rotated);
  }

  /** What was pinned since the last epoch began goes into the next one. Runs inside the queue. */
  private async fetchToEpochStart(): Promise<void> {
    const timeline = this.needTimeline();
    while (timeline.start.seq > this.pinsBefore.seq) {
      const page = await noticed("fork", this.server.page(this.id, { before: timeline.start.seq + 1 }));
      if (page.items.length === 0) throw new Trouble("fork", "the server leaves messages out");
      this.talk.add(await timeline.prepend(page));
    }
  }

  private needEpochs(): Epochs {
    if (this.epochs === undefined) throw new Error("the conversation is not loaded");
    return this.epochs;
  }

  private needTimeline(): Timeline {
    if (this.timeline === undefined) throw new Error("the conversation is not loaded");
    return this.timeline;
  }

  /**
   * One after the other. Trouble is kept and shown; a lost connection too. With `raise`, every failure
   * also goes to the caller.
   */
  private enqueue(work: () => Promise<void>, raise = false): Promise<void> {
    const done = this.queue.then(async () => {
      if (this.trouble !== undefined || this.stage === "revoked") {
        if (raise) throw new StoppedError();
        return;
      }
      try {
        await work();
      } catch (error) {
        if (error instanceof Trouble) this.trouble = error;
        else if (error instanceof ServerError && error.status === 404) this.stage = "revoked";
        else if (error instanceof TypeError) this.offline = true;
        else if (!raise) throw error;
        if (raise) throw error;
      } finally {
        this.view.changed();
      }
    });
    this.queue = done.catch(() => undefined);
    return done;
  }
}
