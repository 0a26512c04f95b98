/**
 * A file is read twice: once for its hash, once to be sealed chunk by chunk.
 *
 * A key must never seal two different chunks under one number, so each chunk is held against its hash
 * from the first reading before it is sealed: a file that changes meanwhile stops the upload.
 */

import { type Bytes, equal } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { chunkCount, chunkSize, CHUNK_SIZE, openChunk, sealChunk } from "../../crypto/files";
import { sha256 } from "../../crypto/hash";
import { Sha256Stream } from "../../crypto/stream";

/** The file is another one than when it was first read, or can't be read any more. */
export class ChangedFileError extends Error {
  override readonly name = "ChangedFileError";
}

/** Reads and seals one file; in the page a worker stands behind it. */
export interface Sealing {
  /** SHA-256 of the file; `progress` hears how many bytes were read. Comes first. */
  hash(progress: (read: number) => void): Promise<Bytes>;
  /** Chunk `index`, sealed. Raises ChangedFileError. */
  seal(key: Bytes, index: number): Promise<Bytes>;
  close(): void;
}

/** Opens one file, chunk after chunk in order. */
export interface Opening {
  /** Raises WireError for a chunk that is changed, out of place or cut off. */
  open(index: number, sealed: Bytes): Promise<Bytes>;
  /** Raises WireError unless every chunk was here and the whole is the file that was sent. */
  finish(): Promise<void>;
  close(): void;
}

export class Sealer implements Sealing {
  private readonly digests: Bytes[] = [];

  constructor(private readonly file: Blob) {}

  async hash(progress: (read: number) => void): Promise<Bytes> {
    const whole = await Sha256Stream.start();
    const count = chunkCount(this.file.size);
    let next = this.read(0);
    for (let index = 0; index < count; index++) {
      const data = await next;
      // The disk and the browser's own hashing work beside ours, which takes the longest.
      if (index + 1 < count) next = this.read(index + 1);
      // What went wrong with it is said when its turn comes.
      next.catch(() => undefined);
      const digest = sha256(data);
      whole.add(data);
      this.digests[index] = await digest;
      progress(index * CHUNK_SIZE + data.length);
    }
    return whole.end();
  }

  async seal(key: Bytes, index: number): Promise<Bytes> {
    const data = await this.read(index);
    const before = this.digests[index];
    if (before === undefined || !equal(before, await sha256(data))) {
      throw new ChangedFileError(`chunk ${index}`);
    }
    return sealChunk(key, index, data, index === chunkCount(this.file.size) - 1);
  }

  close(): void {
    this.digests.length = 0;
  }

  private async read(index: number): Promise<Bytes> {
    const size = chunkSize(this.file.size, index);
    const part = this.file.slice(index * CHUNK_SIZE, index * CHUNK_SIZE + size);
    // Browsers refuse to read a file that was changed or moved since it was chosen.
    const data = await part.arrayBuffer().catch((error: unknown) => {
      throw new ChangedFileError(error instanceof Error ? error.message : "unreadable");
    });
    if (data.byteLength !== size) throw new ChangedFileError("shorter than it was");
    return new Uint8Array(data);
  }
}

export class Opener implements Opening {
  private next = 0;
  private readonly whole = Sha256Stream.start();

  constructor(
    private readonly key: Bytes,
    private readonly size: number,
    private readonly digest: Bytes,
  ) {}

  async open(index: number, sealed: Bytes): Promise<Bytes> {
    if (index !== this.next) throw new WireError("chain", "a chunk out of order");
    const data = await openChunk(this.key, index, sealed, index === chunkCount(this.size) - 1);
    if (data.length !== chunkSize(this.size, index)) {
      throw new WireError("malformed", "another size than announced");
    }
    (await this.whole).add(data);
    this.next += 1;
    return data;
  }

  async finish(): Promise<void> {
    if (this.next !== chunkCount(this.size)) throw new WireError("chain", "chunks are missing");
    if (!equal((await this.whole).end(), this.digest)) {
      throw new WireError("chain", "not the file that was sent");
    }
  }

  close(): void {
    // Nothing outlives it: the worker's form of it ends the worker.
  }
}
