/** What is inside an envelope: one kind of body for each thing a person can do in a thread. */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { encode, fields, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { bytes, decodeMap, type Fields, fieldsOf, text, uint, uuid } from "./fields";
import { type Head, headValue, readHead } from "./transcript";
import {
  BODY_DELETION,
  BODY_EDIT,
  BODY_FILE,
  BODY_INTRODUCTION,
  BODY_PIN,
  BODY_REACTION,
  BODY_RECEIPT,
  BODY_TEXT,
  BODY_TYPING,
} from "./types";

const LIMIT = 48 * 1024;
/** In bytes of UTF-8, as all limits of texts here. */
export const TEXT_LIMIT = 32_768;
export const MENTIONS_LIMIT = 50;
export const EMOJI_LIMIT = 64;
export const NAME_LIMIT = 200;
/** Bytes of a file before sealing. */
export const FILE_LIMIT = 100 * 1024 * 1024;
export const FILE_NAME_LIMIT = 255;
export const MEDIA_TYPE_LIMIT = 127;
export const PREVIEW_LIMIT = 24 * 1024;
/** Pixels. */
export const PREVIEW_SIDE = 4096;

/** Markdown, perhaps in answer to an envelope, perhaps naming members. */
export interface TextBody {
  readonly kind: "text";
  readonly text: string;
  readonly replyTo?: Bytes;
  readonly mentions?: readonly string[];
}

/** Other words for the author's own text or for those beside their file. */
export interface EditBody {
  readonly kind: "edit";
  readonly target: Bytes;
  readonly text: string;
  readonly mentions?: readonly string[];
}

/** Readers show that something stood there, not what. */
export interface DeletionBody {
  readonly kind: "deletion";
  readonly target: Bytes;
}

/** One emoji, set or taken back. */
export interface ReactionBody {
  readonly kind: "reaction";
  readonly target: Bytes;
  readonly emoji: string;
  readonly isSet: boolean;
}

/** The sender has read up to this head. Ephemeral. */
export interface ReceiptBody {
  readonly kind: "receipt";
  readonly read: Head;
}

/** Pinned or not any more, on top of the pins that the epoch carries. */
export interface PinBody {
  readonly kind: "pin";
  readonly target: Bytes;
  readonly isSet: boolean;
}

const PREVIEW_TYPES = ["image/webp", "image/jpeg", "image/png"] as const;
export type PreviewType = (typeof PREVIEW_TYPES)[number];

/** A small picture of a file, made by the sender. */
export interface Preview {
  readonly type: PreviewType;
  readonly width: number;
  readonly height: number;
  readonly data: Bytes;
}

/** A file in sealed chunks elsewhere, with the key to it. */
export interface FileBody {
  readonly kind: "file";
  readonly blob: string;
  readonly key: Bytes;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  readonly sha256: Bytes;
  readonly preview?: Preview;
  readonly text?: string;
  readonly replyTo?: Bytes;
  readonly mentions?: readonly string[];
}

/** The sender began to write, or stopped. Ephemeral. */
export interface TypingBody {
  readonly kind: "typing";
  readonly isTyping: boolean;
}

/** A guest's name; a later one replaces it. */
export interface IntroductionBody {
  readonly kind: "introduction";
  readonly name: string;
}

export type Body =
  | TextBody
  | EditBody
  | DeletionBody
  | ReactionBody
  | ReceiptBody
  | PinBody
  | FileBody
  | TypingBody
  | IntroductionBody;

/** Whether such a body travels in ephemeral envelopes, and in no others. */
export function isEphemeral(body: Body): boolean {
  return body.kind === "receipt" || body.kind === "typing";
}

/** Raises WireError for a text, a reference or a list over its limit. */
export function encodeBody(body: Body): Bytes {
  const data = encode(fields({ 1: 1, ...bodyFields(body) }));
  decodeBody(data);
  return data;
}

/** Raises WireError: "unsupported" for a type that this build does not know, else "malformed". */
export function decodeBody(data: Bytes): Body {
  const found = decodeMap(data, LIMIT);
  const kind = uint(found.get(0));
  const shape = SHAPES.get(kind);
  if (shape === undefined) throw new WireError("unsupported", `body type ${kind}`);
  const [required, optional, read] = shape;
  return read(fieldsOf(found, { kind, required, optional }));
}

type Values = Record<number, Value | undefined>;

function bodyFields(body: Body): Values {
  switch (body.kind) {
    case "text":
      return { 0: BODY_TEXT, 2: body.text, 3: body.replyTo, 4: named(body.mentions) };
    case "edit":
      return { 0: BODY_EDIT, 2: body.target, 3: body.text, 4: named(body.mentions) };
    case "deletion":
      return { 0: BODY_DELETION, 2: body.target };
    case "reaction":
      return { 0: BODY_REACTION, 2: body.target, 3: body.emoji, 4: body.isSet ? 1 : 0 };
    case "receipt":
      return { 0: BODY_RECEIPT, 2: headValue(body.read) };
    case "pin":
      return { 0: BODY_PIN, 2: body.target, 3: body.isSet ? 1 : 0 };
    case "file":
      return {
        0: BODY_FILE,
        2: fileValue(body),
        3: body.text,
        4: body.replyTo,
        5: named(body.mentions),
        6: previewValue(body.preview),
      };
    case "typing":
      return { 0: BODY_TYPING, 2: body.isTyping ? 1 : 0 };
    case "introduction":
      return { 0: BODY_INTRODUCTION, 2: body.name };
  }
}

function fileValue(body: FileBody): Value {
  return [fromUuid(body.blob), body.key, body.name, body.mediaType, body.size, body.sha256];
}

function previewValue(preview: Preview | undefined): Value | undefined {
  if (preview === undefined) return undefined;
  const { type, width, height, data } = preview;
  return [PREVIEW_TYPES.indexOf(type) + 1, width, height, data];
}

function named(members: readonly string[] | undefined): Value | undefined {
  return members === undefined || members.length === 0 ? undefined : members.map(fromUuid);
}

/** The fields that answer and name somebody; absent ones stay absent, so that bodies compare equal. */
function references(found: Fields, reply: number, mentions: number): Pick<TextBody, "replyTo" | "mentions"> {
  return {
    ...(found.has(reply) ? { replyTo: found.bytes(reply, 32) } : {}),
    ...(found.has(mentions) ? { mentions: found.array(mentions, 1, MENTIONS_LIMIT).map(uuid) } : {}),
  };
}

function readFile(found: Fields): FileBody {
  const [blob, key, name, mediaType, size, sha256] = found.array(2, 6);
  return {
    kind: "file",
    blob: uuid(blob),
    key: bytes(key, 32),
    name: fileName(text(name, 1, FILE_NAME_LIMIT)),
    mediaType: text(mediaType, 1, MEDIA_TYPE_LIMIT),
    size: uint(size, 0, FILE_LIMIT),
    sha256: bytes(sha256, 32),
    ...(found.has(6) ? { preview: readPreview(found.array(6, 4)) } : {}),
    ...(found.has(3) ? { text: found.text(3, 1, TEXT_LIMIT) } : {}),
    ...references(found, 4, 5),
  };
}

/** A name goes into a file system at the other end: no path, nothing invisible. */
function fileName(name: string): string {
   
  if (/[\u0000-\u001f/\\]/.test(name) || name === "." || name === "..") {
    throw new WireError("malformed", "a file name with a path or a control character");
  }
  return name;
}

function readPreview(parts: readonly Value[]): Preview {
  const [type, width, height, data] = parts;
  return {
    type: PREVIEW_TYPES[uint(type, 1, PREVIEW_TYPES.length) - 1] ?? "image/webp",
    width: uint(width, 1, PREVIEW_SIDE),
    height: uint(height, 1, PREVIEW_SIDE),
    data: bytes(data, 1, PREVIEW_LIMIT),
  };
}

type Shape = readonly [readonly number[], readonly number[], (found: Fields) => Body];

const SHAPES: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [
    BODY_TEXT,
    [[2], [3, 4], (found) => ({ kind: "text", text: found.text(2, 1, TEXT_LIMIT), ...references(found, 3, 4) })],
  ],
  [
    BODY_EDIT,
    [
      [2, 3],
      [4],
      (found) => ({
        kind: "edit",
        target: found.bytes(2, 32),
        text: found.text(3, 1, TEXT_LIMIT),
        ...(found.has(4) ? { mentions: found.array(4, 1, MENTIONS_LIMIT).map(uuid) } : {}),
      }),
    ],
  ],
  [BODY_DELETION, [[2], [], (found) => ({ kind: "deletion", target: found.bytes(2, 32) })]],
  [
    BODY_REACTION,
    [
      [2, 3, 4],
      [],
      (found) => ({
        kind: "reaction",
        target: found.bytes(2, 32),
        emoji: found.text(3, 1, EMOJI_LIMIT),
        isSet: found.flag(4),
      }),
    ],
  ],
  [BODY_RECEIPT, [[2], [], (found) => ({ kind: "receipt", read: readHead(found.array(2, 2)) })]],
  [
    BODY_PIN,
    [[2, 3], [], (found) => ({ kind: "pin", target: found.bytes(2, 32), isSet: found.flag(3) })],
  ],
  [BODY_FILE, [[2], [3, 4, 5, 6], readFile]],
  [BODY_TYPING, [[2], [], (found) => ({ kind: "typing", isTyping: found.flag(2) })]],
  [
    BODY_INTRODUCTION,
    [[2], [], (found) => ({ kind: "introduction", name: found.text(2, 1, NAME_LIMIT) })],
  ],
]);
