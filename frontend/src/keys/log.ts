/**
 * The public log of identities, as this browser checks it.
 *
 * It remembers the newest checkpoint here and in the vault. What the server shows later must extend it:
 * all new leaves are read and folded onto the tree that was seen before, and must make the new root. Other
 * people's keys count only if they are in the log, and are the newest there.
 */

import { type Bytes, equal, fromUuid, toHex } from "../crypto/bytes";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { type IdentityEntry } from "../wire/identity";
import {
  bare,
  BARE_LIMIT,
  type Checkpoint,
  readCheckpoint,
  readVerifier,
  type Verifier,
} from "../wire/notes";
import {
  Edge,
  identityLeaf,
  leafHash,
  readIdentityLeaf,
  verifyConsistency,
  verifyInclusion,
} from "../wire/tlog";
import {
  fetchCheckpoint,
  fetchConsistency,
  fetchInclusion,
  fetchKey,
  fetchLeaves,
  PROOFS_AT_ONCE,
} from "./logServer";
import { keepLog, seenLog } from "./logStore";
import { type Member } from "./members";
import { ifThereIsRoom } from "./room";

export type LogAlarm =
  /** the server shows fewer leaves than were there before */
  | "log-shrank"
  /** the server shows another log than before, or one that does not hold together */
  | "log-forked"
  /** an entry in this person's name that they did not make, or theirs is gone */
  | "own-keys"
  /** somebody's keys are not in the log, or are not the newest there */
  | "unlogged"
  /** somebody else was shown another log than this person */
  | "log-split";

/** The log is not what it must be: nothing may be sent. `detail` is for whoever helps. */
export class LogTrouble extends Error {
  override readonly name = "LogTrouble";

  constructor(
    readonly kind: LogAlarm,
    readonly detail: string,
    readonly person?: string,
  ) {
    super(`${kind}: ${detail}`);
  }
}

/** Whose log it is: what their vault says, and how it remembers. */
export interface LogOwner {
  readonly userId: string;
  readonly entry: { readonly number: number; readonly hash: Bytes };
  readonly checkpoint: Bytes | undefined;
  /** A guest's keys are vouched for by an epoch's record, and are not in the log. */
  readonly unlogged?: boolean;
  rememberCheckpoint(note: Bytes, size: number): void;
  /** This person's whole chain, checked up to the vault's own entry. */
  ownChain(): Promise<readonly IdentityEntry[]>;
}

