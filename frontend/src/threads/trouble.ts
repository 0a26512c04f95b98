/** What may be wrong with a conversation. Each has a sentence on the page, and stops sending there. */

import { WireError } from "../crypto/error";
import { type LogAlarm, LogTrouble } from "../keys";

export type TroubleKind =
  /** somebody's keys are others than those seen before, without their consent */
  | "changed-keys"
  /** keys in this person's own name that this person did not make */
  | "own-keys"
  /** an epoch that was not signed by who it says, or breaks the rules of who may publish it */
  | "forged-epoch"
  /** the server shows less than this person has seen before */
  | "rollback"
  /** the server shows other messages, or another order, than somebody has seen */
  | "fork"
  /** a message that was changed, moved or signed by somebody else */
  | "forged-message"
  /** the same message twice */
  | "replay"
  /** the public log of keys is not what it must be, as the browser's check of it says */
  | LogAlarm;

export class Trouble extends Error {
  override readonly name = "Trouble";

  /** `person` is whom it concerns; `detail` is for whoever helps. */
  constructor(
    readonly kind: TroubleKind,
    readonly detail: string,
    readonly person?: string,
  ) {
    super(`${kind}: ${detail}`);
  }
}

/** What the check of the log finds is trouble of the conversation. */
export async function logged<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof LogTrouble) throw new Trouble(error.kind, error.detail, error.person);
    throw error;
  }
}

/** Bytes from the server that no honest one would send are trouble, not a failure of this page. */
export async function noticed<T>(kind: TroubleKind, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WireError) throw new Trouble(kind, error.message);
    throw error;
  }
}
