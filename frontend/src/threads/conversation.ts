/**
 * One open conversation: loads and checks it, follows it live, sends.
 *
 * Everything that changes its state goes through one queue, so that a message from the socket never
 * overtakes a page that is being checked. After trouble it still shows what was checked, but sends nothing.
 */

import { type Bytes } from "../crypto/bytes";
import { clockAhead, type Holder, ServerError } from "../keys";
import { type Body, type FileBody } from "../wire/body";
import { expired, findRow, mayPost, type Policy, type RosterRow } from "../wire/roster";
import { type Head } from "../wire/transcript";
import { Aside } from "./aside";
import { Circle } from "./circle";
import { type Epochs } from "./epochs";
import { type Outbox, type Waiting } from "./outbox";
import { type Passing } from "./passing";
import { type People } from "./people";
import { Posting } from "./posting";
import { Queue } from "./queue";
import { Reading } from "./reading";
import { Rotating } from "./rotating";
import { type Rotated, type Rotation } from "./rotation";
import { Sending, StoppedError } from "./sending";
import { type Server } from "./server";
import { type Talk } from "./talk";
import { type Message } from "./timeline";
import { Trouble } from "./trouble";

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

export class Conversation {
  stage: Stage = "loading";
  trouble: Trouble | undefined;
  offline = false;
  private readonly queue: Queue;
  private readonly circle: Circle;
  private readonly reading: Reading;
  private readonly sending: Sending;
  private readonly rotating: Rotating;
  private readonly aside: Aside;

