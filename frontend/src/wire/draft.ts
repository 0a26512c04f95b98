/** Drafts: what a person has begun to write in a thread, sealed for nobody but themselves. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { derive } from "../crypto/hash";
import { DERIVE_DRAFT, SEAL_DRAFT } from "../crypto/labels";
import { pad, unpad } from "../crypto/padding";
import { openBox, seal } from "../crypto/seal";
import { TEXT_LIMIT } from "./body";
import { openMap } from "./fields";
import { DRAFT } from "./types";

const LIMIT = 64 * 1024;

/** `replyTo` and `edits` are envelope hashes; `writtenAt` in milliseconds. */
export interface Draft {
  readonly text: string;
  readonly writtenAt: number;
  readonly replyTo?: Bytes;
  readonly edits?: Bytes;
}

/** Whose draft, where, and which of its versions: a box opens as nothing else. */
export interface DraftPlace {
  readonly user: string;
  readonly thread: string;
  readonly number: number;
}

/** The key for the drafts of the identity with this X-Wing seed; old seeds stay in the vault. */
export function draftKey(xwingSeed: Bytes): Promise<Bytes> {
  return derive(xwingSeed, DERIVE_DRAFT);
}

/** Raises WireError for a text over its limit. */
export async function sealDraft(key: Bytes, place: DraftPlace, draft: Draft): Promise<Bytes> {
  const data = encode(
    fields({
      0: DRAFT,
      1: 1,
      2: draft.text,
      3: draft.replyTo,
      4: draft.edits,
      5: draft.writtenAt,
    }),
  );
  decodeDraft(data);
  return seal(key, SEAL_DRAFT, context(place), pad(data));
}

/** Raises WireError for another person's, another thread's or an earlier draft. */
export async function openDraft(key: Bytes, place: DraftPlace, box: Bytes): Promise<Draft> {
  return decodeDraft(unpad(await openBox(key, SEAL_DRAFT, context(place), box)));
}

export function decodeDraft(data: Bytes): Draft {
  const found = openMap(data, { kind: DRAFT, limit: LIMIT, required: [2, 5], optional: [3, 4] });
  return {
    text: found.text(2, 0, TEXT_LIMIT),
    writtenAt: found.uint(5),
    ...(found.has(3) ? { replyTo: found.bytes(3, 32) } : {}),
    ...(found.has(4) ? { edits: found.bytes(4, 32) } : {}),
  };
}

function context(place: DraftPlace): Bytes {
  return encode([fromUuid(place.user), fromUuid(place.thread), place.number]);
}