export class IdentityLog {
  /** The newest number of each SHA-256 of a user id, as far as this browser has read. */
  private newest: ReadonlyMap<string, number> = new Map();
  private readonly proven = new Set<string>();
  private readonly agreed = new Set<string>();
  private current: Checkpoint | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly owner: LogOwner,
    private readonly keyText: string,
    private readonly verifier: Verifier,
    /** The newest checkpoint that was checked, bare: what an epoch's record carries. */
    public note: Bytes,
  ) {}

  /** Reads what is new and checks it. Raises LogTrouble; ServerError or TypeError if it can't be read. */
  static async open(owner: LogOwner): Promise<IdentityLog> {
    return alarming("log-forked", async () => {
      const kept = await seenLog(owner.userId);
      const keyText = await fetchKey();
      if (kept !== undefined && kept.key !== keyText) {
        throw new LogTrouble("log-forked", "the log has another key than before");
      }
      const verifier = await readVerifier(keyText);
      const log = new IdentityLog(owner, keyText, verifier, new Uint8Array());
      for (const hash of kept?.proven ?? []) log.proven.add(hash);
      // Which keys are somebody's newest shows in the leaves alone: without having read them all, a browser
      // that begins where the vault ends could be given keys that were replaced long before.
      const read = kept?.whole === true ? kept : undefined;
      if (read !== undefined) log.newest = read.newest;
      const elsewhere = [owner.checkpoint, kept?.note].filter((note) => note !== undefined);
      await log.advance(read?.note, elsewhere);
      return log;
    });
  }

  /** How many leaves were checked. */
  get size(): number {
    return this.current?.size ?? 0;
  }

  /** Reads what was logged since. Raises as `open`. */
  refresh(): Promise<void> {
    const done = this.queue.then(() =>
      alarming("log-forked", () => this.advance(this.note)),
    );
    this.queue = done.catch(() => undefined);
    return done;
  }

  /**
   * The members that `load` gives, every entry of theirs proven to be in the log, and none left out. It is
   * asked again once, since somebody may have renewed their keys meanwhile. Raises LogTrouble.
   */
  async members(load: () => Promise<readonly Member[]>): Promise<readonly Member[]> {
    const first = await load();
    if ((await this.problem(first)) === undefined) return first;
    await this.refresh();
    const second = await load();
    const problem = await this.problem(second);
    if (problem !== undefined) throw problem;
    return second;
  }

  /** That these checkpoints, from other people's records, are of this same log. Raises LogTrouble. */
  async agree(notes: readonly Bytes[]): Promise<void> {
    for (const note of notes) {
      if (this.agreed.has(toHex(note))) continue;
      await alarming("log-split", async () => {
        const theirs = await readCheckpoint(note, this.verifier, BARE_LIMIT);
        if (theirs.size > this.size) await this.refresh();
        await this.extends(theirs, this.need(), "log-split");
        this.agreed.add(toHex(note));
      });
    }
  }

  /**
   * From what this browser has read, or from the first leaf, to what the server shows now, which must also
   * extend what was seen elsewhere, as the vault says.
   */
  private async advance(read: Bytes | undefined, elsewhere: readonly Bytes[] = []): Promise<void> {
    const raw = await fetchCheckpoint();
    const now = await readCheckpoint(raw, this.verifier);
    const before = read === undefined ? undefined : await this.own(read);
    const newest = await this.readOn(before ?? { size: 0, root: await sha256() }, now);
    for (const note of elsewhere) {
      if (read !== undefined && equal(note, read)) continue;
      const seen = await this.own(note);
      await this.extends(seen, now, seen.size > now.size ? "log-shrank" : "log-forked");
    }
    this.newest = newest;
    this.current = now;
    this.note = bare(raw, this.verifier);
    await this.checkOwn();
    await this.remember();
  }

  private own(note: Bytes): Promise<Checkpoint> {
    return readCheckpoint(note, this.verifier, BARE_LIMIT);
  }

  /** All leaves between two checkpoints, folded onto the first one's tree, must make the second one's root. */
  private async readOn(
    before: Pick<Checkpoint, "size" | "root">,
    now: Checkpoint,
  ): Promise<ReadonlyMap<string, number>> {
    const newest = new Map(this.newest);
    if (now.size < before.size) {
      throw new LogTrouble("log-shrank", `${now.size} leaves, ${before.size} before`);
    }
    if (now.size === before.size) {
      if (!equal(now.root, before.root)) throw new LogTrouble("log-forked", "another root");
      return newest;
    }
    let edge: Edge | undefined;
    for (let at = before.size; at < now.size; ) {
      const page = await fetchLeaves(at);
      if (edge === undefined) {
        edge = new Edge(before.size, page.edge);
        if (!equal(await edge.root(), before.root)) {
          throw new LogTrouble("log-forked", "the tree before the new leaves is another one");
        }
      }
      const leaves = page.leaves.slice(0, now.size - at);
      if (leaves.length === 0) throw new LogTrouble("log-forked", `leaf ${at} is missing`);
      for (const leaf of leaves) {
        const hash = await leafHash(leaf);
        await edge.append(hash);
        await this.readLeaf(leaf, newest);
      }
      at += leaves.length;
    }
    if (edge === undefined || !equal(await edge.root(), now.root)) {
      throw new LogTrouble("log-forked", "the new leaves do not make the new root");
    }
    return newest;
  }

  /** One new leaf: whose it is, and that its number is the next one of theirs. */
  private async readLeaf(leaf: Bytes, newest: Map<string, number>): Promise<void> {
    const { userHash, number, entryHash } = readIdentityLeaf(leaf);
    const whose = toHex(userHash);
    const before = newest.get(whose) ?? 0;
    if (number !== before + 1) {
      throw new LogTrouble("log-forked", `entry ${number} of somebody after their entry ${before}`);
    }
    newest.set(whose, number);
    if (!equal(userHash, await sha256(fromUuid(this.owner.userId)))) return;
    const own = (await this.owner.ownChain())[number - 1];
    if (own === undefined || !equal(own.hash, entryHash)) {
      throw new LogTrouble("own-keys", `entry ${number} was not made by this person`);
    }
  }

  /** This person's own newest entry is in the log. */
  private async checkOwn(): Promise<void> {
    const { userId, entry, unlogged = false } = this.owner;
    if (unlogged) return;
    const leaf = await identityLeaf(fromUuid(userId), entry.number, entry.hash);
    const [missing] = await this.missing([await leafHash(leaf)]);
    if (missing !== undefined) throw new LogTrouble("own-keys", "this person's keys are not logged");
  }

  /** Why these members can't be trusted, or nothing. */
  private async problem(members: readonly Member[]): Promise<LogTrouble | undefined> {
    const hashes = new Map<string, string>();
    const wanted: Bytes[] = [];
    for (const { userId, chain, entry } of members) {
      const user = fromUuid(userId);
      const logged = this.newest.get(toHex(await sha256(user))) ?? 0;
      if (entry.number < logged) {
        return new LogTrouble("unlogged", `entry ${entry.number} of ${logged} is shown`, userId);
      }
      for (const one of chain) {
        const hash = await leafHash(await identityLeaf(user, one.number, one.hash));
        hashes.set(toHex(hash), userId);
        wanted.push(hash);
      }
    }
    const [missing] = await this.missing(wanted);
    if (missing === undefined) return undefined;
    return new LogTrouble("unlogged", "an entry is not in the log", hashes.get(toHex(missing)));
  }

  /** Those of the leaf hashes that are not in the log. What was proven once stays so: the log only grows. */
  private async missing(hashes: readonly Bytes[]): Promise<readonly Bytes[]> {
    const { size, root } = this.need();
    const open = hashes.filter((hash) => !this.proven.has(toHex(hash)));
    if (open.length === 0) return [];
    if (size === 0) return open;
    await alarming("log-forked", async () => {
      for (let at = 0; at < open.length; at += PROOFS_AT_ONCE) {
        const some = open.slice(at, at + PROOFS_AT_ONCE);
        for (const { leaf, index, path } of await fetchInclusion(some, size)) {
          await verifyInclusion(leaf, index, size, path, root);
          this.proven.add(toHex(leaf));
        }
      }
    });
    const left = open.filter((hash) => !this.proven.has(toHex(hash)));
    if (left.length < open.length) await this.remember();
    return left;
  }

  /** That `first` is the beginning of `second`, by a proof from the server. */
  private async extends(first: Checkpoint, second: Checkpoint, kind: LogAlarm): Promise<void> {
    if (first.size > second.size) {
      throw new LogTrouble(kind, `${first.size} leaves were seen, ${second.size} are shown`);
    }
    const trivial = first.size === 0 || first.size === second.size;
    const proof = trivial ? [] : await fetchConsistency(first.size, second.size);
    await alarming(kind, () =>
      verifyConsistency(first.size, first.root, second.size, second.root, proof),
    );
  }

  /** Here and in the vault. Another tab may have read on: the larger one stays. */
  private async remember(): Promise<void> {
    const { size } = this.need();
    const mine = {
      user: this.owner.userId,
      key: this.keyText,
      note: this.note,
      newest: this.newest,
      whole: true,
      proven: this.proven,
    };
    const keeping = keepLog(this.owner.userId, (kept) => {
      const proven = new Set([...(kept?.proven ?? []), ...this.proven]);
      const further = kept !== undefined && sizeOf(kept.note) > size;
      return { ...(further ? kept : mine), proven };
    });
    await ifThereIsRoom(keeping);
    this.owner.rememberCheckpoint(this.note, size);
  }

  private need(): Checkpoint {
    if (this.current === undefined) throw new Error("the log was not read");
    return this.current;
  }
}

/** The size that a checkpoint of ours says, without checking it again. */
export function sizeOf(note: Bytes): number {
  const size = Number(new TextDecoder().decode(note).split("\n")[1]);
  return Number.isSafeInteger(size) ? size : 0;
}

/** Bytes that no honest server would send are an alarm, not a failure of this page. */
async function alarming<T>(kind: LogAlarm, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WireError) throw new LogTrouble(kind, error.message);
    throw error;
  }
}
