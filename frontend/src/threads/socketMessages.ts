/**
 * What travels on the socket: what a browser says there, and every event that the server tells. The waiting
 * requests bring the same messages. docs/api/sockets.md lists the kinds.
 */

import { type Bytes, fromUuid } from "../crypto/bytes";
import { decode, encode, isMap, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";
import { array, bytes, uint, uuid } from "../wire/fields";
import { type Head } from "../wire/transcript";

export const MAX_ENVELOPE = 64 * 1024;
export const MAX_EVENT = 256 * 1024;

/** One message from the socket. */
export type Event =
  | { readonly kind: "ready"; readonly heads: readonly { thread: string; head: Head }[] }
  | { readonly kind: "envelope"; readonly thread: string; readonly head: Head; readonly raw: Bytes }
  | { readonly kind: "epoch" | "added" | "revoked"; readonly thread: string }
  | { readonly kind: "read"; readonly thread: string; readonly seq: number }
  | { readonly kind: "ephemeral"; readonly thread: string; readonly raw: Bytes }
  | { readonly kind: "draft"; readonly thread: string; readonly number: number };

/** What a browser says first: which workspace's threads it wants to hear of. */
export function openMessage(workspace: string): Bytes {
  return encode(new Map<number, Value>([[0, 64], [1, 1], [2, workspace]]));
}

export function pingMessage(): Bytes {
  return encode(new Map([[0, 71], [1, 1]]));
}

/** An envelope for the socket; the answer names `ref` again. */
export function postMessage(ref: number, thread: string, envelope: Bytes): Bytes {
  const fields: [number, Value][] = [[0, 76], [1, 1], [2, ref], [3, fromUuid(thread)], [4, envelope]];
  return encode(new Map(fields));
}

/** The answer to a post: its place, or none where it was refused. Undefined for any other message. */
export function readAnswer(
  message: ReadonlyMap<number, Value>,
): { ref: number; seq: number | undefined } | undefined {
  const kind = uint(message.get(0));
  if (kind === 77) return { ref: uint(message.get(2)), seq: uint(message.get(3), 1) };
  return kind === 78 ? { ref: uint(message.get(2)), seq: undefined } : undefined;
}

/** One message as it travels. Raises WireError. */
export function decodeEvent(data: Uint8Array): ReadonlyMap<number, Value> {
  const message = decode(data, MAX_EVENT);
  if (!isMap(message)) throw new WireError("malformed", "no message");
  return message;
}

/** Undefined for a message that asks for nothing, as a pong. Raises WireError. */
export function readEvent(message: ReadonlyMap<number, Value>): Event | undefined {
  const thread = (): string => uuid(message.get(2));
  const kind = uint(message.get(0));
  switch (kind) {
    case 65:
      return { kind: "ready", heads: array(message.get(2), 0, 1000).map(readStanding) };
    case 66: {
      const raw = bytes(message.get(5), 1, MAX_ENVELOPE);
      const head = { seq: uint(message.get(3), 1), t: bytes(message.get(4), 32) };
      return { kind: "envelope", thread: thread(), head, raw };
    }
    case 67:
      return { kind: "epoch", thread: thread() };
    case 68:
      return { kind: "added", thread: thread() };
    case 69:
      return { kind: "revoked", thread: thread() };
    case 70:
      return { kind: "read", thread: thread(), seq: uint(message.get(3)) };
    case 73:
      return { kind: "ephemeral", thread: thread(), raw: bytes(message.get(3), 1, MAX_ENVELOPE) };
    case 74:
      return { kind: "draft", thread: thread(), number: uint(message.get(3), 1) };
    default:
      return undefined;
  }
}

function readStanding(row: Value): { thread: string; head: Head } {
  const [thread, , seq, t] = array(row, 4);
  return { thread: uuid(thread), head: { seq: uint(seq), t: bytes(t, 32) } };
}
