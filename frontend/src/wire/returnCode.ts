/**
 * Return codes: what somebody without an account keeps, to come back to what they have sent.
 *
 * 25 random digits (83 bits) and a check digit by Damm's quasigroup (2004), which finds every single wrong digit
 * and every swap of neighbours. The keys follow from the digits and the workspace; the server gets the
 * lookup and the public keys, and nothing that leads back to the code.
 */

import { type Bytes, fromUuid, utf8 } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { type Ed25519Key, ed25519FromSeed } from "../crypto/ed25519";
import { WireError } from "../crypto/error";
import { hkdf } from "../crypto/hash";
import { labelled } from "../crypto/identity";
import { DERIVE_RETURN_ED25519, DERIVE_RETURN_LOOKUP, DERIVE_RETURN_XWING, SIGN_RETURN } from "../crypto/labels";
import { postQuantum, type XwingKey } from "../crypto/pq";
import { openMap, range } from "./fields";
import { RETURN_CHALLENGE } from "./types";

const DIGITS = 25;
const LOOKUP_SIZE = 16;
const NONCE_SIZE = 32;
const ORIGIN_LIMIT = 300;
const CHALLENGE_LIMIT = 1024;
const TYPED_LIMIT = 200;
const DAMM = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
] as const;
/** Spaces, dashes, dots, and the marks of direction that come along when a code is copied from a page. */
const FILLING = /^[\s\-\u2010-\u2014.\u00b7\u200e\u200f\u061c\u2066-\u2069\ufeff]$/u;

/** What follows from a code in one workspace. `lookup` goes to the server, the private sides never. */
export interface ReturnSecrets {
  readonly lookup: Bytes;
  readonly signing: Ed25519Key;
  readonly reply: XwingKey;
}

/** What somebody who comes back signs. `nonce` is the server's, used once; `origin` is the browser's. */
export interface ReturnChallenge {
  readonly workspace: string;
  readonly lookup: Bytes;
  readonly nonce: Bytes;
  readonly origin: string;
}

/** 26 digits, the last one the check digit. */
export function newReturnCode(): string {
  let digits = "";
  const random = new Uint8Array(64);
  while (digits.length < DIGITS) {
    crypto.getRandomValues(random);
    // 250 is the greatest multiple of ten below 256: every digit is as likely as the others.
    for (const byte of random) if (byte < 250 && digits.length < DIGITS) digits += String(byte % 10);
  }
  return digits + checkDigit(digits);
}

/** The Damm digit of a row of digits; "0" for one that ends with its own. */
export function checkDigit(digits: string): string {
  let state = 0;
  for (const digit of digits) state = Number(DAMM[state]?.[Number(digit)]);
  return String(state);
}

/** In groups of four, as it is shown and printed. */
export function formatReturnCode(code: string): string {
  return code.match(/.{1,4}/g)?.join(" ") ?? "";
}

/** The 26 digits behind a typed code; spaces, dashes and any script's digits are read. Raises WireError("malformed"). */
export function parseReturnCode(typed: string): string {
  let digits = "";
  if (typed.length <= TYPED_LIMIT) {
    for (const letter of typed) {
      if (/^\p{Nd}$/u.test(letter)) digits += String(digitOf(letter));
      else if (!FILLING.test(letter)) throw new WireError("malformed", "not a return code");
    }
  }
  if (digits.length !== DIGITS + 1) throw new WireError("malformed", "not a return code");
  if (checkDigit(digits) !== "0") throw new WireError("malformed", "a mistyped return code");
  return digits;
}

/**
 * Unicode keeps the ten digits of a script together, in order. Where scripts stand side by side (the mathematical
 * digits do) their rows are whole, so that the place since the first one still tells the digit.
 */
function digitOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  let place = 0;
  while (code > place && /^\p{Nd}$/u.test(String.fromCodePoint(code - place - 1))) place += 1;
  return place % 10;
}

/** Raises WireError for a code that is none. */
export async function returnSecrets(code: string, workspace: string): Promise<ReturnSecrets> {
  const digits = utf8(parseReturnCode(code).slice(0, DIGITS));
  const salt = fromUuid(workspace);
  const part = (label: string, length: number): Promise<Bytes> => hkdf(digits, salt, utf8(label), length);
  const [lookup, ed25519, xwing] = await Promise.all([
    part(DERIVE_RETURN_LOOKUP, LOOKUP_SIZE),
    part(DERIVE_RETURN_ED25519, 32),
    part(DERIVE_RETURN_XWING, 32),
  ]);
  const pq = await postQuantum();
  return { lookup, signing: await ed25519FromSeed(ed25519), reply: await pq.xwingFromSeed(xwing) };
}

/** Raises WireError for a part of the wrong size. */
export function encodeReturnChallenge(challenge: ReturnChallenge): Bytes {
  const data = encode(
    fields({
      0: RETURN_CHALLENGE,
      1: 1,
      2: fromUuid(challenge.workspace),
      3: challenge.lookup,
      4: challenge.nonce,
      5: challenge.origin,
    }),
  );
  const found = openMap(data, { kind: RETURN_CHALLENGE, limit: CHALLENGE_LIMIT, required: range(2, 5) });
  found.bytes(3, LOOKUP_SIZE);
  found.bytes(4, NONCE_SIZE);
  found.text(5, 1, ORIGIN_LIMIT);
  return data;
}

/** The signature that shows who holds the code. */
export function signReturnChallenge(challenge: ReturnChallenge, secrets: ReturnSecrets): Promise<Bytes> {
  return secrets.signing.sign(labelled(SIGN_RETURN, encodeReturnChallenge(challenge)));
}
