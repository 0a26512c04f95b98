/** A person's three public keys with their fingerprint, and the private side made from seeds. */

import { type Bytes, randomBytes, utf8Into, utf8Length } from "./bytes";
import { encode, type Value } from "./cbor";
import { type Ed25519Key, ed25519FromSeed, ed25519Verifier, ed25519Verify } from "./ed25519";
import { WireError } from "./error";
import { sha256 } from "./hash";
import { unwrap } from "./hpke";
import { type MldsaKey, postQuantum, type XwingKey } from "./pq";

/** Two signatures over the same bytes. Both must verify. */
export interface SignaturePair {
  readonly ed25519: Bytes;
  readonly mldsa: Bytes;
}

/** The three 32-byte seeds. Secret: they belong in the vault and nowhere else. */
export interface IdentitySeeds {
  readonly ed25519: Bytes;
  readonly mldsa: Bytes;
  readonly xwing: Bytes;
}

export function generateSeeds(): IdentitySeeds {
  return { ed25519: randomBytes(32), mldsa: randomBytes(32), xwing: randomBytes(32) };
}

/** What is signed: label ‖ data. The first byte of `data` keeps labelled inputs apart. */
export function labelled(label: string, data: Bytes): Bytes {
  if ((data[0] ?? 0) < 0x80) throw new WireError("malformed", "only CBOR arrays and maps are signed");
  const start = utf8Length(label);
  const signed = new Uint8Array(start + data.length);
  utf8Into(label, signed.subarray(0, start));
  signed.set(data, start);
  return signed;
}

export class PublicKeys {
  private verifier: Promise<CryptoKey> | undefined;

  private constructor(
    readonly ed25519: Bytes,
    readonly mldsa: Bytes,
    readonly xwing: Bytes,
    /** SHA-256 of the CBOR array of the three keys: what other people pin. */
    readonly fingerprint: Bytes,
  ) {}

  static async of(ed25519: Bytes, mldsa: Bytes, xwing: Bytes): Promise<PublicKeys> {
    const fingerprint = await sha256(encode([ed25519, mldsa, xwing]));
    return new PublicKeys(ed25519, mldsa, xwing, fingerprint);
  }

  toValue(): readonly Value[] {
    return [this.ed25519, this.mldsa, this.xwing];
  }

  /** Ed25519 alone. Raises WireError("signature"). */
  async verify(label: string, data: Bytes, signature: Bytes): Promise<void> {
    this.verifier ??= ed25519Verifier(this.ed25519);
    if (!(await ed25519Verify(await this.verifier, labelled(label, data), signature))) {
      throw new WireError("signature", "the Ed25519 signature does not verify");
    }
  }

  /** Ed25519 and ML-DSA-65, both. Raises WireError("signature"). */
  async verifyPair(label: string, data: Bytes, pair: SignaturePair): Promise<void> {
    await this.verify(label, data, pair.ed25519);
    const pq = await postQuantum();
    const good = await pq
      .mldsaVerify(this.mldsa, labelled(label, data), pair.mldsa)
      .catch(() => false);
    if (!good) throw new WireError("signature", "the ML-DSA-65 signature does not verify");
  }
}

/** The private side of one identity, with keys that cannot be read out of it. */
export class Identity {
  private constructor(
    readonly publicKeys: PublicKeys,
    private readonly ed25519: Ed25519Key,
    private readonly mldsa: MldsaKey,
    private readonly xwing: XwingKey,
  ) {}

  static async fromSeeds(seeds: IdentitySeeds): Promise<Identity> {
    const pq = await postQuantum();
    const [ed25519, mldsa, xwing] = await Promise.all([
      ed25519FromSeed(seeds.ed25519),
      pq.mldsaFromSeed(seeds.mldsa),
      pq.xwingFromSeed(seeds.xwing),
    ]);
    const keys = await PublicKeys.of(ed25519.publicKey, mldsa.publicKey, xwing.publicKey);
    return new Identity(keys, ed25519, mldsa, xwing);
  }

  /** Ed25519 alone. */
  async sign(label: string, data: Bytes): Promise<Bytes> {
    return this.ed25519.sign(labelled(label, data));
  }

  async signPair(label: string, data: Bytes): Promise<SignaturePair> {
    const bytes = labelled(label, data);
    const [ed25519, mldsa] = await Promise.all([this.ed25519.sign(bytes), this.mldsa.sign(bytes)]);
    return { ed25519, mldsa };
  }

  /** The secret wrapped to this identity. Raises WireError("unsealed"). */
  unwrap(info: Bytes, wrapped: Bytes): Promise<Bytes> {
    return unwrap(this.xwing, info, wrapped);
  }
}
