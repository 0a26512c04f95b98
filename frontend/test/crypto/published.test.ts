import { describe, expect, it } from "vitest";

import { toHex } from "../../src/crypto/bytes";
import { ed25519FromSeed, ed25519Verifier, ed25519Verify } from "../../src/crypto/ed25519";
import { hkdf, sha256 } from "../../src/crypto/hash";
import { schedule } from "../../src/crypto/hpke";
import { postQuantum } from "../../src/crypto/pq";
import { fallback } from "../../src/crypto/pq-fallback";
import { leafHash, treeHash } from "../../src/wire/tlog";
import { h, load } from "../vectors";

const published = load("published");

describe("the primitives against what their standards publish", () => {
  it("hashes as FIPS 180", async () => {
    for (const v of published.sha256) expect(toHex(await sha256(h(v.data)))).toBe(v.hash);
  });

  it("derives as RFC 5869", async () => {
    for (const v of published.hkdf) {
      const okm = await hkdf(h(v.key), h(v.salt), h(v.info), v.okm.length / 2);
      expect(toHex(okm)).toBe(v.okm);
    }
  });

  it("signs as RFC 8032", async () => {
    for (const v of published.ed25519) {
      const key = await ed25519FromSeed(h(v.seed));
      expect(toHex(key.publicKey)).toBe(v.public);
      expect(toHex(await key.sign(h(v.message)))).toBe(v.signature);
      const verifier = await ed25519Verifier(h(v.public));
      expect(await ed25519Verify(verifier, h(v.message), h(v.signature))).toBe(true);
    }
  });

  it("makes and checks ML-DSA-65 as FIPS 204, whichever does it", async () => {
    for (const pq of new Set([fallback, await postQuantum()])) {
      for (const v of published.mldsa_keys) {
        expect(toHex((await pq.mldsaFromSeed(h(v.seed))).publicKey)).toBe(v.public);
      }
      for (const v of published.mldsa) {
        expect(await pq.mldsaVerify(h(v.public), h(v.message), h(v.signature)), v.source).toBe(v.valid);
      }
    }
  });

  it("schedules keys as RFC 9180", async () => {
    for (const v of published.hpke_schedule) {
      const suite = { kem: v.kem, kdf: v.kdf, aead: v.aead, keySize: v.key_size };
      const { key, nonce } = await schedule(suite, h(v.shared), h(v.info));
      expect([toHex(key), toHex(nonce)]).toEqual([v.key, v.nonce]);
    }
  });

  it("makes X-Wing keys and opens encapsulations as the draft", async () => {
    const pq = await postQuantum();
    for (const v of published.xwing) {
      const key = await pq.xwingFromSeed(h(v.seed));
      expect(toHex(key.publicKey)).toBe(v.public);
      expect(toHex(await key.decapsulate(h(v.enc)))).toBe(v.shared);
    }
  });

  it("builds trees as RFC 9162", async () => {
    const { leaves, root, first_leaf_hash } = published.rfc9162;
    const hashes = await Promise.all(leaves.map((leaf) => leafHash(h(leaf))));
    expect(toHex(hashes[0] ?? new Uint8Array())).toBe(first_leaf_hash);
    expect(toHex(await treeHash(hashes))).toBe(root);
  });
});
