/** From a passphrase to the sign-in secret and the wrap key, in a worker. */

import { type Argon2, ARGON2_FLOOR, checkArgon2, type PassphraseKeys } from "../crypto/argon";
import { equal, randomBytes } from "../crypto/bytes";
import { isArray, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { SALT } from "./addresses";
import workerFile from "./argon.worker.ts?worker&url";
import { postCbor, read } from "./http";
import { workerAddress } from "./trusted";

/** Takes about half a second. Raises WireError for parameters below the floor. */
export async function derivePassphrase(
  passphrase: string,
  parameters: Argon2,
): Promise<PassphraseKeys> {
  checkArgon2(parameters);
  const worker = new Worker(workerAddress(workerFile), { type: "module" });
  try {
    return await new Promise<PassphraseKeys>((resolve, reject) => {
      worker.addEventListener("message", (event: MessageEvent<Answer>) => {
        if (event.data.keys) resolve(event.data.keys);
        else reject(new WireError("malformed", event.data.error ?? "no keys"));
      });
      worker.addEventListener("error", () => {
        reject(new Error("The browser could not derive the keys."));
      });
      worker.postMessage({ passphrase, parameters });
    });
  } finally {
    // The 64 MiB that held the passphrase go with the worker.
    worker.terminate();
  }
}

interface Answer {
  readonly keys?: PassphraseKeys;
  readonly error?: string;
}

/** Today's parameters with a fresh salt, for a new passphrase. */
export function freshArgon2(): Argon2 {
  return { ...ARGON2_FLOOR, salt: randomBytes(16) };
}

/** The parameters to sign in with; the server gives some for every address. */
export async function signInParameters(email: string): Promise<Argon2> {
  return readParameters(await read(await postCbor(SALT, [email])));
}

/** Raises WireError for anything but parameters at or above the floor. */
export function readParameters(value: Value): Argon2 {
  if (!isArray(value) || value.length !== 4) throw new WireError("malformed", "not parameters");
  const [memory, passes, lanes, salt] = value;
  if (
    typeof memory !== "number" ||
    typeof passes !== "number" ||
    typeof lanes !== "number" ||
    !(salt instanceof Uint8Array)
  ) {
    throw new WireError("malformed", "not parameters");
  }
  const parameters = { memory, passes, lanes, salt };
  checkArgon2(parameters);
  return parameters;
}

export function parametersValue(parameters: Argon2): Value {
  return [parameters.memory, parameters.passes, parameters.lanes, parameters.salt];
}

export function sameParameters(left: Argon2, right: Argon2): boolean {
  return (
    left.memory === right.memory &&
    left.passes === right.passes &&
    left.lanes === right.lanes &&
    equal(left.salt, right.salt)
  );
}
