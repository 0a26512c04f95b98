/** Ed25519 by WebCrypto, which every browser we support has. */

import { type Bytes, concat, fromHex } from "./bytes";
import { WireError } from "./error";

const NAME = "Ed25519";
/** RFC 8410: everything of a PKCS #8 Ed25519 key before its 32 bytes. */
const PKCS8_PREFIX = fromHex("302e020100300506032b657004220420");

export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Bytes;
  /** 64 bytes. */
  sign(data: Bytes): Promise<Bytes>;
}

export async function ed25519FromSeed(seed: Bytes): Promise<Ed25519Key> {
  if (seed.length !== 32) throw new WireError("malformed", "a seed of the wrong size");
  const der = concat(PKCS8_PREFIX, seed);
  const readable = await crypto.subtle.importKey("pkcs8", der, NAME, true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", readable);
  if (x === undefined) throw new Error("the browser exported an Ed25519 key without its public part");
  const key = await crypto.subtle.importKey("pkcs8", der, NAME, false, ["sign"]);
  return {
    publicKey: fromBase64Url(x),
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(NAME, key, data)),
  };
}

/** A key that only verifies. Raises WireError for 32 bytes that are no key. */
export async function ed25519Verifier(publicKey: Bytes): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey("raw", publicKey, NAME, true, ["verify"]);
  } catch {
    throw new WireError("signature", "not an Ed25519 key");
  }
}

export async function ed25519Verify(key: CryptoKey, data: Bytes, signature: Bytes): Promise<boolean> {
  return crypto.subtle.verify(NAME, key, signature, data);
}

function fromBase64Url(text: string): Bytes {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
