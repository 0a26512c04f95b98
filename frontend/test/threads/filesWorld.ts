/** An honest store of chunks and a memory of uploads; tests make them fail, lie or forget. */

import { type Bytes, equal, toHex } from "../../src/crypto/bytes";
import { chunkCount, chunkSize, TAG_SIZE } from "../../src/crypto/files";
import { ServerError } from "../../src/keys/http";
import { type BlobServer, type BlobStatus } from "../../src/threads/files/blobServer";
import { type Remembered, type Resumable } from "../../src/threads/files/remembered";
import { Sealer } from "../../src/threads/files/sealing";
import { Upload, type UploadTools } from "../../src/threads/files/upload";
import { type FileBody } from "../../src/wire/body";

interface Stored {
  readonly size: number;
  readonly chunks: Map<number, Bytes>;
}

export class Store implements BlobServer {
  readonly blobs = new Map<string, Stored>();
  readonly puts: number[] = [];
  /** Runs before a chunk is taken; may throw. */
  beforePut: (index: number) => void | Promise<void> = () => undefined;

  begin(blob: string, size: number): Promise<BlobStatus> {
    if (!this.blobs.has(blob)) this.blobs.set(blob, { size, chunks: new Map() });
    return this.status(blob);
  }

  status(blob: string): Promise<BlobStatus> {
    const { chunks, size } = this.find(blob);
    return Promise.resolve({
      present: new Set(chunks.keys()),
      isComplete: chunks.size === chunkCount(size),
    });
  }

  async put(blob: string, index: number, sealed: Bytes, signal: AbortSignal): Promise<void> {
    await this.beforePut(index);
    signal.throwIfAborted();
    const { chunks, size } = this.find(blob);
    const before = chunks.get(index);
    if (sealed.length !== chunkSize(size, index) + TAG_SIZE) throw new ServerError(422, "size");
    if (before !== undefined && !equal(before, sealed)) throw new ServerError(409, "other bytes");
    this.puts.push(index);
    chunks.set(index, sealed);
  }

  get(blob: string, index: number): Promise<Bytes> {
    const found = this.find(blob).chunks.get(index);
    if (found === undefined) return Promise.reject(new ServerError(404, "not here"));
    return Promise.resolve(found.slice());
  }

  remove(blob: string): Promise<void> {
    this.blobs.delete(blob);
    return Promise.resolve();
  }

  find(blob: string): Stored {
    const found = this.blobs.get(blob);
    if (found === undefined) throw new ServerError(404, "not here");
    return found;
  }

  only(): Stored {
    const [one, ...others] = this.blobs.values();
    if (one === undefined || others.length > 0) throw new Error(`${this.blobs.size} blobs`);
    return one;
  }
}

/** What RememberedUploads promises, without a browser's database. */
export class Memory implements Remembered {
  readonly records = new Map<string, { thread: string; digest: string; size: number; one: Resumable }>();
  readonly used = new Set<string>();

  claim(thread: string, digest: Bytes, size: number): Promise<Resumable | undefined> {
    for (const [blob, record] of this.records) {
      const same = record.thread === thread && record.digest === toHex(digest) && record.size === size;
      if (!same || this.used.has(blob)) continue;
      this.used.add(blob);
      return Promise.resolve(record.one);
    }
    return Promise.resolve(undefined);
  }

  keep(thread: string, digest: Bytes, size: number, one: Resumable): Promise<void> {
    this.records.set(one.blob, { thread, digest: toHex(digest), size, one });
    this.used.add(one.blob);
    return Promise.resolve();
  }

  release(blob: string): void {
    this.used.delete(blob);
  }

  forget(blob: string): Promise<void> {
    this.records.delete(blob);
    this.release(blob);
    return Promise.resolve();
  }
}

export const THREAD = "7f1c2b3a-0000-4000-8000-000000000001";

export class World {
  readonly store = new Store();
  readonly memory = new Memory();
  readonly phases: string[] = [];

  upload(file: Blob, more: Partial<UploadTools> = {}): Upload {
    const upload: Upload = new Upload(file, {
      thread: THREAD,
      server: this.store,
      remembered: this.memory,
      sealing: (one) => new Sealer(one),
      changed: () => {
        if (this.phases.at(-1) !== upload.phase) this.phases.push(upload.phase);
      },
      wait: () => Promise.resolve(),
      ...more,
    });
    return upload;
  }
}

/** The browser forgets everything but its memory: the tab was closed. */
export function closeTab(world: World): void {
  world.memory.used.clear();
}

export function content(size: number, seed = 1): Bytes {
  const data = new Uint8Array(size);
  for (let at = 0; at < size; at++) data[at] = (at * 31 + seed * (at >> 8) + seed) & 0xff;
  return data;
}

export function bodyOf(upload: Upload): FileBody {
  if (upload.uploaded === undefined) throw new Error("not uploaded");
  return { kind: "file", ...upload.uploaded, name: "a.bin", mediaType: "application/octet-stream" };
}
