/**
 * The thread of a form: who reads what is sealed to it, and the keys that open it.
 *
 * It is made, checked and rotated as a conversation is; there are no messages in it. Each epoch brings a form key, the
 * public side of which answers are sealed to.
 */

import { type Bytes, equal } from "../crypto/bytes";
import { type XwingKey } from "../crypto/pq";
import { clockAhead, type Holder } from "../keys";
import { getCbor, postCbor } from "../keys/http";
import { type NewEpoch } from "../wire/epochMaking";
import { array, bytes } from "../wire/fields";
import { type EpochRef, type FormKey, formKeyPair, makeFormKey, readFormKey, verifyFormKey } from "../wire/formKey";
import { findRow, type RosterRow } from "../wire/roster";
import { START } from "../wire/transcript";
import { Circle } from "./circle";
import { type Epochs, type OpenEpoch } from "./epochs";
import { Membership } from "./membership";
import { type People } from "./people";
import { type Rotated, Rotation } from "./rotation";
import { StoppedError } from "./sending";
import { Server } from "./server";
import { isOwnerless, lostOwners } from "./successor";
import { noticed, Trouble } from "./trouble";

const MAX_FORM_KEY = 8192;
const PAGE = 200;

/** Publishes an epoch of a form together with its form key, as the server demands. */
export class FormThreadServer extends Server {
  constructor(
    workspace: string,
    private readonly unlocked: Pick<Holder, "identity">,
  ) {
    super(workspace);
  }

  override async publish(thread: string, { upload, record, key }: NewEpoch): Promise<void> {
    const formKey = await makeFormKey(record, key, this.unlocked.identity);
    await postCbor(`${this.address(thread)}form-keys`, [upload, formKey]);
  }

  /** The form keys of all epochs, the oldest first. */
  async formKeys(thread: string): Promise<readonly Bytes[]> {
    const found: Bytes[] = [];
    for (;;) {
      const rows = array(await getCbor(`${this.address(thread)}form-keys?after=${found.length}`), 0, PAGE);
      found.push(...rows.map((row) => bytes(row, 1, MAX_FORM_KEY)));
      if (rows.length < PAGE) return found;
    }
  }
}

export class FormThread implements Rotated {
  /** Whether somebody is out, or has new keys, and the key without them or for those could not be made here. */
  isDue = false;
  private readonly circle: Circle;
  private readonly rotation: Rotation;
  private readonly membership: Membership;
  private readonly pairs = new Map<number, Promise<XwingKey>>();
  private queue: Promise<unknown> = Promise.resolve();
  private newestKey: FormKey | undefined;

  private constructor(
    readonly id: string,
    private readonly server: FormThreadServer,
    private readonly unlocked: Holder,
  ) {
    this.circle = new Circle(id, server, unlocked, () => undefined);
    this.rotation = new Rotation(id, server, unlocked);
    this.membership = new Membership(this, server, unlocked);
  }

  /**
   * Loads and checks all of it, and makes the key that is due, if this person may. Raises Trouble as a conversation
   * does, ServerError for whoever is no reader.
   */
  static async load(workspace: string, unlocked: Holder, thread: string): Promise<FormThread> {
    const server = new FormThreadServer(workspace, unlocked);
    const found = new FormThread(thread, server, unlocked);
    await found.circle.load();
    await found.taken();
    if (clockAhead() === 0) found.isDue = await found.rotation.renew(found);
    return found;
  }

  get readers(): readonly RosterRow[] {
    return this.circle.roster;
  }

  get isOwner(): boolean {
    return findRow(this.readers, this.unlocked.userId)?.role === "owner";
  }

  /** Who is no member of the workspace any more, while the key that shuts them out is not there. */
  get putOut(): readonly string[] {
    return this.isDue ? this.rotation.putOut : [];
  }

  /** Whether nobody can change the readers any more: the form goes on in a new one. */
  get ownerless(): boolean {
    return isOwnerless(this.readers, lostOwners(this.readers, this.putOut, this.circle.people));
  }

  /** Of the first epoch: what the form's link carries. */
  get pin(): Bytes {
    const first = this.circle.epochs.all[0];
    if (first === undefined) throw new Trouble("forged-epoch", "no first epoch");
    return first.record.hash;
  }

