/** Opens and verifies submissions off the page's thread. What it is given to open them with goes with the worker. */

import { Opening, type Plan, type Result, type Sealed } from "./opening";

export type Order = { readonly plan: Plan } | { readonly batch: number; readonly rows: readonly Sealed[] };

export interface Done {
  readonly batch: number;
  readonly results?: readonly Result[];
  readonly error?: string;
}

let opening: Promise<Opening> | undefined;

async function answer(batch: number, rows: readonly Sealed[]): Promise<Done> {
  if (opening === undefined) throw new Error("out of order");
  return { batch, results: await (await opening).all(rows) };
}

self.addEventListener("message", (event: MessageEvent<Order>) => {
  const order = event.data;
  if ("plan" in order) {
    opening = Opening.of(order.plan);
    return;
  }
  answer(order.batch, order.rows).then(
    (done) => {
      self.postMessage(done);
    },
    (error: unknown) => {
      self.postMessage({ batch: order.batch, error: error instanceof Error ? error.message : String(error) });
    },
  );
});
