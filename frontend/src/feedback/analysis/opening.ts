/** Opening and verifying sealed submissions: what the worker does, and whoever has no worker. */

import { type Bytes, equal } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { postQuantum, type XwingKey } from "../../crypto/pq";
import { openByForm, readSubmission, verifySubmission } from "../../wire/submission";

/** What opens the submissions of one form: of each epoch that the reader has a key of, its form key's seed. */
export interface Plan {
  readonly thread: string;
  readonly seeds: readonly { readonly number: number; readonly hash: Bytes; readonly seed: Bytes }[];
  /** Signed by readers. `hash`: SHA-256 of what was signed, in hexadecimal digits. */
  readonly versions: readonly { readonly number: number; readonly hash: string; readonly sealed: readonly string[] }[];
}

export interface Sealed {
  readonly id: string;
  readonly version: number;
  readonly raw: Bytes;
  readonly openAnswers: Bytes;
}

/** `forged`: not what somebody signed with their return code. `missing`: sealed before this reader was one. */
export type Failure = "forged" | "missing";

export interface Result {
  readonly id: string;
  /** The open and the sealed answers, each only of questions that the version has so. */
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly failure?: Failure;
}

/** Fastest in Chromium: fewer leave its threads idle, more only wait. */
const AT_ONCE = 50;

/** Opens submissions of one form. */
export class Opening {
  private readonly pairs = new Map<number, { readonly hash: Bytes; readonly pair: XwingKey }>();
  private readonly versions: ReadonlyMap<string, { readonly number: number; readonly sealed: ReadonlySet<string> }>;

  private constructor(private readonly thread: string, plan: Plan) {
    this.versions = new Map(
      plan.versions.map(({ hash, number, sealed }) => [hash, { number, sealed: new Set(sealed) }]),
    );
  }

  static async of(plan: Plan): Promise<Opening> {
    const made = new Opening(plan.thread, plan);
    const pq = await postQuantum();
    for (const { number, hash, seed } of plan.seeds) {
      made.pairs.set(number, { hash, pair: await pq.xwingFromSeed(seed) });
    }
    return made;
  }

  async all(rows: readonly Sealed[]): Promise<readonly Result[]> {
    const results: Result[] = [];
    let next = 0;
    const take = async (): Promise<void> => {
      for (let at = next++; at < rows.length; at = next++) {
        const row = rows[at];
        if (row !== undefined) results[at] = await this.one(row);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    return results;
  }

  private async one(row: Sealed): Promise<Result> {
    const { id } = row;
    try {
      const submission = await readSubmission(row.raw);
      const version = this.versions.get(hexOf(submission.versionHash));
      if (submission.thread !== this.thread || version?.number !== row.version) return { id, failure: "forged" };
      await verifySubmission(submission, row.openAnswers);
      const key = this.pairs.get(submission.epoch.number);
      if (key === undefined) return { id, failure: "missing" };
      if (!equal(key.hash, submission.epoch.hash)) return { id, failure: "forged" };
      const { answers } = await openByForm(submission, key.pair);
      const open = parsed(new TextDecoder().decode(row.openAnswers));
      const sealed = parsed(answers);
      const kept = (from: Readonly<Record<string, unknown>>, isSealed: boolean): [string, unknown][] =>
        Object.entries(from).filter(([question]) => version.sealed.has(question) === isSealed);
      return { id, answers: Object.fromEntries([...kept(open, false), ...kept(sealed, true)]) };
    } catch (error) {
      // A page that is broken tells so by itself; what can't be read or proven here was made by somebody else.
      if (error instanceof WireError || error instanceof SyntaxError) return { id, failure: "forged" };
      throw error;
    }
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  const found: unknown = JSON.parse(text === "" ? "{}" : text);
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new WireError("malformed", "answers are a map");
  }
  return found as Record<string, unknown>;
}

export function hexOf(data: Bytes): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
