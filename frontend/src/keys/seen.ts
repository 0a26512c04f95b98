/** What a page has seen, put into contents that another page may have changed meanwhile: it only goes forward. */

import { type Bytes } from "../crypto/bytes";
import { type Pin, type ThreadHead, type VaultContents } from "../wire/vaultContents";
import { sizeOf } from "./log";

export interface Seen {
  /** These replace those of the same people. */
  readonly pins?: readonly Pin[];
  readonly heads?: readonly ThreadHead[];
  readonly checkpoint?: Bytes | undefined;
}

export function seen(contents: VaultContents, { pins = [], heads = [], checkpoint }: Seen): VaultContents {
  const users = new Set(pins.map((pin) => pin.user));
  return {
    ...contents,
    pins: [...contents.pins.filter((pin) => !users.has(pin.user)), ...pins],
    heads: heads.reduce(forward, contents.heads),
    ...larger(contents.checkpoint, checkpoint),
  };
}

function larger(kept: Bytes | undefined, fresh: Bytes | undefined): Pick<VaultContents, "checkpoint"> {
  if (fresh === undefined || (kept !== undefined && sizeOf(kept) >= sizeOf(fresh))) return {};
  return { checkpoint: fresh };
}

function forward(heads: readonly ThreadHead[], head: ThreadHead): readonly ThreadHead[] {
  const before = heads.find((one) => one.thread === head.thread);
  const older =
    before !== undefined &&
    (before.epoch > head.epoch || (before.epoch === head.epoch && before.head.seq > head.head.seq));
  return older ? heads : [...heads.filter((one) => one.thread !== head.thread), head];
}