  /** What is sealed now is sealed to this; checked. */
  get formKey(): FormKey {
    if (this.newestKey === undefined) throw new Error("the form's keys are not loaded");
    return this.newestKey;
  }

  name(user: string): string {
    return this.circle.name(user);
  }

  /** The pair that opens what was sealed to this epoch's form key; undefined for one from before this person joined. */
  async pairOf(epoch: EpochRef): Promise<XwingKey | undefined> {
    const found = this.find(epoch);
    if (found?.key === undefined) return undefined;
    const { number } = found.record.tbs;
    let pair = this.pairs.get(number);
    if (pair === undefined) {
      pair = formKeyPair(found.key);
      this.pairs.set(number, pair);
    }
    return pair;
  }

  /** The epoch's own key, for a worker that opens many; never to be kept or sent. */
  unsafeKeyOf(epoch: EpochRef): Bytes | undefined {
    return this.find(epoch)?.key;
  }

  find({ number, hash }: EpochRef): OpenEpoch | undefined {
    const found = this.circle.epochs.all[number - 1];
    return found !== undefined && equal(found.record.hash, hash) ? found : undefined;
  }

  /** Lets somebody read; with `everything` also what was sent before. Raises Trouble, ServerError, StoppedError. */
  async addReader(user: string, everything: boolean, role: "owner" | "member" = "member"): Promise<void> {
    await this.membership.add([user], role, everything);
    await this.taken();
  }

  /** Makes a key without them. What they have read they have read. */
  async removeReader(user: string): Promise<void> {
    await this.membership.reshape(withoutReader(user));
    await this.taken();
  }

  async setRole(user: string, role: "owner" | "member"): Promise<void> {
    await this.membership.reshape((now) => {
      const row = findRow(now.roster, user);
      if (row === undefined || row.role === role) return undefined;
      return { ...now, roster: now.roster.map((one) => (one.member === user ? { ...one, role } : one)) };
    });
    await this.taken();
  }

  /** Everybody of the workspace with keys who doesn't read it. */
  strangers(): Promise<readonly { id: string; name: string }[]> {
    return this.membership.strangers(this.readers);
  }

  // What rotation and membership ask of a conversation.

  act(work: (rotated: Rotated, rotation: Rotation) => Promise<void>): Promise<void> {
    const next = this.queue.then(async () => {
      if (clockAhead() !== 0) throw new StoppedError();
      await work(this, this.rotation);
      this.isDue = await this.rotation.renew(this);
    });
    this.queue = next.catch(() => undefined);
    return next;
  }

  epochs(): Epochs {
    return this.circle.epochs;
  }

  people(): People {
    return this.circle.people;
  }

  head(): typeof START {
    return START;
  }

  pins(): Promise<readonly Bytes[]> {
    return Promise.resolve([]);
  }

  async catchUp(): Promise<void> {
    if (await this.circle.loadNewer()) return;
    await this.circle.loadPeople();
    await this.circle.trust();
  }

  /** Remembers how far the chain has come, so that it can't be rolled back, and checks the newest form key. */
  private async taken(): Promise<void> {
    const { record } = this.circle.epochs.newest;
    const { tbs, hash } = record;
    if (this.unlocked.headOf(this.id)?.epoch !== tbs.number) {
      this.unlocked.rememberHead({ thread: this.id, epoch: tbs.number, epochHash: hash, head: START });
    }
    const author = this.circle.people.keys(tbs.author, tbs.authorFingerprint);
    const raw = (await noticed("forged-epoch", this.server.formKeys(this.id))).at(-1);
    if (author === undefined || raw === undefined) throw new Trouble("forged-epoch", "no form key");
    this.newestKey = await noticed("forged-epoch", checked(raw, record, author));
  }
}

async function checked(raw: Bytes, record: OpenEpoch["record"], author: Parameters<typeof verifyFormKey>[2]): Promise<FormKey> {
  const key = readFormKey(raw);
  await verifyFormKey(key, record, author);
  return key;
}

function withoutReader(user: string): Parameters<Membership["reshape"]>[0] {
  return (now) =>
    findRow(now.roster, user) === undefined ? undefined : { ...now, roster: now.roster.filter((row) => row.member !== user) };
}
