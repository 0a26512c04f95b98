/** X-Wing and ML-DSA-65 by the browser's own WebCrypto (Modern Algorithms draft). */

import { type Bytes, concat, equal } from "./bytes";
import { type MldsaKey, type PostQuantum, type XwingKey } from "./pq";

/** What TypeScript's library does not list yet. */
interface ModernSubtle {
  importKey(
    format: "raw-seed" | "raw-public",
    data: Bytes,
    algorithm: string,
    extractable: boolean,
    usages: readonly string[],
  ): Promise<CryptoKey>;
  exportKey(format: "raw-public", key: CryptoKey): Promise<ArrayBuffer>;
  getPublicKey(key: CryptoKey, usages: readonly string[]): Promise<CryptoKey>;
  encapsulateBits(
    algorithm: string,
    key: CryptoKey,
  ): Promise<{ readonly ciphertext: ArrayBuffer; readonly sharedKey: ArrayBuffer }>;
  decapsulateBits(algorithm: string, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

const XWING = "MLKEM768-X25519";
const MLDSA = "ML-DSA-65";

function subtle(): ModernSubtle {
  return crypto.subtle as unknown as ModernSubtle;
}

async function publicOf(key: CryptoKey, usage: string): Promise<Bytes> {
  const publicKey = await subtle().getPublicKey(key, [usage]);
  return new Uint8Array(await subtle().exportKey("raw-public", publicKey));
}

export const native: PostQuantum = {
  name: "native",

  async xwingFromSeed(seed: Bytes): Promise<XwingKey> {
    const key = await subtle().importKey("raw-seed", seed, XWING, false, ["decapsulateBits"]);
    return {
      publicKey: await publicOf(key, "encapsulateBits"),
      decapsulate: async (enc) => new Uint8Array(await subtle().decapsulateBits(XWING, key, enc)),
    };
  },

  async encapsulate(publicKey: Bytes): Promise<{ enc: Bytes; shared: Bytes }> {
    const key = await subtle().importKey("raw-public", publicKey, XWING, true, ["encapsulateBits"]);
    const { ciphertext, sharedKey } = await subtle().encapsulateBits(XWING, key);
    return { enc: new Uint8Array(ciphertext), shared: new Uint8Array(sharedKey) };
  },

  async mldsaFromSeed(seed: Bytes): Promise<MldsaKey> {
    const key = await subtle().importKey("raw-seed", seed, MLDSA, false, ["sign"]);
    return {
      publicKey: await publicOf(key, "verify"),
      sign: async (data) => new Uint8Array(await crypto.subtle.sign(MLDSA, key, data)),
    };
  },

  async mldsaVerify(publicKey: Bytes, data: Bytes, signature: Bytes): Promise<boolean> {
    const key = await subtle().importKey("raw-public", publicKey, MLDSA, true, ["verify"]);
    return crypto.subtle.verify(MLDSA, key, signature, data);
  },
};

/** Whether everything above works here, found out by doing it once. */
export async function nativeWorks(): Promise<boolean> {
  try {
    const seed = new Uint8Array(32);
    const recipient = await native.xwingFromSeed(seed);
    const { enc, shared } = await native.encapsulate(recipient.publicKey);
    const signer = await native.mldsaFromSeed(seed);
    const signature = await signer.sign(enc);
    return (
      equal(await recipient.decapsulate(enc), shared) &&
      (await native.mldsaVerify(signer.publicKey, enc, signature)) &&
      !(await native.mldsaVerify(signer.publicKey, concat(enc, enc), signature))
    );
  } catch {
    return false;
  }
}
