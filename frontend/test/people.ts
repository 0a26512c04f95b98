/** The people of the vectors, and fresh ones, with the refusal that tests expect. */

import { randomBytes, toUuid } from "../src/crypto/bytes";
import { WireError, type WireErrorCode } from "../src/crypto/error";
import { generateSeeds, Identity, type IdentitySeeds } from "../src/crypto/identity";
import { type Role, type RosterRow } from "../src/wire/roster";
import { h, load } from "./vectors";

/** A checkpoint of the log of the vectors, bare. */
export const CHECKPOINT = new TextEncoder().encode(load("tlog").checkpoints[0]?.bare ?? "");

export const NOW = 1_795_339_200_000;

export interface Person {
  readonly id: string;
  readonly seeds: IdentitySeeds;
  readonly identity: Identity;
}

export async function person(id = newUuid()): Promise<Person> {
  const seeds = generateSeeds();
  return { id, seeds, identity: await Identity.fromSeeds(seeds) };
}

export async function named(name: string): Promise<Person> {
  const row = load("keys").find((one) => one.name === name);
  if (row === undefined) throw new Error(`no ${name} among the vectors`);
  const seeds = { ed25519: h(row.ed25519_seed), mldsa: h(row.mldsa_seed), xwing: h(row.xwing_seed) };
  return { id: row.user, seeds, identity: await Identity.fromSeeds(seeds) };
}

export function newUuid(): string {
  return toUuid(randomBytes(16));
}

export function row(someone: Person, role: Role = "member", expires = 0): RosterRow {
  const { fingerprint } = someone.identity.publicKeys;
  return { member: someone.id, fingerprint, role, expires };
}

/** The code of the WireError that `work` ends in; any other error, or none, is a failure. */
export async function refusal(work: () => unknown): Promise<WireErrorCode> {
  try {
    await work();
  } catch (error) {
    if (error instanceof WireError) return error.code;
    throw error;
  }
  throw new Error("nothing was refused");
}
