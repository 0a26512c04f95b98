/**
 * Padmé padding with a floor, so that a size tells little (Nikitin et al., PETS 2019, section 4).
 *
 * Padded form: uint32 length, big endian, then the bytes, then zeros.
 */

import { type Bytes } from "./bytes";
import { WireError } from "./error";

export const FLOOR = 256;
const PREFIX = 4;

/** The padded size for `length` bytes (below 2^31), at least FLOOR. */
export function padme(length: number): number {
  const size = Math.max(length, FLOOR);
  const exponent = 31 - Math.clz32(size);
  const mask = 2 ** (exponent - (32 - Math.clz32(exponent))) - 1;
  return Math.floor((size + mask) / (mask + 1)) * (mask + 1);
}

export function pad(data: Uint8Array): Bytes {
  const padded = new Uint8Array(padme(PREFIX + data.length));
  new DataView(padded.buffer).setUint32(0, data.length);
  padded.set(data, PREFIX);
  return padded;
}

/** The bytes inside. Raises WireError for any padding that pad() would not have made. */
export function unpad(padded: Bytes): Bytes {
  if (padded.length < FLOOR) throw new WireError("malformed", "padding too short");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const end = PREFIX + length;
  if (end > padded.length || padme(end) !== padded.length) {
    throw new WireError("malformed", "padding of the wrong size");
  }
  if (padded.subarray(end).some((byte) => byte !== 0)) {
    throw new WireError("malformed", "padding that is not zeros");
  }
  return padded.slice(PREFIX, end);
}
