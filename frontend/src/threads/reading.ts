/**
 * What of a conversation is here: pages that were fetched and checked, what they make together, and what
 * passes by. It never shows less than this person has seen before, in any browser.
 */

import { type Bytes } from "../crypto/bytes";
import { sha256 } from "../crypto/hash";
import { type Holder } from "../keys";
import { type FileBody } from "../wire/body";
import { after, type Head } from "../wire/transcript";
import { type Circle } from "./circle";
import { Passing } from "./passing";
import { type Page, type Server } from "./server";
import { Talk } from "./talk";
import { type Message, Timeline } from "./timeline";
import { noticed, Trouble } from "./trouble";

export interface Hooks {
  /** Messages are of an epoch that is not here. */
  readonly loadNewEpochs: () => Promise<unknown>;
  /** These were appended. */
  readonly taken: (added: readonly Message[]) => Promise<void>;
}

/** The server may not show less than was seen before. */
function checkNotBehind(page: Page, seen: number): void {
  if (page.head.seq < seen) throw new Trouble("rollback", `${page.head.seq} of ${seen} messages`);
}

export class Reading {
  /** What is shown, made of the checked messages. */
  talk = new Talk();
  readonly passing: Passing;
  readUpTo = 0;
  /** How far it was read when this page opened it. */
  readBefore = 0;
  private timeline: Timeline | undefined;

  constructor(
    private readonly thread: string,
    private readonly server: Server,
    private readonly unlocked: Holder,
    private readonly circle: Circle,
    private readonly hooks: Hooks,
  ) {
    this.passing = new Passing(thread);
  }

  /** Where the checked part ends; undefined until something is here. */
  get head(): Head | undefined {
    return this.timeline?.head;
  }

  /** The newest place that this person has read; undefined where it isn't here. */
  get read(): Head | undefined {
    return this.timeline?.headAt(this.readUpTo);
  }

  /** Before the first message that is here: its seq less one. */
  get start(): number {
    return this.timeline?.start.seq ?? 0;
  }

  get hasEarlier(): boolean {
    const oldest = this.circle.chain?.all.find((one) => one.key !== undefined);
    return this.start > (oldest?.record.tbs.start.seq ?? 0);
  }

  /** As if nothing had been fetched. */
  forget(): void {
    this.timeline = undefined;
  }

  /** Fetches the newest page, loads the circle anew and begins with both. Raises Trouble. */
  async begin(): Promise<void> {
    const { seen } = this;
    const page = await noticed("fork", this.server.page(this.thread));
    await this.circle.load();
    this.timeline = new Timeline(this.thread, this.circle.epochs, this.circle.people);
    checkNotBehind(page, seen);
    this.talk = new Talk();
    this.talk.add(await this.timeline.append(page));
    this.agreeWithVault();
    this.readUpTo = page.readUpTo;
    this.readBefore = page.readUpTo;
  }

  /** The circle has newer epochs or other keys. Raises Trouble("fork"). */
  useCircle(): void {
    this.timeline?.useEpochs(this.circle.epochs, this.circle.people);
  }

  /** One earlier page; whether there was one. Raises Trouble. */
  async fetchEarlier(): Promise<boolean> {
    const { timeline } = this;
    if (timeline === undefined || !this.hasEarlier) return false;
    const before = timeline.start.seq + 1;
    this.talk.add(await timeline.prepend(await noticed("fork", this.server.page(this.thread, { before }))));
    this.passing.agree(timeline);
    this.agreeWithVault();
    return timeline.start.seq + 1 < before;
  }

  /** Everything that came since. Raises Trouble. */
  async fetchNewer(): Promise<void> {
    const timeline = this.needTimeline();
    for (;;) {
      const after = timeline.head.seq;
      const { seen } = this;
      const page = await noticed("fork", this.server.page(this.thread, { after }));
      checkNotBehind(page, seen);
      await this.take(page);
      if (timeline.head.seq >= page.head.seq) break;
      if (page.items.length === 0) throw new Trouble("fork", "the server leaves messages out");
    }
    this.remember();
  }

