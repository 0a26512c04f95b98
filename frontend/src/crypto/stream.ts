/** SHA-256 of what is too large to hold at once; WebCrypto hashes only what is whole in memory. */

import { createSHA256 } from "hash-wasm";

import { type Bytes } from "./bytes";

export class Sha256Stream {
  private constructor(private readonly hasher: Awaited<ReturnType<typeof createSHA256>>) {}

  static async start(): Promise<Sha256Stream> {
    const hasher = await createSHA256();
    hasher.init();
    return new Sha256Stream(hasher);
  }

  add(data: Bytes): void {
    this.hasher.update(data);
  }

  /** Of everything that was added; ends the stream. */
  end(): Bytes {
    return new Uint8Array(this.hasher.digest("binary"));
  }
}
