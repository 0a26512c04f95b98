/** The keys of an open conversation as time goes on: newer epochs are taken in, and made where they are due. */

import { type Bytes, fromHex } from "../crypto/bytes";
import { clockAhead, type Holder } from "../keys";
import { type Head } from "../wire/transcript";
import { type Circle } from "./circle";
import { type Epochs } from "./epochs";
import { type People } from "./people";
import { type Reading } from "./reading";
import { type Rotated, Rotation } from "./rotation";
import { type Server } from "./server";
import { lostOwners } from "./successor";

/** Everything here runs inside the conversation's queue. */
export class Rotating implements Rotated {
  /** Whether a new key is due that is not there: nothing may be sent. */
  isDue = false;
  readonly rotation: Rotation;

  /** `renewed` hears of every newer epoch that was taken in. */
  constructor(
    thread: string,
    server: Server,
    unlocked: Holder,
    private readonly circle: Circle,
    private readonly reading: () => Reading,
    private readonly renewed: () => void,
  ) {
    this.rotation = new Rotation(thread, server, unlocked);
  }

  epochs(): Epochs {
    return this.circle.epochs;
  }

  people(): People {
    return this.circle.people;
  }

  head(): Head {
    return this.reading().needTimeline().head;
  }

  async pins(): Promise<readonly Bytes[]> {
    const reading = this.reading();
    await reading.fetchToEpochStart();
    return reading.talk.pins(this.circle.pinsBefore).map(fromHex);
  }

  async catchUp(): Promise<void> {
    await this.reading().fetchNewer();
    await this.look();
  }

  /** Who is no member of the workspace any more, while the key that shuts them out is not there. */
  get putOut(): readonly string[] {
    return this.isDue ? this.rotation.putOut : [];
  }

  /** Owners who can make no key here any more. */
  get lostOwners(): readonly string[] {
    return this.isDue ? lostOwners(this.circle.roster, this.putOut, this.circle.people) : [];
  }

  /** Newer epochs; whether there were any. Raises Trouble. */
  async loadNewEpochs(): Promise<boolean> {
    if (!(await this.circle.loadNewer())) return false;
    this.reading().useCircle();
    this.renewed();
    return true;
  }

  /** Newer epochs; without any, everybody's keys: they may be others by now, and an epoch for those due. */
  async look(): Promise<void> {
    if (await this.loadNewEpochs()) return;
    await this.circle.loadPeople();
    this.reading().useCircle();
    await this.circle.trust();
  }

  /** A new key where one is due at once; until it is there, nothing is sent. */
  async renew(): Promise<void> {
    // By a wrong clock a guest would be shut out whose time is not up.
    if (clockAhead() === 0) this.isDue = await this.rotation.renew(this);
  }

  /** Whether the key was in use for so long that there may be another one. */
  get isOld(): boolean {
    return this.rotation.refreshDue(this);
  }

  refresh(): Promise<void> {
    return this.rotation.refresh(this);
  }
}
