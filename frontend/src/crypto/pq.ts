/**
 * The two post-quantum primitives, X-Wing and ML-DSA-65, behind one interface with two makers:
 * the browser's own, and @noble/post-quantum where the browser has none. Chosen once at start.
 */

import { type Bytes } from "./bytes";

export interface XwingKey {
  /** 1,216 bytes. */
  readonly publicKey: Bytes;
  /** The 32-byte shared secret of a 1,120-byte encapsulation. */
  decapsulate(enc: Bytes): Promise<Bytes>;
}

export interface MldsaKey {
  /** 1,952 bytes. */
  readonly publicKey: Bytes;
  /** 3,309 bytes, randomised: two signatures over the same bytes differ. */
  sign(data: Bytes): Promise<Bytes>;
}

export interface PostQuantum {
  readonly name: "native" | "fallback";
  xwingFromSeed(seed: Bytes): Promise<XwingKey>;
  encapsulate(publicKey: Bytes): Promise<{ readonly enc: Bytes; readonly shared: Bytes }>;
  mldsaFromSeed(seed: Bytes): Promise<MldsaKey>;
  mldsaVerify(publicKey: Bytes, data: Bytes, signature: Bytes): Promise<boolean>;
}

let chosen: Promise<PostQuantum> | undefined;

/** The implementation in use; the first call chooses it. */
export function postQuantum(): Promise<PostQuantum> {
  chosen ??= choose("either");
  return chosen;
}

/** Chooses anew: for the self-test, which runs both. Raises Error if "native" is not to be had. */
export async function usePostQuantum(want: "native" | "fallback" | "either"): Promise<PostQuantum> {
  chosen = choose(want);
  return chosen;
}

async function choose(want: "native" | "fallback" | "either"): Promise<PostQuantum> {
  if (want !== "fallback") {
    const { native, nativeWorks } = await import("./pq-native");
    if (await nativeWorks()) return native;
    if (want === "native") throw new Error("this browser has no X-Wing or ML-DSA-65 of its own");
  }
  const { fallback } = await import("./pq-fallback");
  return fallback;
}
