/**
 * Guests: the identity behind a link, and the challenge that shows who holds it.
 *
 * The link carries 32 random bytes in its fragment; a code that travels another way may be mixed in.
 * Both together give the seeds of the guest's first identity, which the first opening replaces.
 */

import { argon2id } from "hash-wasm";

import { ARGON2_FLOOR } from "../crypto/argon";
import { type Bytes, fromUuid, randomBytes, utf8 } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { derive, hkdf, sha256 } from "../crypto/hash";
import { type Identity, type IdentitySeeds, type PublicKeys } from "../crypto/identity";
import { equal } from "../crypto/bytes";
import {
  DERIVE_GUEST_CODE,
  DERIVE_GUEST_ED25519,
  DERIVE_GUEST_LINK,
  DERIVE_GUEST_MLDSA,
  DERIVE_GUEST_XWING,
  SIGN_GUEST,
} from "../crypto/labels";
import { openMap, range } from "./fields";
import { GUEST_CHALLENGE } from "./types";

export const LINK_SECRET_SIZE = 32;
const CODE_LIMIT = 200;
const CHALLENGE_LIMIT = 1024;
const NONCE_SIZE = 32;
const ORIGIN_LIMIT = 300;

/** What goes into the fragment of a guest's link. */
export function newLinkSecret(): Bytes {
  return randomBytes(LINK_SECRET_SIZE);
}

/**
 * The guest's first identity from the link, and from the code if there is one.
 *
 * The code's spaces at the ends don't count. Takes about half a second with a code. Raises WireError.
 */
export async function guestSeeds(fragment: Bytes, code = ""): Promise<IdentitySeeds> {
  if (fragment.length !== LINK_SECRET_SIZE) {
    throw new WireError("malformed", "a link of the wrong length");
  }
  let secret = await derive(fragment, DERIVE_GUEST_LINK);
  const typed = utf8(code.normalize("NFKC").trim());
  if (typed.length > CODE_LIMIT) throw new WireError("malformed", "a code that is too long");
  if (typed.length > 0) {
    const stretched = await argon2id({
      password: typed,
      salt: (await sha256(secret)).slice(0, 16),
      memorySize: ARGON2_FLOOR.memory,
      iterations: ARGON2_FLOOR.passes,
      parallelism: ARGON2_FLOOR.lanes,
      hashLength: 32,
      outputType: "binary",
    });
    secret = await hkdf(new Uint8Array(stretched), secret, utf8(DERIVE_GUEST_CODE), 32);
  }
  return {
    ed25519: await derive(secret, DERIVE_GUEST_ED25519),
    mldsa: await derive(secret, DERIVE_GUEST_MLDSA),
    xwing: await derive(secret, DERIVE_GUEST_XWING),
  };
}

/** What a guest signs to come in. `nonce` is the server's, used once; `origin` is the browser's. */
export interface GuestChallenge {
  readonly thread: string;
  readonly guest: string;
  readonly fingerprint: Bytes;
  readonly nonce: Bytes;
  readonly origin: string;
}

/** Raises WireError for a part of the wrong size. */
export function encodeChallenge(challenge: GuestChallenge): Bytes {
  const data = encode(
    fields({
      0: GUEST_CHALLENGE,
      1: 1,
      2: fromUuid(challenge.thread),
      3: fromUuid(challenge.guest),
      4: challenge.fingerprint,
      5: challenge.nonce,
      6: challenge.origin,
    }),
  );
  decodeChallenge(data);
  return data;
}

export function decodeChallenge(data: Bytes): GuestChallenge {
  const found = openMap(data, {
    kind: GUEST_CHALLENGE,
    limit: CHALLENGE_LIMIT,
    required: range(2, 6),
  });
  return {
    thread: found.uuid(2),
    guest: found.uuid(3),
    fingerprint: found.bytes(4, 32),
    nonce: found.bytes(5, NONCE_SIZE),
    origin: found.text(6, 1, ORIGIN_LIMIT),
  };
}

/** The guest's Ed25519 signature over the challenge. */
export function signChallenge(challenge: GuestChallenge, identity: Identity): Promise<Bytes> {
  return identity.sign(SIGN_GUEST, encodeChallenge(challenge));
}

/** Raises WireError("signature") unless these keys, the ones named, signed this challenge. */
export async function verifyChallenge(
  challenge: GuestChallenge,
  keys: PublicKeys,
  signature: Bytes,
): Promise<void> {
  if (!equal(keys.fingerprint, challenge.fingerprint)) {
    throw new WireError("signature", "the challenge names other keys");
  }
  await keys.verify(SIGN_GUEST, encodeChallenge(challenge), signature);
}
