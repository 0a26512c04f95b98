/**
 * One file on its way back: fetched chunk by chunk, opened, and written to where it is kept.
 *
 * Each chunk is checked before it is written, the whole before it is handed over: of a file that was
 * changed, cut off or re-ordered nothing remains.
 */

import { type Bytes } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { chunkCount } from "../../crypto/files";
import { ServerError } from "../../keys/http";
import { type FileBody } from "../../wire/body";
import { type BlobServer } from "./blobServer";
import { type Opening } from "./sealing";
import { type pause, Trying } from "./trying";

export type DownloadPhase = "loading" | "waiting" | "done" | "damaged" | "gone" | "failed" | "cancelled";

/** Where the opened bytes go. Nothing of them is seen by anybody before `close`. */
export interface Sink {
  write(data: Bytes): Promise<void>;
  close(): Promise<void>;
  /** Drops what was written. */
  abort(): Promise<void>;
}

export interface DownloadTools {
  readonly server: BlobServer;
  readonly opening: (key: Bytes, size: number, digest: Bytes) => Opening;
  readonly changed: () => void;
  readonly wait?: typeof pause;
}

export class Download {
  phase: DownloadPhase = "loading";
  /** Bytes that were opened and written. */
  done = 0;
  private readonly aborting = new AbortController();
  private readonly trying: Trying;

  constructor(
    private readonly body: FileBody,
    private readonly tools: DownloadTools,
  ) {
    const lost = (): void => {
      this.enter("waiting");
    };
    const back = (): void => {
      this.enter("loading");
    };
    this.trying = new Trying(this.aborting.signal, lost, back, tools.wait);
  }

  /** Whether the file is whole and in the sink. Raises nothing: `phase` says what was wrong. */
  async run(sink: Sink): Promise<boolean> {
    const { key, size, sha256 } = this.body;
    const opening = this.tools.opening(key, size, sha256);
    try {
      await this.load(opening, sink);
      await opening.finish();
      this.aborting.signal.throwIfAborted();
      await sink.close();
      this.enter("done");
      return true;
    } catch (error) {
      this.enter(reason(error));
      this.aborting.abort();
      await sink.abort().catch(() => undefined);
      return false;
    } finally {
      opening.close();
    }
  }

  cancel(): void {
    this.enter("cancelled");
    this.aborting.abort();
  }

  private async load(opening: Opening, sink: Sink): Promise<void> {
    const chunks = chunkCount(this.body.size);
    let next = this.fetch(0);
    for (let index = 0; index < chunks; index++) {
      const sealed = await next;
      // The following chunk travels while this one is opened and written.
      if (index + 1 < chunks) {
        next = this.fetch(index + 1);
        next.catch(() => undefined);
      }
      const data = await opening.open(index, sealed);
      await sink.write(data);
      this.done += data.length;
      this.tools.changed();
    }
  }

  private fetch(index: number): Promise<Bytes> {
    const { signal } = this.aborting;
    return this.trying.run(() => this.tools.server.get(this.body.blob, index, signal));
  }

  private enter(phase: DownloadPhase): void {
    if (this.phase === "cancelled") return;
    this.phase = phase;
    this.tools.changed();
  }
}

function reason(error: unknown): DownloadPhase {
  if (error instanceof WireError) return "damaged";
  if (error instanceof ServerError && error.status === 404) return "gone";
  return "failed";
}
