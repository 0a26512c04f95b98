/**
 * Keeping the vault open from page to page.
 *
 * The vault key is encrypted twice: by a key of this browser that nobody can read out, and by a secret
 * that the server holds for this session. A revoked session's browser has the first half only.
 */

import { type Bytes, randomBytes, utf8 } from "../crypto/bytes";
import { isArray } from "../crypto/cbor";
import { derive } from "../crypto/hash";
import { openBox, seal } from "../crypto/seal";
import { KEYS_LOCK, KEYS_SESSION } from "./addresses";
import { read, send } from "./http";
import { beginTouch, isIdleTooLong } from "./idle";
import { ifThereIsRoom } from "./room";
import { forgetKept, keep, kept } from "./store";

const LABEL = "comms/v1/session";
const AES = "AES-GCM";

/** Keeps the vault key for the pages that follow in this session. */
export async function keepOpen(user: string, vaultKey: Bytes): Promise<void> {
  beginTouch();
  const outer = await serverHalf();
  const key = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const iv = randomBytes(12);
  const place = { name: AES, iv, additionalData: utf8(user) };
  const inner = new Uint8Array(await crypto.subtle.encrypt(place, key, vaultKey));
  // Where it can't be kept, the next page asks again.
  await ifThereIsRoom(keep({ user, key, iv, box: await seal(outer, LABEL, utf8(user), inner) }));
}

/** The vault key if this browser kept it, was not left alone too long, and the session still lives, else undefined. */
export async function reopen(user: string): Promise<Bytes | undefined> {
  const found = await kept(user);
  if (found === undefined) return undefined;
  if (isIdleTooLong()) {
    await forgetSession();
    return undefined;
  }
  try {
    const inner = await openBox(await serverHalf(), LABEL, utf8(user), found.box);
    const place = { name: AES, iv: found.iv, additionalData: utf8(user) };
    return new Uint8Array(await crypto.subtle.decrypt(place, found.key, inner));
  } catch (error) {
    // Another session's half: what is kept opens nothing any more. The network failing is another matter.
    if (error instanceof TypeError) throw error;
    await forgetKept();
    return undefined;
  }
}

/** Both halves forgotten: here, when `forgotten` is called, and then on the server. */
export async function forgetSession(forgotten: () => void = () => undefined): Promise<void> {
  await forgetKept();
  forgotten();
  await send("POST", KEYS_LOCK);
}

async function serverHalf(): Promise<Bytes> {
  const answer = await read(await send("POST", KEYS_SESSION));
  const secret = isArray(answer) ? answer[0] : undefined;
  if (!(secret instanceof Uint8Array) || secret.length !== 32) {
    throw new Error("The server's answer is not a session secret.");
  }
  return derive(secret, LABEL);
}
