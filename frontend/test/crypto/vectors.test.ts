import { describe, expect, it } from "vitest";

import { ARGON2_FLOOR, checkArgon2, passphraseKeys } from "../../src/crypto/argon";
import { toHex } from "../../src/crypto/bytes";
import { decode, encode } from "../../src/crypto/cbor";
import { CHUNK_SIZE, openChunk, sealChunk } from "../../src/crypto/files";
import { sha256 } from "../../src/crypto/hash";
import { unwrap } from "../../src/crypto/hpke";
import { pad, padme, unpad } from "../../src/crypto/padding";
import { postQuantum } from "../../src/crypto/pq";
import {
  formatCode,
  newRecoverySecret,
  parseCode,
  passkeyWrapKey,
  prfSalt,
  recoveryWrapKey,
} from "../../src/crypto/recovery";
import { openBox, unsafeSealWithSalt } from "../../src/crypto/seal";
import { named, refusal } from "../people";
import { h, load } from "../vectors";

describe("canonical CBOR", () => {
  it("accepts exactly the canonical", () => {
    for (const v of load("cbor").accepted) expect(toHex(encode(decode(h(v.hex), 1000)))).toBe(v.hex);
  });

  it.each(load("cbor").refused)("refuses $why ($hex)", async ({ hex }) => {
    expect(await refusal(() => decode(h(hex), 1000))).toBe("malformed");
  });

  it("refuses what is over its limit", async () => {
    expect(await refusal(() => decode(new Uint8Array(11), 10))).toBe("too-large");
  });

  it("refuses to write what it would not read", async () => {
    const lone = "\ud800";
    for (const bad of [-1, 1.5, -0, 2 ** 53, Number.NaN, lone, new Map([[24, 0]])]) {
      expect(await refusal(() => encode(bad))).toBe("malformed");
    }
  });

  it("keeps a leading byte order mark", () => {
    expect(decode(encode("\ufeffx"), 10)).toBe("\ufeffx");
  });
});

describe("padding", () => {
  const vectors = load("padding");

  it("gives the sizes and bytes of the vectors", () => {
    for (const [length, size] of vectors.padme) expect(padme(length)).toBe(size);
    for (const v of vectors.padded) {
      expect(toHex(pad(h(v.data)))).toBe(v.padded);
      expect(toHex(unpad(h(v.padded)))).toBe(v.data);
    }
  });

  it.each(vectors.refused)("refuses %s", async (bad) => {
    expect(await refusal(() => unpad(h(bad)))).toBe("malformed");
  });
});

describe("boxes and wraps", () => {
  it("seals and opens as Python", async () => {
    for (const v of load("seal")) {
      const [key, context, plaintext] = [h(v.key), h(v.context), h(v.plaintext)];
      const box = await unsafeSealWithSalt(key, v.label, context, plaintext, h(v.salt));
      expect(toHex(box)).toBe(v.box);
      expect(toHex(await openBox(key, v.label, context, box))).toBe(v.plaintext);
    }
  });

  it("opens what Python wrapped", async () => {
    const pq = await postQuantum();
    for (const v of load("wraps")) {
      const key = await pq.xwingFromSeed(h(v.xwing_seed));
      expect(toHex(await unwrap(key, h(v.info), h(v.wrap)))).toBe(v.secret);
    }
  });
});

describe("keys", () => {
  it.each(load("keys"))("of $name come from their seeds, and their signatures verify", async (v) => {
    const { identity } = await named(v.name);
    const keys = identity.publicKeys;
    expect([toHex(keys.ed25519), toHex(keys.mldsa), toHex(keys.xwing)]).toEqual([
      v.ed25519,
      v.mldsa,
      v.xwing,
    ]);
    expect(toHex(keys.fingerprint)).toBe(v.fingerprint);
    expect(toHex(await identity.sign(v.label, h(v.message)))).toBe(v.ed25519_signature);
    const theirs = { ed25519: h(v.ed25519_signature), mldsa: h(v.mldsa_signature) };
    await keys.verifyPair(v.label, h(v.message), theirs);
    await keys.verifyPair(v.label, h(v.message), await identity.signPair(v.label, h(v.message)));
  });

  it("sign for their label and bytes only, and both signatures count", async () => {
    const [anna, boris] = [await named("anna"), await named("boris")];
    const data = encode([1]);
    const pair = await anna.identity.signPair("comms/v1/epoch", data);
    const keys = anna.identity.publicKeys;
    await keys.verifyPair("comms/v1/epoch", data, pair);
    const zero = { ed25519: new Uint8Array(64), mldsa: new Uint8Array(3309) };
    for (const attempt of [
      () => keys.verifyPair("comms/v1/vault", data, pair),
      () => keys.verifyPair("comms/v1/epoch", encode([2]), pair),
      () => boris.identity.publicKeys.verifyPair("comms/v1/epoch", data, pair),
      () => keys.verifyPair("comms/v1/epoch", data, { ...pair, ed25519: zero.ed25519 }),
      () => keys.verifyPair("comms/v1/epoch", data, { ...pair, mldsa: zero.mldsa }),
      () => keys.verifyPair("comms/v1/epoch", data, { ...pair, mldsa: new Uint8Array(3) }),
    ]) {
      expect(await refusal(attempt)).toBe("signature");
    }
    expect(await refusal(() => anna.identity.sign("label", h("00a0")))).toBe("malformed");
  });
});

