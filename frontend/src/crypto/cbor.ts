/**
 * Canonical CBOR: the narrow profile at the head of docs/wire.cddl.
 *
 * The encoder is cborg behind a check of types. The decoder is written out here: it refuses what is
 * not canonical while it reads, and it keeps a leading byte order mark, which general decoders drop.
 */

import { encode as encodeCbor, rfc8949EncodeOptions } from "cborg";

import { type Bytes } from "./bytes";
import { WireError } from "./error";

export type Value = number | boolean | string | Bytes | readonly Value[] | ReadonlyMap<number, Value>;

const MAX_DEPTH = 8;
const MAX_KEY = 23;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A map from its fields; a field that is undefined is left out. */
export function fields(values: Readonly<Record<number, Value | undefined>>): ReadonlyMap<number, Value> {
  const result = new Map<number, Value>();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) result.set(Number(key), value);
  }
  return result;
}

/** Canonical bytes of `value`. Raises WireError("malformed") for anything outside the profile. */
export function encode(value: Value): Bytes {
  check(value, 0);
  return new Uint8Array(encodeCbor(value, rfc8949EncodeOptions));
}

/** The value that `data` encodes, if `data` is canonical and at most `limit` bytes. Raises WireError. */
export function decode(data: Uint8Array, limit: number): Value {
  if (data.length > limit) {
    throw new WireError("too-large", `${data.length} bytes, at most ${limit}`);
  }
  const reader = new Reader(data);
  const value = reader.item(0);
  if (reader.left() > 0) throw new WireError("malformed", "bytes after the end");
  return value;
}

function check(value: Value, depth: number): void {
  if (depth > MAX_DEPTH) throw new WireError("malformed", "too deep");
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
      throw new WireError("malformed", "number out of range");
    }
  } else if (typeof value === "string") {
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)) {
      throw new WireError("malformed", "not valid text");
    }
  } else if (isMap(value)) {
    for (const [key, item] of value) {
      if (!Number.isInteger(key) || key < 0 || key > MAX_KEY) {
        throw new WireError("malformed", "a map key that is not 0-23");
      }
      check(item, depth + 1);
    }
  } else if (isArray(value)) {
    for (const item of value) check(item, depth + 1);
  } else if (typeof value !== "boolean" && !(value instanceof Uint8Array)) {
    throw new WireError("malformed", "a type without a place in the format");
  }
}

export function isMap(value: Value): value is ReadonlyMap<number, Value> {
  return value instanceof Map;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

class Reader {
  private at = 0;

  constructor(private readonly data: Uint8Array) {}

  left(): number {
    return this.data.length - this.at;
  }

  item(depth: number): Value {
    if (depth > MAX_DEPTH) throw new WireError("malformed", "too deep");
    const initial = this.byte();
    const low = initial & 0x1f;
    switch (initial >> 5) {
      case 0:
        return this.argument(low);
      case 2:
        return this.take(this.argument(low));
      case 3:
        return this.text(this.argument(low));
      case 4:
        return this.array(this.bounded(this.argument(low)), depth);
      case 5:
        return this.map(this.bounded(this.argument(low)), depth);
      case 7:
        if (low === 20 || low === 21) return low === 21;
        throw new WireError("malformed", "neither true nor false");
      default:
        throw new WireError("malformed", "a negative number or a tag");
    }
  }

  private byte(): number {
    const value = this.data[this.at];
    if (value === undefined) throw new WireError("malformed", "ends too early");
    this.at += 1;
    return value;
  }

  /** The number behind an initial byte, only in its shortest form. */
  private argument(low: number): number {
    if (low < 24) return low;
    if (low > 27) throw new WireError("malformed", "an indefinite length");
    const width = 1 << (low - 24);
    let value = 0;
    for (let read = 0; read < width; read++) value = value * 256 + this.byte();
    const floor = width === 1 ? 24 : 2 ** (4 * width);
    if (value < floor || value > Number.MAX_SAFE_INTEGER) {
      throw new WireError("malformed", "a number not in its shortest form, or out of range");
    }
    return value;
  }

  /** Refuses a count that the rest of the bytes cannot hold, before any work is done for it. */
  private bounded(count: number): number {
    if (count > this.left()) throw new WireError("malformed", "ends too early");
    return count;
  }

  private take(size: number): Bytes {
    this.bounded(size);
    this.at += size;
    return new Uint8Array(this.data.subarray(this.at - size, this.at));
  }

  private text(size: number): string {
    const raw = this.take(size);
    try {
      return decoder.decode(raw);
    } catch {
      throw new WireError("malformed", "text that is not UTF-8");
    }
  }

  private array(count: number, depth: number): readonly Value[] {
    const items: Value[] = [];
    for (let read = 0; read < count; read++) items.push(this.item(depth + 1));
    return items;
  }

  private map(count: number, depth: number): ReadonlyMap<number, Value> {
    const result = new Map<number, Value>();
    let last = -1;
    for (let read = 0; read < count; read++) {
      const key = this.byte();
      if (key > MAX_KEY) throw new WireError("malformed", "a map key that is not 0-23");
      if (key <= last) throw new WireError("malformed", "map keys out of order or twice");
      last = key;
      result.set(key, this.item(depth + 1));
    }
    return result;
  }
}
