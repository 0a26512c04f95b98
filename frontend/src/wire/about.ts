/** What the members of an epoch call the thread, and the envelopes they pinned: sealed in its record. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { SEAL_ABOUT } from "../crypto/labels";
import { pad, unpad } from "../crypto/padding";
import { openBox, seal } from "../crypto/seal";
import { bytes, openMap } from "./fields";
import { ABOUT } from "./types";

export const ABOUT_LIMIT = 16_384;
/** In bytes of UTF-8. */
export const TITLE_LIMIT = 400;
const PINS_LIMIT = 100;

export interface About {
  readonly title: string;
  /** Hashes of pinned envelopes. */
  readonly pins: readonly Bytes[];
}

/** The place that a sealed `about` belongs to, so that it opens nowhere else. */
export interface AboutPlace {
  readonly thread: string;
  readonly number: number;
  readonly previous: Bytes;
}

/** Raises WireError for a title that is empty or too long, or too many pins. */
export function sealAbout(key: Bytes, place: AboutPlace, about: About): Promise<Bytes> {
  const data = encode(fields({ 0: ABOUT, 1: 1, 2: about.title, 3: about.pins }));
  readAbout(data);
  return seal(key, SEAL_ABOUT, context(place), pad(data));
}

/** Title and pins of an epoch. Raises WireError. */
export async function openAbout(
  tbs: AboutPlace & { readonly aboutBox: Bytes },
  key: Bytes,
): Promise<About> {
  return readAbout(unpad(await openBox(key, SEAL_ABOUT, context(tbs), tbs.aboutBox)));
}

export function readAbout(data: Bytes): About {
  const found = openMap(data, { kind: ABOUT, limit: ABOUT_LIMIT, required: [2, 3] });
  return {
    title: found.text(2, 1, TITLE_LIMIT),
    pins: found.array(3, 0, PINS_LIMIT).map((one) => bytes(one, 32)),
  };
}

function context(place: AboutPlace): Bytes {
  return encode([fromUuid(place.thread), place.number, place.previous]);
}