  constructor(
    readonly id: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
    outbox: Outbox,
    private readonly view: View,
  ) {
    this.queue = new Queue({
      isStopped: () => this.trouble !== undefined || this.stage === "revoked",
      keeps: (error) => this.keep(error),
      done: view.changed,
    });
    this.circle = new Circle(id, server, unlocked, () => void this.catchUp());
    this.rotating = new Rotating(id, server, unlocked, this.circle, () => this.reading, () => {
      this.aside.renewed();
    });
    this.reading = new Reading(id, server, unlocked, this.circle, {
      loadNewEpochs: () => this.rotating.loadNewEpochs(),
      taken: (added) => this.taken(added),
    });
    this.aside = new Aside(id, server, unlocked, {
      epoch: () => this.circle.newest,
      head: () => this.reading.head,
      read: () => this.reading.read,
    });
    const posting = new Posting(id, server, unlocked, this.circle, this.reading, view.destroyFile);
    this.sending = new Sending(id, outbox, {
      mayGo: () => this.silence === undefined && this.stage === "open",
      post: (one) => this.queue.run(() => posting.post(one), true),
      renew: () =>
        this.queue.run(async () => {
          await this.rotating.look();
          await this.rotating.renew();
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

  get title(): string {
    return this.circle.title;
  }

  get people(): People {
    return this.circle.people;
  }

  /** The checked chain of epochs; undefined until it is loaded. */
  get chain(): Epochs | undefined {
    return this.circle.chain;
  }

  get policy(): Policy {
    return this.circle.policy;
  }

  get roster(): readonly RosterRow[] {
    return this.circle.roster;
  }

  /** What is shown, made of the checked messages. */
  get talk(): Talk {
    return this.reading.talk;
  }

  get passing(): Passing {
    return this.reading.passing;
  }

  get readUpTo(): number {
    return this.reading.readUpTo;
  }

  /** How far it was read when this page opened it. */
  get readBefore(): number {
    return this.reading.readBefore;
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
    return this.talk.pins(this.circle.pinsBefore);
  }

  /** A person's name; a guest's is the one that they gave, before that what their link is called. */
  name(user: string): string {
    return this.talk.introduced(user) ?? this.circle.name(user);
  }

  /** Whether they came by a link, and have no account. */
  isGuest(user: string): boolean {
    return this.circle.isGuest(user);
  }

  /** Before the first message that is here: its seq less one. */
  get start(): number {
    return this.reading.start;
  }

  get hasEarlier(): boolean {
    return this.reading.hasEarlier;
  }

  /** Who is no member of the workspace any more, while the key that shuts them out is not there. */
  get putOut(): readonly string[] {
    return this.rotating.putOut;
  }

  /** Owners who can make no key here any more. */
  get lostOwners(): readonly string[] {
    return this.rotating.lostOwners;
  }

  /** Whether sending waits for a new key. */
  get renewing(): boolean {
    return this.rotating.isDue;
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
    return this.queue
      .run(async () => {
        await this.reading.begin();
        this.stage = "open";
        this.offline = false;
        this.reading.remember();
        await this.sending.load();
        // Without them the page only shows nobody as having read.
        await this.reading.takePassing(await this.server.receipts(this.id).catch(() => []));
        await this.rotating.renew();
      })
      .then(() => this.flush());
  }

  loadEarlier(): Promise<void> {
    return this.queue.run(async () => {
      await this.reading.fetchEarlier();
    });
  }

  /** Loads earlier pages until `found` is true or nothing earlier can be read; whether it was found. */
  async reach(found: () => boolean): Promise<boolean> {
    while (!found()) {
      const before = this.start;
      if (!this.hasEarlier || this.trouble !== undefined || this.offline) return false;
      await this.loadEarlier();
      if (this.start === before) return false;
    }
    return true;
  }

  /** Everything since the newest epoch began, so that the pins are complete. */
  reachPins(): Promise<boolean> {
    return this.reach(() => this.start <= this.circle.pinsBefore.seq);
  }

  /** An envelope from the socket: taken if it is the next one, else everything missing is fetched. */
  receive(head: Head, raw: Bytes): Promise<void> {
    return this.queue.run(() => this.reading.takeFrom(head, raw));
  }

  /** After a socket has opened again, a new epoch, or that one is due: whatever was missed. */
  catchUp(): Promise<void> {
    if (this.reading.head === undefined) return this.load();
    return this.queue
      .run(async () => {
        this.offline = false;
        await this.rotating.catchUp();
        await this.rotating.renew();
      })
      .then(() => this.flush());
  }

  /**
   * After the connection was gone: whatever was missed, and with it having been added again, or given the
   * keys of earlier messages, which no later event tells.
   */
  async comeBack(): Promise<void> {
    let isOther = this.stage === "revoked" && (await this.isMember());
    if (this.stage !== "revoked") {
      await this.catchUp();
      await this.queue.run(async () => {
        isOther = await this.circle.wasGivenMore();
      });
    }
    if (isOther) await this.reopen();
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
    this.reading.readUpTo = Math.max(this.readUpTo, seq);
  }

  /** Tells the server, and thereby this person's other browsers, and the others that all this was read. */
  async markRead(upTo: number): Promise<void> {
    const seq = Math.min(this.reading.head?.seq ?? 0, upTo);
    if (seq <= this.readUpTo || this.stage !== "open") return;
    const before = this.readUpTo;
    this.reading.readUpTo = seq;
    try {
      await this.server.markRead(this.id, seq);
    } catch {
      // Told again as soon as the reader moves or something comes.
      if (this.readUpTo === seq) this.reading.readUpTo = before;
      return;
    }
    if (this.roster.length > 1) this.aside.tellReceipt();
  }

  /** Does something with the thread's key, after what is under way. Raises what went wrong. */
  act(work: (rotated: Rotated, rotation: Rotation) => Promise<void>): Promise<void> {
    return this.queue.run(() => {
      if (clockAhead() !== 0) throw new StoppedError();
      return work(this.rotating, this.rotating.rotation);
    }, true);
  }

  /** Loads everything anew: earlier messages may be open to this person now. */
  async reopen(): Promise<void> {
    // Whoever was removed and is added again goes on in the page that is open.
    if (this.stage === "revoked") this.stage = "loading";
    await this.queue.run(() => {
      this.reading.forget();
      this.circle.forget();
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
    return this.queue.run(() => this.reading.takePassing([raw]));
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
    if (over && this.silence === undefined) await this.queue.run(() => this.rotating.renew());
    await this.sending.flush();
    await this.refreshKey();
  }

  /** Never holds anything back: whatever goes wrong with it is tried again after the next message. */
  private async refreshKey(): Promise<void> {
    if (this.silence !== undefined || !this.rotating.isOld) return;
    await this.act(() => this.rotating.refresh()).catch(() => undefined);
  }

  /** What of it is this person's own waits no longer. */
  private isMember(): Promise<boolean> {
    return this.server.receipts(this.id).then(
      () => true,
      () => false,
    );
  }

  private async taken(added: readonly Message[]): Promise<void> {
    const own = added.filter((message) => message.sender === this.unlocked.userId);
    await this.sending.settle(new Set(own.map((message) => message.key)));
    if (added.length > 0) this.view.arrived(added);
  }

  /** Trouble is kept and shown; being out, and a lost connection, too. */
  private keep(error: unknown): boolean {
    if (error instanceof Trouble) this.trouble = error;
    else if (error instanceof ServerError && error.status === 404) this.stage = "revoked";
    else if (error instanceof TypeError) this.offline = true;
    else return false;
    return true;
  }
}
