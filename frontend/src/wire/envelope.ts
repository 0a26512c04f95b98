/**
 * Envelopes: one sealed, signed item of a thread.
 *
 * readEnvelope checks the outside, verifyEnvelope the signature, openEnvelope the seal.
 */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { sha256 } from "../crypto/hash";
import { type Identity, type PublicKeys } from "../crypto/identity";
import { SEAL_ENVELOPE, SIGN_ENVELOPE } from "../crypto/labels";
import { FLOOR, pad, unpad } from "../crypto/padding";
import { openBox, OVERHEAD, seal } from "../crypto/seal";
import { type Body, decodeBody, encodeBody, isEphemeral } from "./body";
import { openMap, range } from "./fields";
import { ED25519_SIGNATURE } from "./keys";
import { type Head, headValue, readHead } from "./transcript";
import { ENVELOPE, HEADER } from "./types";

const LIMIT = 64 * 1024;
const HEADER_LIMIT = 512;
const ENVELOPE_SHAPE = { kind: ENVELOPE, limit: LIMIT, required: [2, 3, 4] } as const;
const HEADER_SHAPE = { kind: HEADER, limit: HEADER_LIMIT, required: range(2, 8), optional: [9, 10] } as const;

export type EnvelopeClass = "stored" | "ephemeral" | "scheduled" | "draft" | "retention";
const CLASSES: readonly EnvelopeClass[] = ["stored", "ephemeral", "scheduled", "draft", "retention"];

/** What the server may see of an envelope. */
export interface Header {
  readonly thread: string;
  /** Epoch hash. */
  readonly epoch: Bytes;
  readonly sender: string;
  /** 16 bytes, random for each tab; with `sender` and `counter` it is the idempotency key. */
  readonly client: Bytes;
  /** From 1 on. */
  readonly counter: number;
  readonly class: EnvelopeClass;
  /** Milliseconds, by the sender's clock. */
  readonly writtenAt: number;
  /** The sender's last head; undefined if and only if scheduled. */
  readonly seen: Head | undefined;
  /** Seconds to keep it; set if and only if the class is retention. */
  readonly keep?: number;
}

/** A decoded envelope. `raw` is what is stored, hashed and passed on. */
export interface Envelope {
  readonly raw: Bytes;
  readonly hash: Bytes;
  readonly headerRaw: Bytes;
  readonly header: Header;
  readonly box: Bytes;
  readonly signature: Bytes;
}

/** Seals `body` under the epoch key, signs header and box. Every call draws a new salt. */
export async function makeEnvelope(
  header: Header,
  body: Body,
  key: Bytes,
  identity: Identity,
): Promise<Bytes> {
  checkClass(header, body);
  const headerRaw = encodeHeader(header);
  const box = await seal(key, SEAL_ENVELOPE, headerRaw, pad(encodeBody(body)));
  const signature = await identity.sign(SIGN_ENVELOPE, encode([headerRaw, box]));
  const data = encode(fields({ 0: ENVELOPE, 1: 1, 2: headerRaw, 3: box, 4: signature }));
  if (data.length > LIMIT) throw new WireError("too-large", `an envelope of ${data.length} bytes`);
  return data;
}

export function encodeHeader(header: Header): Bytes {
  const data = encode(
    fields({
      0: HEADER,
      1: 1,
      2: fromUuid(header.thread),
      3: header.epoch,
      4: fromUuid(header.sender),
      5: header.client,
      6: header.counter,
      7: CLASSES.indexOf(header.class) + 1,
      8: header.writtenAt,
      9: header.seen === undefined ? undefined : headValue(header.seen),
      10: header.keep,
    }),
  );
  readHeader(data);
  return data;
}

export function readHeader(data: Bytes): Header {
  const found = openMap(data, HEADER_SHAPE);
  const header: Header = {
    thread: found.uuid(2),
    epoch: found.bytes(3, 32),
    sender: found.uuid(4),
    client: found.bytes(5, 16),
    counter: found.uint(6, 1),
    class: CLASSES[found.uint(7, 1, CLASSES.length) - 1] ?? "stored",
    writtenAt: found.uint(8),
    seen: found.has(9) ? readHead(found.array(9, 2)) : undefined,
    ...(found.has(10) ? { keep: found.uint(10, 1, 0xffff_ffff) } : {}),
  };
  if ((header.seen === undefined) !== (header.class === "scheduled")) {
    throw new WireError("malformed", "a scheduled envelope, and only that, has no head");
  }
  if ((header.keep !== undefined) !== (header.class === "retention")) {
    throw new WireError("malformed", "a retention envelope, and only that, has a period");
  }
  return header;
}

/** Checks shape, versions and sizes. Raises WireError. */
export async function readEnvelope(data: Bytes): Promise<Envelope> {
  const found = openMap(data, ENVELOPE_SHAPE);
  const headerRaw = found.bytes(2, 1, HEADER_LIMIT);
  return {
    raw: data,
    headerRaw,
    header: readHeader(headerRaw),
    box: found.bytes(3, OVERHEAD + FLOOR, LIMIT),
    signature: found.bytes(4, ED25519_SIGNATURE),
    hash: await sha256(data),
  };
}

/** Raises WireError("signature") unless `sender` signed exactly this header and box. */
export function verifyEnvelope(envelope: Envelope, sender: PublicKeys): Promise<void> {
  const signed = encode([envelope.headerRaw, envelope.box]);
  return sender.verify(SIGN_ENVELOPE, signed, envelope.signature);
}

/** The body, under the epoch's key. Raises WireError. */
export async function openEnvelope(envelope: Envelope, key: Bytes): Promise<Body> {
  const padded = await openBox(key, SEAL_ENVELOPE, envelope.headerRaw, envelope.box);
  const body = decodeBody(unpad(padded));
  checkClass(envelope.header, body);
  return body;
}

/** A typing note that claims a place in the transcript, or a text that leaves none, is refused. */
function checkClass(header: Header, body: Body): void {
  if ((header.class === "ephemeral") !== isEphemeral(body)) {
    throw new WireError("malformed", "this body does not belong in this class of envelope");
  }
}
