/** X-Wing and ML-DSA-65 by @noble/post-quantum, for browsers without their own. */

import { ml_kem768_x25519 as xwing } from "@noble/post-quantum/hybrid.js";
import { ml_dsa65 as mldsa } from "@noble/post-quantum/ml-dsa.js";

import { type Bytes } from "./bytes";
import { type MldsaKey, type PostQuantum, type XwingKey } from "./pq";

/* The library is synchronous and throws; a promise turns that into a rejection, as WebCrypto does. */
export const fallback: PostQuantum = {
  name: "fallback",

  xwingFromSeed(seed: Bytes): Promise<XwingKey> {
    return later(() => {
      const pair = xwing.keygen(seed);
      return {
        publicKey: new Uint8Array(pair.publicKey),
        decapsulate: (enc) =>
          later(() => new Uint8Array(xwing.decapsulate(enc, pair.secretKey))),
      };
    });
  },

  encapsulate(publicKey: Bytes): Promise<{ enc: Bytes; shared: Bytes }> {
    return later(() => {
      const { cipherText, sharedSecret } = xwing.encapsulate(publicKey);
      return { enc: new Uint8Array(cipherText), shared: new Uint8Array(sharedSecret) };
    });
  },

  mldsaFromSeed(seed: Bytes): Promise<MldsaKey> {
    return later(() => {
      const pair = mldsa.keygen(seed);
      return {
        publicKey: new Uint8Array(pair.publicKey),
        sign: (data) => later(() => new Uint8Array(mldsa.sign(data, pair.secretKey))),
      };
    });
  },

  mldsaVerify(publicKey: Bytes, data: Bytes, signature: Bytes): Promise<boolean> {
    return later(() => mldsa.verify(signature, data, publicKey));
  },
};

function later<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
