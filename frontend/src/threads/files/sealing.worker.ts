/** Sealing and opening off the page's thread. One worker for each file; messages are answered in turn. */

import { type Bytes } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { ChangedFileError, Opener, Sealer } from "./sealing";

export type Order =
  | { readonly id: number; readonly act: "hash"; readonly file: Blob }
  | { readonly id: number; readonly act: "seal"; readonly key: Bytes; readonly index: number }
  | { readonly id: number; readonly act: "begin"; readonly key: Bytes; readonly size: number; readonly digest: Bytes }
  | { readonly id: number; readonly act: "open"; readonly index: number; readonly sealed: Bytes }
  | { readonly id: number; readonly act: "finish" };

export interface Answer {
  readonly id: number;
  readonly bytes?: Bytes;
  /** Bytes read so far; the answer itself is still to come. */
  readonly read?: number;
  readonly failed?: { readonly kind: "changed" | "wire" | "other"; readonly code: string; readonly text: string };
}

let sealer: Sealer | undefined;
let opener: Opener | undefined;
let queue: Promise<void> = Promise.resolve();

const post = self as unknown as { postMessage(answer: Answer, transfer: Transferable[]): void };

function need<T>(one: T | undefined): T {
  if (one === undefined) throw new Error("out of order");
  return one;
}

async function answer(order: Order): Promise<Bytes | undefined> {
  switch (order.act) {
    case "hash":
      sealer = new Sealer(order.file);
      return sealer.hash((read) => {
        post.postMessage({ id: order.id, read }, []);
      });
    case "seal":
      return need(sealer).seal(order.key, order.index);
    case "begin":
      opener = new Opener(order.key, order.size, order.digest);
      return undefined;
    case "open":
      return need(opener).open(order.index, order.sealed);
    case "finish":
      await need(opener).finish();
      return undefined;
  }
}

function failure(error: unknown): NonNullable<Answer["failed"]> {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof ChangedFileError) return { kind: "changed", code: "", text };
  if (error instanceof WireError) return { kind: "wire", code: error.code, text };
  return { kind: "other", code: "", text };
}

self.addEventListener("message", (event: MessageEvent<Order>) => {
  const order = event.data;
  queue = queue.then(async () => {
    try {
      const bytes = await answer(order);
      if (bytes === undefined) post.postMessage({ id: order.id }, []);
      else post.postMessage({ id: order.id, bytes }, [bytes.buffer]);
    } catch (error) {
      post.postMessage({ id: order.id, failed: failure(error) }, []);
    }
  });
});