describe("derivations", () => {
  const vectors = load("derive");

  it.each(vectors.passphrases)("of the passphrase $passphrase", async (v) => {
    const keys = await passphraseKeys(v.passphrase, { ...v, salt: h(v.salt) });
    expect([keys.signInSecret, toHex(keys.wrapKey)]).toEqual([v.sign_in_secret, v.wrap_key]);
  });

  it("take NFKC, so that two spellings of one passphrase are one", async () => {
    const parameters = { ...ARGON2_FLOOR, salt: new Uint8Array(16) };
    const composed = await passphraseKeys("caf\u00e9 \ufb01n", parameters);
    const decomposed = await passphraseKeys("cafe\u0301 fin", parameters);
    expect(composed.signInSecret).toBe(decomposed.signInSecret);
  });

  it("refuse weak and absurd parameters before any work", async () => {
    const salt = new Uint8Array(16);
    for (const [memory, passes, lanes] of vectors.weak) {
      const weak = { memory, passes, lanes, salt };
      expect(await refusal(() => passphraseKeys("x", weak))).toBe("weak");
    }
    for (const [memory, passes, lanes] of vectors.beyond) {
      expect(await refusal(() => { checkArgon2({ memory, passes, lanes, salt }); })).toBe("malformed");
    }
    const short = { ...ARGON2_FLOOR, salt: new Uint8Array(15) };
    expect(await refusal(() => passphraseKeys("x", short))).toBe("malformed");
    const nan = { ...ARGON2_FLOOR, salt, memory: Number.NaN };
    expect(await refusal(() => passphraseKeys("x", nan))).toBe("weak");
  });

  it("of a passkey and of a recovery code", async () => {
    const { prf, recovery, prf_salt } = vectors;
    expect(toHex(await prfSalt())).toBe(prf_salt);
    expect(toHex(await passkeyWrapKey(h(prf.output)))).toBe(prf.wrap_key);
    expect(await formatCode(h(recovery.secret))).toBe(recovery.code);
    expect(toHex(await parseCode(recovery.code))).toBe(recovery.secret);
    expect(toHex(await recoveryWrapKey(h(recovery.secret)))).toBe(recovery.wrap_key);
  });

  it("forgive how a recovery code is written, and refuse a mistyped one", async () => {
    const secret = newRecoverySecret();
    const code = await formatCode(secret);
    expect(await parseCode(code.toLowerCase().replaceAll("-", " "))).toEqual(secret);
    expect(await parseCode(code.replaceAll("0", "o").replaceAll("1", "I"))).toEqual(secret);
    const other = (code.startsWith("7") ? "8" : "7") + code.slice(1);
    for (const bad of [other, code.slice(0, -1), `${code}0`, "", "U".repeat(32), "🕊"]) {
      expect(await refusal(() => parseCode(bad))).toBe("malformed");
    }
  });
});

describe("file chunks", () => {
  const vectors = load("files");
  const key = h(vectors.key);

  it("seal and open as Python", async () => {
    for (const v of vectors.chunks) {
      const sealed = await sealChunk(key, v.index, h(v.data), v.final);
      expect(toHex(sealed)).toBe(v.sealed);
      expect(toHex(await openChunk(key, v.index, sealed, v.final))).toBe(v.data);
    }
    const { index, sha256: expected } = vectors.full_chunk_of_zeros;
    const full = await sealChunk(key, index, new Uint8Array(CHUNK_SIZE), false);
    expect(toHex(await sha256(full))).toBe(expected);
  });

  it("refuse to be moved, cut off or reordered", async () => {
    const middle = await sealChunk(key, 0, new Uint8Array(CHUNK_SIZE), false);
    const last = await sealChunk(key, 1, h("656e64"), true);
    expect(await refusal(() => openChunk(key, 0, middle, true))).toBe("unsealed");
    expect(await refusal(() => openChunk(key, 1, middle, false))).toBe("unsealed");
    expect(await refusal(() => openChunk(key, 0, last, true))).toBe("unsealed");
    expect(await refusal(() => openChunk(key, 1, last, false))).toBe("malformed");
  });
});
