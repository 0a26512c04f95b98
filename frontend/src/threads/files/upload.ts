/**
 * One file on its way: hashed, sealed and sent in chunks.
 *
 * It goes on by itself after a lost connection; after a closed tab as soon as the same file is attached
 * again. "The same" means the same SHA-256: any other content gets a new key and a new blob.
 */

import { type Bytes, randomBytes, toUuid } from "../../crypto/bytes";
import { chunkCount, chunkSize } from "../../crypto/files";
import { ServerError } from "../../keys/http";
import { FILE_LIMIT } from "../../wire/body";
import { type BlobServer, type BlobStatus } from "./blobServer";
import { type Remembered, type Resumable } from "./remembered";
import { ChangedFileError, type Sealing } from "./sealing";
import { type pause, Trying } from "./trying";

export type Phase = "reading" | "sending" | "waiting" | "done" | "failed" | "cancelled";
export type Problem = "tooLarge" | "changed" | "refused" | "failed";

/** What a message needs to name an uploaded file. */
export interface Uploaded extends Resumable {
  readonly size: number;
  readonly sha256: Bytes;
}

export interface UploadTools {
  readonly thread: string;
  readonly server: BlobServer;
  readonly remembered: Remembered;
  readonly sealing: (file: Blob) => Sealing;
  readonly changed: () => void;
  readonly wait?: typeof pause;
}

/** Chunks on their way at the same time: one is sealed while the other travels. */
const LANES = 2;
/** What was sent stays: after signing in again the same file goes on. */
const SIGNED_OUT = 401;

export class Upload {
  phase: Phase = "reading";
  problem: Problem | undefined;
  /** What the server said when it refused; a sentence in the person's language. */
  refusal = "";
  /** Bytes that were read or, from "sending" on, that the server has. */
  done = 0;
  uploaded: Uploaded | undefined;
  private readonly aborting = new AbortController();
  private readonly trying: Trying;
  private begun: Resumable | undefined;

  constructor(
    readonly file: Blob,
    private readonly tools: UploadTools,
  ) {
    const lost = (): void => {
      this.enter("waiting");
    };
    const back = (): void => {
      this.enter("sending");
    };
    this.trying = new Trying(this.aborting.signal, lost, back, tools.wait);
  }

  isOver(): boolean {
    return ["done", "failed", "cancelled"].includes(this.phase);
  }

  /** Until it is done, refused or cancelled. Raises nothing: `phase` and `problem` say what came of it. */
  async run(): Promise<void> {
    if (this.file.size > FILE_LIMIT) {
      this.fail("tooLarge");
      return;
    }
    const sealing = this.tools.sealing(this.file);
    try {
      this.uploaded = await this.send(sealing);
      this.enter("done");
    } catch (error) {
      await this.stop(error);
    } finally {
      sealing.close();
    }
  }

  /** Ends it and takes back what was sent. */
  async cancel(): Promise<void> {
    const was = this.phase;
    this.aborting.abort();
    this.enter("cancelled");
    if (was === "done") await this.takeBack();
  }

  /** The file is in a message now: nothing to resume any more. */
  async settle(): Promise<void> {
    if (this.begun !== undefined) await this.tools.remembered.forget(this.begun.blob);
  }

  private async send(sealing: Sealing): Promise<Uploaded> {
    const { size } = this.file;
    const sha256 = await sealing.hash((read) => {
      this.done = read;
      this.tools.changed();
    });
    this.aborting.signal.throwIfAborted();
    const { one, status } = await this.begin(sha256);
    this.done = [...status.present].reduce((sum, index) => sum + chunkSize(size, index), 0);
    this.enter("sending");
    const missing = Array.from({ length: chunkCount(size) }, (_, index) => index).filter(
      (index) => !status.present.has(index),
    );
    const lane = async (): Promise<void> => {
      for (let index = missing.shift(); index !== undefined; index = missing.shift()) {
        await this.sendChunk(sealing, one, index);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const found = await this.trying.run(() => this.tools.server.status(one.blob));
    if (!found.isComplete) throw new Error("the server lacks a part of the file");
    return { ...one, size, sha256 };
  }

  private async sendChunk(sealing: Sealing, one: Resumable, index: number): Promise<void> {
    this.aborting.signal.throwIfAborted();
    // Sealed once: a retry sends the same bytes.
    const sealed = await sealing.seal(one.key, index);
    await this.trying.run(() =>
      this.tools.server.put(one.blob, index, sealed, this.aborting.signal),
    );
    this.done += chunkSize(this.file.size, index);
    this.tools.changed();
  }

  /** An upload of this very file that was cut short, if the server still has it; else a new one. */
  private async begin(sha256: Bytes): Promise<{ one: Resumable; status: BlobStatus }> {
    const { thread, server, remembered } = this.tools;
    const { size } = this.file;
    const known = await remembered.claim(thread, sha256, size);
    if (known !== undefined) {
      this.begun = known;
      const status = await this.trying.run(() => found(server, known.blob));
      if (status !== undefined) return { one: known, status };
      await remembered.forget(known.blob);
    }
    const one = { blob: freshUuid(), key: randomBytes(32) };
    this.begun = one;
    // Remembered first: a tab that closes between the two leaves nothing that can't be resumed.
    await remembered.keep(thread, sha256, size, one);
    return { one, status: await this.trying.run(() => server.begin(one.blob, size)) };
  }

  private async stop(error: unknown): Promise<void> {
    // The other lane stops too.
    this.aborting.abort();
    if (this.phase === "cancelled") {
      await this.takeBack();
    } else if (error instanceof ChangedFileError) {
      this.fail("changed");
      await this.takeBack();
    } else if (error instanceof ServerError && error.status !== SIGNED_OUT) {
      this.refusal = error.message;
      this.fail(error.status === 413 ? "tooLarge" : "refused");
      // Nothing of it will be wanted: a retry begins anew.
      await this.takeBack();
    } else {
      this.fail("failed");
      if (this.begun !== undefined) this.tools.remembered.release(this.begun.blob);
    }
  }

  private async takeBack(): Promise<void> {
    if (this.begun === undefined) return;
    const { blob } = this.begun;
    await this.tools.remembered.forget(blob);
    // Without a connection, or where it was never begun: the server clears it away by itself.
    await this.tools.server.remove(blob).catch(() => undefined);
  }

  private fail(problem: Problem): void {
    this.problem = problem;
    this.enter("failed");
  }

  private enter(phase: Phase): void {
    if (this.phase === "cancelled") return;
    this.phase = phase;
    this.tools.changed();
  }
}

async function found(server: BlobServer, blob: string): Promise<BlobStatus | undefined> {
  try {
    return await server.status(blob);
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return undefined;
    throw error;
  }
}

/** A random UUID, version 4. */
function freshUuid(): string {
  const data = randomBytes(16);
  data[6] = ((data[6] ?? 0) & 0x0f) | 0x40;
  data[8] = ((data[8] ?? 0) & 0x3f) | 0x80;
  return toUuid(data);
}
