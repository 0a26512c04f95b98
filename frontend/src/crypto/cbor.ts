/**
 * Canonical CBOR: the narrow profile at the head of docs/wire.cddl.
 *
 * Both ways are written out here. The encoder knows the whole size before it writes, so that a message is
 * written once, where it stays. The decoder refuses what is not canonical while it reads, and it keeps a
 * leading byte order mark, which general decoders drop.
 */

import { type Bytes, utf8Into, utf8Length } from "./bytes";
import { WireError } from "./error";

export type Value = number | boolean | string | Bytes | readonly Value[] | ReadonlyMap<number, Value>;

const MAX_DEPTH = 8;
const MAX_KEY = 23;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

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
  const writer = new Writer(sizeOf(value, 0));
  writer.item(value);
  return writer.data;
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

/** How many bytes `value` takes. Everything that the format does not hold is refused here. */
function sizeOf(value: Value, depth: number): number {
  if (depth > MAX_DEPTH) throw new WireError("malformed", "too deep");
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0 || Object.is(value, -0)) {
      throw new WireError("malformed", "number out of range");
    }
    return headSize(value);
  }
  if (value instanceof Uint8Array) return headSize(value.length) + value.length;
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) throw new WireError("malformed", "not valid text");
    const size = utf8Length(value);
    return headSize(size) + size;
  }
  if (isMap(value)) {
    let size = headSize(value.size);
    for (const [key, item] of value) {
      if (!Number.isInteger(key) || key < 0 || key > MAX_KEY) {
        throw new WireError("malformed", "a map key that is not 0-23");
      }
      size += 1 + sizeOf(item, depth + 1);
    }
    return size;
  }
  if (isArray(value)) {
    return value.reduce((size: number, item) => size + sizeOf(item, depth + 1), headSize(value.length));
  }
  if (typeof value !== "boolean") throw new WireError("malformed", "a type without a place in the format");
  return 1;
}

/** Of an initial byte and the number behind it, in its shortest form. */
function headSize(argument: number): number {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  if (argument < 0x1_0000) return 3;
  return argument < 0x1_0000_0000 ? 5 : 9;
}

export function isMap(value: Value): value is ReadonlyMap<number, Value> {
  return value instanceof Map;
}

export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Writes what sizeOf has measured, and so has found fit to be written. */
class Writer {
  readonly data: Bytes;
  private at = 0;

  constructor(size: number) {
    this.data = new Uint8Array(size);
  }

  item(value: Value): void {
    if (typeof value === "number") {
      this.head(0, value);
    } else if (typeof value === "boolean") {
      this.head(7, value ? 21 : 20);
    } else if (value instanceof Uint8Array) {
      this.head(2, value.length);
      this.data.set(value, this.at);
      this.at += value.length;
    } else if (typeof value === "string") {
      const size = utf8Length(value);
      this.head(3, size);
      utf8Into(value, this.data.subarray(this.at, this.at + size));
      this.at += size;
    } else if (isMap(value)) {
      this.head(5, value.size);
      for (const [key, item] of [...value].sort(([left], [right]) => left - right)) {
        this.head(0, key);
        this.item(item);
      }
    } else {
      this.head(4, value.length);
      for (const item of value) this.item(item);
    }
  }

  private head(major: number, argument: number): void {
    const width = headSize(argument) - 1;
    const low = width === 0 ? argument : 24 + Math.log2(width);
    this.data[this.at] = (major << 5) | low;
    let rest = argument;
    for (let at = this.at + width; at > this.at; at--) {
      this.data[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.at += 1 + width;
  }
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
    this.bounded(size);
    this.at += size;
    try {
      return decoder.decode(this.data.subarray(this.at - size, this.at));
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
