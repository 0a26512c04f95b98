/** The one error of the codecs, with a stable code that pages turn into a sentence. */

export type WireErrorCode =
  /** not canonical CBOR, or not the shape that docs/wire.cddl gives */
  | "malformed"
  /** over a limit */
  | "too-large"
  /** a type, version or suite this build does not know */
  | "unsupported"
  /** a signature does not verify */
  | "signature"
  /** a box or a wrap does not open: wrong key, wrong context, or changed */
  | "unsealed"
  /** a box or a wrap was made for another key */
  | "commitment"
  /** does not follow from what was seen before */
  | "chain"
  /** parameters below the floor */
  | "weak";

/** Bytes that must not be used: `code` says why, the message where. */
export class WireError extends Error {
  override readonly name = "WireError";

  constructor(
    readonly code: WireErrorCode,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}
