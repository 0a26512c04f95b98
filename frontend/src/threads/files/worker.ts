/** The page's side of the worker that seals and opens. */

import { type Bytes } from "../../crypto/bytes";
import { WireError, type WireErrorCode } from "../../crypto/error";
import { workerAddress } from "../../keys/trusted";
import { ChangedFileError, type Opening, type Sealing } from "./sealing";
import { type Answer, type Order } from "./sealing.worker";
import workerFile from "./sealing.worker.ts?worker&url";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

interface Waiting {
  readonly resolve: (bytes: Bytes | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly progress?: (read: number) => void;
}

class SealingWorker {
  private readonly worker = new Worker(workerAddress(workerFile), { type: "module" });
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor() {
    this.worker.addEventListener("message", (event: MessageEvent<Answer>) => {
      this.take(event.data);
    });
    this.worker.addEventListener("error", () => {
      this.end(new Error("the worker stopped"));
    });
  }

  ask(
    order: WithoutId<Order>,
    transfer: Transferable[] = [],
    progress?: (read: number) => void,
  ): Promise<Bytes | undefined> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, ...(progress ? { progress } : {}) });
      this.worker.postMessage({ ...order, id }, transfer);
    });
  }

  /** Ends the worker, and with it whatever it held. */
  end(error: Error): void {
    this.worker.terminate();
    for (const one of this.waiting.values()) one.reject(error);
    this.waiting.clear();
  }

  private take(answer: Answer): void {
    const one = this.waiting.get(answer.id);
    if (answer.read !== undefined) {
      one?.progress?.(answer.read);
      return;
    }
    this.waiting.delete(answer.id);
    const { failed } = answer;
    if (failed === undefined) one?.resolve(answer.bytes);
    else one?.reject(errorOf(failed));
  }
}

function errorOf(failed: NonNullable<Answer["failed"]>): Error {
  if (failed.kind === "changed") return new ChangedFileError(failed.text);
  if (failed.kind === "wire") return new WireError(failed.code as WireErrorCode, failed.text);
  return new Error(failed.text);
}

function some(bytes: Bytes | undefined): Bytes {
  if (bytes === undefined) throw new Error("the worker gave nothing");
  return bytes;
}

/** Seals `file` in a worker of its own. */
export function sealInWorker(file: Blob): Sealing {
  const worker = new SealingWorker();
  return {
    hash: async (progress) => some(await worker.ask({ act: "hash", file }, [], progress)),
    seal: async (key, index) => some(await worker.ask({ act: "seal", key, index })),
    close: () => {
      worker.end(new Error("closed"));
    },
  };
}

/** Opens a file in a worker of its own. */
export function openInWorker(key: Bytes, size: number, digest: Bytes): Opening {
  const worker = new SealingWorker();
  const begun = worker.ask({ act: "begin", key, size, digest });
  return {
    open: async (index, sealed) => {
      await begun;
      return some(await worker.ask({ act: "open", index, sealed }, [sealed.buffer]));
    },
    finish: async () => {
      await begun;
      await worker.ask({ act: "finish" });
    },
    close: () => {
      worker.end(new Error("closed"));
    },
  };
}
