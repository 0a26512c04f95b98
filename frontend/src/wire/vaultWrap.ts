/** The vault key under one way to unlock it: passphrase, passkey, recovery code, recovery secret. */

import { type Argon2, checkArgon2 } from "../crypto/argon";
import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { SEAL_VAULT_WRAP } from "../crypto/labels";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { array, bytes, openMap, range, uint } from "./fields";
import { VAULT_WRAP } from "./types";

const LIMIT = 1024;

export type WrapKind = "passphrase" | "passkey" | "recovery code" | "recovery secret";
const KINDS: readonly WrapKind[] = ["passphrase", "passkey", "recovery code", "recovery secret"];

export interface VaultWrap {
  readonly user: string;
  readonly kind: WrapKind;
  /** Among that kind: SHA-256 of the credential id, or 16 random bytes. */
  readonly id: Bytes;
  readonly box: Bytes;
  /** A passphrase wrap has it, nobody else. */
  readonly argon2: Argon2 | undefined;
}

/** Whose vault key it is and how it is unlocked. */
export type WrapPlace = Omit<VaultWrap, "box">;

/** The vault key `key` under `wrapKey`. Raises WireError. */
export async function makeWrap(place: WrapPlace, wrapKey: Bytes, key: Bytes): Promise<Bytes> {
  const { argon2 } = place;
  const data = encode(
    fields({
      0: VAULT_WRAP,
      1: 1,
      2: fromUuid(place.user),
      3: KINDS.indexOf(place.kind) + 1,
      4: place.id,
      5: await seal(wrapKey, SEAL_VAULT_WRAP, context(place), key),
      6: argon2 === undefined ? undefined : argon2Value(argon2),
    }),
  );
  readWrap(data);
  return data;
}

/** Raises WireError, "weak" among them for Argon2id parameters below the floor. */
export function readWrap(data: Bytes): VaultWrap {
  const found = openMap(data, {
    kind: VAULT_WRAP,
    limit: LIMIT,
    required: range(2, 5),
    optional: [6],
  });
  const kind = KINDS[found.uint(3, 1, KINDS.length) - 1];
  if (kind === undefined || found.has(6) !== (kind === "passphrase")) {
    throw new WireError("malformed", "a passphrase wrap, and only that, has Argon2id parameters");
  }
  return {
    user: found.uuid(2),
    kind,
    id: found.bytes(4, 1, 64),
    box: found.bytes(5, 32 + OVERHEAD),
    argon2: found.has(6) ? readArgon2(found.array(6, 4)) : undefined,
  };
}

/** The vault key. Raises WireError("commitment") for a wrong passphrase, passkey or code. */
export function openWrap(wrap: VaultWrap, wrapKey: Bytes): Promise<Bytes> {
  return openBox(wrapKey, SEAL_VAULT_WRAP, context(wrap), wrap.box);
}

function context(place: WrapPlace): Bytes {
  const argon2 = place.argon2 === undefined ? [] : argon2Value(place.argon2);
  return encode([fromUuid(place.user), KINDS.indexOf(place.kind) + 1, place.id, argon2]);
}

function argon2Value(argon2: Argon2): Value {
  return [argon2.memory, argon2.passes, argon2.lanes, argon2.salt];
}

function readArgon2(value: Value): Argon2 {
  const [memory, passes, lanes, salt] = array(value, 4);
  const parameters = {
    memory: uint(memory),
    passes: uint(passes),
    lanes: uint(lanes),
    salt: bytes(salt, 16),
  };
  checkArgon2(parameters);
  return parameters;
}
