/** Reading the fields of a decoded map, each with its type and bounds. */

import { type Bytes, toUuid, utf8Length } from "../crypto/bytes";
import { decode, isArray, isMap, type Value } from "../crypto/cbor";
import { WireError } from "../crypto/error";

/** What an object must be: its type, its limit in bytes, and its keys besides 0 and 1. */
export interface Shape {
  readonly kind: number;
  readonly limit: number;
  readonly required: readonly number[];
  readonly optional?: readonly number[];
}

/** The fields of one object whose type, version and set of keys are already checked. */
export class Fields {
  constructor(private readonly values: ReadonlyMap<number, Value>) {}

  has(key: number): boolean {
    return this.values.has(key);
  }

  uint(key: number, low = 0, high = Number.MAX_SAFE_INTEGER): number {
    return uint(this.values.get(key), low, high);
  }

  bytes(key: number, low: number, high = low): Bytes {
    return bytes(this.values.get(key), low, high);
  }

  text(key: number, low: number, high: number): string {
    return text(this.values.get(key), low, high);
  }

  /** 1 for true, 0 for false: a number, as all flags of the format are. */
  flag(key: number): boolean {
    return this.uint(key, 0, 1) === 1;
  }

  uuid(key: number): string {
    return uuid(this.values.get(key));
  }

  array(key: number, low: number, high = low): readonly Value[] {
    return array(this.values.get(key), low, high);
  }
}

/**
 * The fields of the object in `data`. Raises WireError: "unsupported" for another type or version,
 * "malformed" for a missing or an unknown field, and what decode raises.
 */
export function openMap(data: Uint8Array, shape: Shape): Fields {
  return fieldsOf(decodeMap(data, shape.limit), shape);
}

/** As openMap, of what decodeMap has found: for objects of several types. */
export function fieldsOf(value: ReadonlyMap<number, Value>, shape: Omit<Shape, "limit">): Fields {
  const kind = value.get(0);
  const version = value.get(1);
  if (typeof kind !== "number" || typeof version !== "number") {
    throw new WireError("malformed", "no type or no version");
  }
  if (kind !== shape.kind || version !== 1) {
    throw new WireError("unsupported", `type ${kind} version ${version}, expected ${shape.kind}`);
  }
  // The keys are all different, so that as many as are known here leaves no place for another one.
  let known = 2;
  for (const key of shape.required) if (value.has(key)) known += 1;
  const complete = known === 2 + shape.required.length;
  for (const key of shape.optional ?? []) if (value.has(key)) known += 1;
  if (!complete || known !== value.size) {
    throw new WireError("malformed", `the fields do not fit type ${kind}`);
  }
  return new Fields(value);
}

/** The map in `data`, whatever its type. Raises WireError as decode does. */
export function decodeMap(data: Uint8Array, limit: number): ReadonlyMap<number, Value> {
  const value = decode(data, limit);
  if (!isMap(value)) throw new WireError("malformed", "not a map");
  return value;
}

/** The whole numbers from `low` to `high`, both included. */
export function range(low: number, high: number): readonly number[] {
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}

export function uint(value: Value | undefined, low = 0, high = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || value < low || value > high) {
    throw new WireError("malformed", `not a number from ${low} to ${high}`);
  }
  return value;
}

export function bytes(value: Value | undefined, low: number, high = low): Bytes {
  if (!(value instanceof Uint8Array) || value.length < low || value.length > high) {
    throw new WireError("malformed", "bytes of the wrong size");
  }
  return value;
}

export function text(value: Value | undefined, low: number, high: number): string {
  const size = typeof value === "string" ? utf8Length(value) : -1;
  if (typeof value !== "string" || size < low || size > high) {
    throw new WireError("malformed", "text of the wrong size");
  }
  return value;
}

export function uuid(value: Value | undefined): string {
  return toUuid(bytes(value, 16));
}

export function array(value: Value | undefined, low: number, high = low): readonly Value[] {
  if (value === undefined || !isArray(value) || value.length < low || value.length > high) {
    throw new WireError("malformed", "a list of the wrong length");
  }
  return value;
}
