/** Argon2id over a passphrase, with a floor that no server can lower, and what is derived from it. */

import { argon2id } from "hash-wasm";

import { type Bytes, toHex, utf8 } from "./bytes";
import { WireError } from "./error";
import { derive } from "./hash";
import { DERIVE_PASSPHRASE, DERIVE_SIGN_IN } from "./labels";

/** Memory in KiB, passes (t), lanes (p), a 16-byte salt. */
export interface Argon2 {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Bytes;
}

/** What a new passphrase gets: 64 MiB, 3 passes, 1 lane. */
export const ARGON2_FLOOR = { memory: 65_536, passes: 3, lanes: 1 } as const;
const CEILING = { memory: 1_048_576, passes: 16, lanes: 8 } as const;

/** Raises WireError: "weak" below the floor, "malformed" beyond any use. */
export function checkArgon2(parameters: Argon2): void {
  const { memory, passes, lanes, salt } = parameters;
  if (salt.length !== 16) throw new WireError("malformed", "a salt of the wrong size");
  // Written so that NaN, which compares false with everything, is refused too.
  const strong =
    memory >= ARGON2_FLOOR.memory && passes >= ARGON2_FLOOR.passes && lanes >= ARGON2_FLOOR.lanes;
  if (!strong) throw new WireError("weak", "Argon2id parameters below 64 MiB, 3 passes, 1 lane");
  const whole = [memory, passes, lanes].every(Number.isSafeInteger);
  if (!whole || memory > CEILING.memory || passes > CEILING.passes || lanes > CEILING.lanes) {
    throw new WireError("malformed", "Argon2id parameters beyond any use");
  }
}

/** The password that sign-in submits (64 hex digits), and the key that wraps the vault key. */
export interface PassphraseKeys {
  readonly signInSecret: string;
  readonly wrapKey: Bytes;
}

/** Argon2id over the NFKC form, then HKDF for each use. Takes about half a second; raises WireError. */
export async function passphraseKeys(
  passphrase: string,
  parameters: Argon2,
): Promise<PassphraseKeys> {
  checkArgon2(parameters);
  const root = await argon2id({
    password: utf8(passphrase.normalize("NFKC")),
    salt: parameters.salt,
    memorySize: parameters.memory,
    iterations: parameters.passes,
    parallelism: parameters.lanes,
    hashLength: 32,
    outputType: "binary",
  });
  const key = new Uint8Array(root);
  return {
    signInSecret: toHex(await derive(key, DERIVE_SIGN_IN)),
    wrapKey: await derive(key, DERIVE_PASSPHRASE),
  };
}
