/** What is inside an envelope. Text for now; the other type numbers are reserved. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { kindOf, openMap, uuid } from "./fields";
import { BODY_LAST, BODY_TEXT } from "./types";

const LIMIT = 48 * 1024;
/** In bytes of UTF-8. */
export const TEXT_LIMIT = 32_768;
const MENTIONS_LIMIT = 50;

/** A text, perhaps in answer to an envelope, perhaps naming members. */
export interface TextBody {
  readonly text: string;
  readonly replyTo?: Bytes;
  readonly mentions?: readonly string[];
}

/** Raises WireError for a text, a reference or a list over its limit. */
export function encodeBody(body: TextBody): Bytes {
  const mentions = body.mentions?.map(fromUuid);
  const data = encode(
    fields({
      0: BODY_TEXT,
      1: 1,
      2: body.text,
      3: body.replyTo,
      4: mentions === undefined || mentions.length === 0 ? undefined : mentions,
    }),
  );
  decodeBody(data);
  return data;
}

/** Raises WireError: "unsupported" for a body that a newer build has made, else "malformed". */
export function decodeBody(data: Bytes): TextBody {
  const kind = kindOf(data, LIMIT);
  if (kind > BODY_TEXT && kind <= BODY_LAST) throw new WireError("unsupported", `body type ${kind}`);
  const found = openMap(data, { kind: BODY_TEXT, limit: LIMIT, required: [2], optional: [3, 4] });
  return {
    text: found.text(2, 1, TEXT_LIMIT),
    ...(found.has(3) ? { replyTo: found.bytes(3, 32) } : {}),
    ...(found.has(4) ? { mentions: found.array(4, 1, MENTIONS_LIMIT).map(uuid) } : {}),
  };
}
