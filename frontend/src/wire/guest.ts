/**
 * Guests: the identity behind a link, and the challenge that shows who holds it.
 *
 * The link carries 32 random bytes in its fragment; a code that travels another way may be mixed in.
 * Both together give the seeds of the guest's first identity, which the first opening replaces. Beside
 * them stands the hash of the epoch that brought the guest in, so that no server can show them another
 * conversation in its place.
 */

import { argon2id } from "hash-wasm";

import { ARGON2_FLOOR } from "../crypto/argon";
import { type Bytes, concat, equal, fromUuid, randomBytes, utf8 } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { derive, hkdf, sha256 } from "../crypto/hash";
import { type Identity, type IdentitySeeds, type PublicKeys } from "../crypto/identity";
import {
  DERIVE_GUEST_CODE,
  DERIVE_GUEST_ED25519,
  DERIVE_GUEST_LINK,
  DERIVE_GUEST_MLDSA,
  DERIVE_GUEST_XWING,
  SEAL_GUEST_NAME,
  SIGN_GUEST,
} from "../crypto/labels";
import { pad, unpad } from "../crypto/padding";
import { openBox, seal } from "../crypto/seal";
import { openMap, range } from "./fields";
import { GUEST_CHALLENGE } from "./types";

export const LINK_SECRET_SIZE = 32;
const CODE_LIMIT = 200;
const CHALLENGE_LIMIT = 1024;
const NONCE_SIZE = 32;
const ORIGIN_LIMIT = 300;
export const NAME_LIMIT = 200;
const FRAGMENT = /^[A-Za-z0-9_-]{86}$/;

/** What stands behind the # of a link. */
export interface GuestLink {
  readonly secret: Bytes;
  /** Hash of the epoch that brought the guest in. */
  readonly epoch: Bytes;
}

/** Secret and epoch hash in base64url without padding. */
export function encodeFragment({ secret, epoch }: GuestLink): string {
  if (secret.length !== LINK_SECRET_SIZE || epoch.length !== 32) {
    throw new WireError("malformed", "a link of the wrong length");
  }
  const letters = btoa(String.fromCharCode(...concat(secret, epoch)));
  return letters.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Raises WireError. */
export function readFragment(text: string): GuestLink {
  if (!FRAGMENT.test(text)) throw new WireError("malformed", "not a guest's link");
  const letters = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const data = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const link = { secret: data.slice(0, LINK_SECRET_SIZE), epoch: data.slice(LINK_SECRET_SIZE) };
  if (encodeFragment(link) !== text) throw new WireError("malformed", "not a guest's link");
  return link;
}

/** Which link a name is of; `number` is the epoch whose key seals it. */
export interface NamePlace {
  readonly thread: string;
  readonly guest: string;
  readonly number: number;
}

/** What a link is called, for everyone with the epoch's key. Raises WireError. */
export async function sealName(key: Bytes, place: NamePlace, name: string): Promise<Bytes> {
  const data = utf8(name);
  checkName(data);
  return seal(key, SEAL_GUEST_NAME, nameContext(place), pad(data));
}

/** Raises WireError. */
export async function openName(key: Bytes, place: NamePlace, box: Bytes): Promise<string> {
  const data = unpad(await openBox(key, SEAL_GUEST_NAME, nameContext(place), box));
  checkName(data);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    throw new WireError("malformed", "a name that is no text");
  }
}

function nameContext({ thread, guest, number }: NamePlace): Bytes {
  return encode([fromUuid(thread), fromUuid(guest), number]);
}

function checkName(data: Bytes): void {
  if (data.length === 0 || data.length > NAME_LIMIT) {
    throw new WireError("malformed", "a name of no or too many letters");
  }
}

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
