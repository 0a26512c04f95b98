/** What is sealed in a vault: seeds, earlier X-Wing seeds, pins of other people's keys, heads. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields, type Value } from "../crypto/cbor";
import { type IdentitySeeds } from "../crypto/identity";
import { array, bytes, openMap, range, uint, uuid } from "./fields";
import { type Head } from "./transcript";
import { VAULT_CONTENTS } from "./types";

export const CONTENTS_LIMIT = 1024 * 1024;
const ROWS = 10_000;

export type PinState = "unverified" | "verified" | "changed";
const PIN_STATES: readonly PinState[] = ["unverified", "verified", "changed"];

/** The fingerprint that this person has seen (or verified) for another; `at` in milliseconds. */
export interface Pin {
  readonly user: string;
  readonly fingerprint: Bytes;
  /** Of the identity entry. */
  readonly number: number;
  readonly state: PinState;
  readonly at: number;
}

/** The newest epoch and transcript head that this person has seen of a thread. */
export interface ThreadHead {
  readonly thread: string;
  readonly epoch: number;
  readonly epochHash: Bytes;
  readonly head: Head;
}

export interface VaultContents {
  readonly seeds: IdentitySeeds;
  /** This person's own newest identity entry. */
  readonly entry: { readonly number: number; readonly hash: Bytes };
  readonly oldXwing: readonly { readonly fingerprint: Bytes; readonly seed: Bytes }[];
  readonly pins: readonly Pin[];
  readonly heads: readonly ThreadHead[];
  /** Newest checkpoint of the identity log. */
  readonly checkpoint?: Bytes;
  readonly recoverySecret?: Bytes;
  /** Opaque to the format, at most 64 KiB. */
  readonly preferences?: Bytes;
}

export function encodeContents(contents: VaultContents): Bytes {
  const { seeds, entry } = contents;
  const data = encode(
    fields({
      0: VAULT_CONTENTS,
      1: 1,
      2: [seeds.ed25519, seeds.mldsa, seeds.xwing],
      3: [entry.number, entry.hash],
      4: contents.oldXwing.map((old) => [old.fingerprint, old.seed]),
      5: contents.pins.map(pinValue),
      6: contents.heads.map(({ thread, epoch, epochHash, head }) => [
        fromUuid(thread),
        epoch,
        epochHash,
        head.seq,
        head.t,
      ]),
      7: contents.checkpoint,
      8: contents.recoverySecret,
      9: contents.preferences,
    }),
  );
  decodeContents(data);
  return data;
}

export function decodeContents(data: Bytes): VaultContents {
  const found = openMap(data, {
    kind: VAULT_CONTENTS,
    limit: CONTENTS_LIMIT,
    required: range(2, 6),
    optional: [7, 8, 9],
  });
  const [ed25519, mldsa, xwing] = found.array(2, 3);
  const [number, hash] = found.array(3, 2);
  return {
    seeds: { ed25519: bytes(ed25519, 32), mldsa: bytes(mldsa, 32), xwing: bytes(xwing, 32) },
    entry: { number: uint(number, 1), hash: bytes(hash, 32) },
    oldXwing: found.array(4, 0, ROWS).map(readOld),
    pins: found.array(5, 0, ROWS).map(readPin),
    heads: found.array(6, 0, ROWS).map(readThreadHead),
    ...(found.has(7) ? { checkpoint: found.bytes(7, 1, 2048) } : {}),
    ...(found.has(8) ? { recoverySecret: found.bytes(8, 32) } : {}),
    ...(found.has(9) ? { preferences: found.bytes(9, 1, 65_536) } : {}),
  };
}

function pinValue(pin: Pin): Value {
  const state = PIN_STATES.indexOf(pin.state) + 1;
  return [fromUuid(pin.user), pin.fingerprint, pin.number, state, pin.at];
}

function readOld(row: Value): { fingerprint: Bytes; seed: Bytes } {
  const [fingerprint, seed] = array(row, 2);
  return { fingerprint: bytes(fingerprint, 32), seed: bytes(seed, 32) };
}

function readPin(row: Value): Pin {
  const [user, fingerprint, number, state, at] = array(row, 5);
  return {
    user: uuid(user),
    fingerprint: bytes(fingerprint, 32),
    number: uint(number, 1),
    state: PIN_STATES[uint(state, 1, PIN_STATES.length) - 1] ?? "changed",
    at: uint(at),
  };
}

function readThreadHead(row: Value): ThreadHead {
  const [thread, epoch, epochHash, seq, t] = array(row, 5);
  return {
    thread: uuid(thread),
    epoch: uint(epoch, 1),
    epochHash: bytes(epochHash, 32),
    head: { seq: uint(seq), t: bytes(t, 32) },
  };
}
