/** Fetches sealed submissions page by page and has them opened in two workers, with progress, until it is stopped. */

import { workerAddress } from "../../keys/trusted";
import { type FeedbackServer, type ListedSubmission } from "../server";
import workerFile from "./opening.worker.ts?worker&url";
import { type Plan, type Result, type Sealed } from "./opening";
import { type Done, type Order } from "./opening.worker";
import { type Row } from "./records";

/** More than two gain nothing on the machines that people have, and each loads the cryptography anew. */
const WORKERS = 2;
const BATCH = 100;

export interface Opened {
  readonly rows: readonly Row[];
  /** Submissions that are not what somebody signed: none of them is counted. */
  readonly forged: readonly string[];
  /** Submissions sealed to keys that this reader does not have. */
  readonly missing: readonly string[];
}

/** One worker, which is given one batch after the other. */
class Hand {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, { done: (found: readonly Result[]) => void; failed: (error: Error) => void }>();
  private count = 0;
  /** Batches that it has not given back. */
  get load(): number {
    return this.waiting.size;
  }

  constructor(plan: Plan) {
    this.worker = new Worker(workerAddress(workerFile), { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Done>) => {
      const waiting = this.waiting.get(data.batch);
      this.waiting.delete(data.batch);
      if (data.results === undefined) waiting?.failed(new Error(data.error ?? "the worker failed"));
      else waiting?.done(data.results);
    });
    this.worker.addEventListener("error", () => {
      this.fail(new Error("the worker did not start"));
    });
    this.tell({ plan });
  }

  open(rows: readonly Sealed[]): Promise<readonly Result[]> {
    const batch = this.count++;
    const found = new Promise<readonly Result[]>((done, failed) => this.waiting.set(batch, { done, failed }));
    this.tell({ batch, rows });
    return found;
  }

  /** The keys that it was given go with it. */
  end(): void {
    this.worker.terminate();
    this.fail(new DOMException("stopped", "AbortError"));
  }

  private fail(error: Error): void {
    for (const { failed } of this.waiting.values()) failed(error);
    this.waiting.clear();
  }

  private tell(order: Order): void {
    this.worker.postMessage(order);
  }
}

/**
 * All submissions of a form, opened and verified. That they were opened is noted in the audit trail before
 * anything of them is given back. Raises AbortError when `signal` stops it, ServerError.
 */
export async function openAll(
  server: FeedbackServer,
  form: string,
  plan: Plan,
  tell: (opened: number) => void,
  signal: AbortSignal,
): Promise<Opened> {
  const hands = Array.from({ length: WORKERS }, () => new Hand(plan));
  const stop = (): void => {
    for (const hand of hands) hand.end();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    const found: Promise<Opened>[] = [];
    let opened = 0;
    for await (const page of pagesOf(server, form, signal)) {
      for (let at = 0; at < page.length; at += BATCH) {
        const batch = page.slice(at, at + BATCH);
        const hand = hands.reduce((one, other) => (other.load < one.load ? other : one));
        const opening = openBatch(server, hand, batch).then((done) => {
          opened += batch.length;
          tell(opened);
          return done;
        });
        // Awaited below, all together: a failure meanwhile is not unheard.
        opening.catch(() => undefined);
        found.push(opening);
      }
    }
    const all = await Promise.all(found);
    return {
      rows: all.flatMap((one) => one.rows),
      forged: all.flatMap((one) => one.forged),
      missing: all.flatMap((one) => one.missing),
    };
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** All submissions with their open answers only, as the server says they are. */
export async function loadOpen(
  server: FeedbackServer,
  form: string,
  sealedOf: (version: number) => ReadonlySet<string>,
): Promise<readonly Row[]> {
  const found: Row[] = [];
  for await (const page of pagesOf(server, form)) {
    for (const one of page) {
      const answers = JSON.parse(new TextDecoder().decode(one.openAnswers) || "{}") as Record<string, unknown>;
      const sealed = sealedOf(one.versionNumber);
      const open = Object.entries(answers).filter(([question]) => !sealed.has(question));
      found.push(rowOf(one, Object.fromEntries(open)));
    }
  }
  return found;
}

async function* pagesOf(
  server: FeedbackServer,
  form: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly ListedSubmission[]> {
  let page = await server.submissions(form, "", signal);
  for (;;) {
    // The next one is on its way while this one is opened.
    const next = page.next === "" ? undefined : server.submissions(form, page.next, signal);
    next?.catch(() => undefined);
    yield page.rows;
    if (next === undefined) return;
    page = await next;
  }
}

async function openBatch(server: FeedbackServer, hand: Hand, batch: readonly ListedSubmission[]): Promise<Opened> {
  const sealed = batch.map(
    ({ id, versionNumber, raw, openAnswers }): Sealed => ({ id, version: versionNumber, raw, openAnswers }),
  );
  const [results] = await Promise.all([hand.open(sealed), server.opened(batch.map((one) => one.id))]);
  const rows = batch.flatMap((one, at) => {
    const answers = results[at]?.answers;
    return answers === undefined ? [] : [rowOf(one, answers)];
  });
  const failed = (failure: string): string[] => results.filter((one) => one.failure === failure).map((one) => one.id);
  return { rows, forged: failed("forged"), missing: failed("missing") };
}

function rowOf(one: ListedSubmission, answers: Readonly<Record<string, unknown>>): Row {
  const { id, receivedOn, language, state, urgency, category, rating } = one;
  return { id, version: one.versionNumber, receivedOn, language, state, urgency, category, rating, answers };
}