  /** What was pinned since the last epoch began goes into the next one. Raises Trouble. */
  async fetchToEpochStart(): Promise<void> {
    const timeline = this.needTimeline();
    while (timeline.start.seq > this.circle.pinsBefore.seq) {
      const page = await noticed("fork", this.server.page(this.thread, { before: timeline.start.seq + 1 }));
      if (page.items.length === 0) throw new Trouble("fork", "the server leaves messages out");
      this.talk.add(await timeline.prepend(page));
    }
  }

  /** The file of a message, which may stand in a page that is not here yet. Raises Trouble. */
  async fileOf(id: string): Promise<FileBody | undefined> {
    while (this.talk.find(id) === undefined && (await this.fetchEarlier()));
    return this.talk.find(id)?.file;
  }

  /** An envelope that the server has put at `seq`, with the hash that it gave for the whole. Raises Trouble. */
  async takeFrom(head: Head, raw: Bytes): Promise<void> {
    const here = this.head;
    if (here === undefined || head.seq <= here.seq) return;
    if (head.seq > here.seq + 1) await this.fetchNewer();
    else await this.takeNext(here, { hash: await sha256(raw), raw }, head);
  }

  /**
   * This person's own envelope, sealed on top of `seen` and put at `seq`; `key` names it in the outbox. Raises
   * Trouble where the server only says that it has it.
   */
  async takeOwn(seen: Head, seq: number, raw: Bytes, key: string): Promise<void> {
    if (seq <= seen.seq) throw new Trouble("fork", `a new message at ${seq}, before ${seen.seq}`);
    if (seq === seen.seq + 1) {
      // It stands right after what is here: no need to fetch one's own words.
      const hash = await sha256(raw);
      await this.takeNext(seen, { hash, raw }, await after(seen, hash));
    } else await this.fetchNewer();
    if (!this.holds(key)) throw new Trouble("fork", "the message that was sent is not in the conversation");
  }

  /** Whether what this person's outbox calls so was said, wherever it stands. Raises Trouble. */
  async wasSaid(key: string): Promise<boolean> {
    await this.fetchNewer();
    while (!this.holds(key) && (await this.fetchEarlier()));
    return this.holds(key);
  }

  private holds(key: string): boolean {
    return this.needTimeline().holds(this.unlocked.userId, key);
  }

  /** Takes in what others say in passing. Raises Trouble("fork"). */
  async takePassing(raws: readonly Bytes[]): Promise<void> {
    const { chain } = this.circle;
    if (chain === undefined || this.timeline === undefined) return;
    for (const raw of raws) {
      await this.passing.take(raw, chain, this.circle.people, this.timeline, Date.now());
    }
  }

  /** Into the vault: how far this person has seen, for their other browsers. */
  remember(): void {
    const { hash: epochHash, tbs } = this.circle.epochs.newest.record;
    const { head } = this.needTimeline();
    const known = this.unlocked.headOf(this.thread);
    const same = known?.epoch === tbs.number && known.head.seq === head.seq;
    if (!same) {
      this.unlocked.rememberHead({ thread: this.thread, epoch: tbs.number, epochHash, head });
    }
  }

  /** What was fetched, where something must have been. */
  needTimeline(): Timeline {
    if (this.timeline === undefined) throw new Error("the conversation is not loaded");
    return this.timeline;
  }

  private async takeNext(start: Head, item: Page["items"][number], head: Head): Promise<void> {
    await this.take({ start, items: [item], head, readUpTo: this.readUpTo });
    this.remember();
  }

  private async take(page: Page): Promise<void> {
    if (!(await this.circle.knows(page.items))) await this.hooks.loadNewEpochs();
    const timeline = this.needTimeline();
    const added = await timeline.append(page);
    this.passing.agree(timeline);
    this.talk.add(added);
    for (const { sender } of added) if (sender !== undefined) this.passing.wrote(sender);
    await this.hooks.taken(added);
  }

  /** How far this person has seen in any browser. Read before a page is asked for: it may grow meanwhile. */
  private get seen(): number {
    return Math.max(this.unlocked.headOf(this.thread)?.head.seq ?? 0, this.timeline?.head.seq ?? 0);
  }

  private agreeWithVault(): void {
    const known = this.unlocked.headOf(this.thread);
    if (known !== undefined) this.timeline?.agree(known.head, "this person's vault");
  }
}
