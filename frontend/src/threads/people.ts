/**
 * Other people's keys: whole chains, and what this person has pinned of them.
 *
 * The first keys seen of somebody are pinned. Later ones pass by themselves only if every step from the
 * pinned ones was signed by the keys before; anything else is *changed*, and stops sending.
 */

import { type Bytes, equal } from "../crypto/bytes";
import { type PublicKeys } from "../crypto/identity";
import { type Member, type Unlocked } from "../keys";
import { type IdentityEntry } from "../wire/identity";
import { type Pin } from "../wire/vaultContents";
import { Trouble } from "./trouble";

export type KeyState = "me" | "unverified" | "verified" | "changed";

export class People {
  private readonly members: ReadonlyMap<string, Member>;

  /** `unlocked` says whose browser it is and what they have pinned. */
  constructor(
    private readonly unlocked: Pick<Unlocked, "userId" | "entry" | "pinOf" | "setPins">,
    members: readonly Member[],
  ) {
    this.members = new Map(members.map((one) => [one.userId, one]));
  }

  /** Everyone with keys, as the server listed them. */
  everyone(): readonly Member[] {
    return [...this.members.values()];
  }

  name(user: string): string {
    return this.members.get(user)?.name ?? "";
  }

  newest(user: string): IdentityEntry | undefined {
    return this.members.get(user)?.entry;
  }

  /** The keys with this fingerprint, if they are in the person's chain. */
  keys(user: string, fingerprint: Bytes): PublicKeys | undefined {
    const chain = this.members.get(user)?.chain ?? [];
    return chain.find((entry) => equal(entry.keys.fingerprint, fingerprint))?.keys;
  }

  /** Whether `next` follows from `old` by successors alone. */
  succeeds(user: string, old: Bytes, next: Bytes): boolean {
    const chain = this.members.get(user)?.chain ?? [];
    const at = (print: Bytes): number =>
      chain.findIndex((entry) => equal(entry.keys.fingerprint, print));
    const [from, to] = [at(old), at(next)];
    if (from < 0 || to <= from) return false;
    return chain.slice(from + 1, to + 1).every((entry) => entry.kind === "successor");
  }

  state(user: string): KeyState {
    if (user === this.unlocked.userId) return "me";
    const pin = this.unlocked.pinOf(user);
    return pin?.state ?? "unverified";
  }

  /** Pins what is new about `users`. Raises Trouble for changed keys, and for keys in one's own name. */
  async trust(users: readonly string[], now: number): Promise<void> {
    this.checkOwn();
    const fresh: Pin[] = [];
    let trouble: Trouble | undefined;
    for (const user of users) {
      const entry = this.newest(user);
      if (user === this.unlocked.userId || entry === undefined) continue;
      const pin = this.unlocked.pinOf(user);
      const { fingerprint } = entry.keys;
      if (pin !== undefined && equal(pin.fingerprint, fingerprint) && pin.state !== "changed") continue;
      const follows =
        pin === undefined ||
        (pin.state !== "changed" && this.succeeds(user, pin.fingerprint, fingerprint));
      if (follows) {
        fresh.push({ user, fingerprint, number: entry.number, state: "unverified", at: now });
      } else {
        if (pin.state !== "changed") fresh.push({ ...pin, state: "changed", at: now });
        trouble ??= new Trouble("changed-keys", `the keys of ${user} do not follow`, user);
      }
    }
    if (fresh.length > 0) await this.unlocked.setPins(fresh);
    if (trouble !== undefined) throw trouble;
  }

  /** Pins the newest keys of somebody whose change this person has asked them about. */
  async accept(user: string, now: number): Promise<void> {
    const entry = this.newest(user);
    if (entry !== undefined) await this.mark(user, entry, "unverified", now);
  }

  /** When and how the keys of somebody were pinned. */
  pin(user: string): Pin | undefined {
    return this.unlocked.pinOf(user);
  }

  /** Pins keys that this person has compared with their owner as verified, or takes that back. */
  async mark(user: string, entry: IdentityEntry, state: "verified" | "unverified", now: number): Promise<void> {
    const { fingerprint } = entry.keys;
    await this.unlocked.setPins([{ user, fingerprint, number: entry.number, state, at: now }]);
  }

  private checkOwn(): void {
    const own = this.newest(this.unlocked.userId);
    if (own !== undefined && !equal(own.hash, this.unlocked.entry.hash)) {
      throw new Trouble("own-keys", `entry ${own.number} is not the one in the vault`);
    }
  }
}
