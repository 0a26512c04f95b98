/** A ZIP archive whose files are stored as they are: what XLSX needs, and CSV with its codebook. */

import { type Bytes } from "../../crypto/bytes";

export interface Stored {
  readonly name: string;
  readonly content: Bytes;
}

/** 1 January 1980, the format's first day: an archive tells no hour. */
const DAY = 0x21;
const UTF8 = 0x0800;

/** APPNOTE.TXT 6.3.10, without compression. */
export function zip(files: readonly Stored[]): Bytes {
  const [locals, centrals]: [Bytes[], Bytes[]] = [[], []];
  let offset = 0;
  for (const { name, content } of files) {
    const title = new TextEncoder().encode(name);
    const shared = [2, 20, 2, UTF8, 2, 0, 2, 0, 2, DAY, 4, crc32(content), 4, content.length, 4, content.length, 2, title.length, 2, 0];
    const local = join(fields(4, 0x04034b50, ...shared), title, content);
    centrals.push(join(fields(4, 0x02014b50, 2, 20, ...shared, 2, 0, 2, 0, 2, 0, 4, 0, 4, offset), title));
    locals.push(local);
    offset += local.length;
  }
  const central = join(...centrals);
  const end = fields(4, 0x06054b50, 2, 0, 2, 0, 2, files.length, 2, files.length, 4, central.length, 4, offset, 2, 0);
  return join(...locals, central, end);
}

/** Pairs of a size in bytes and a number, the lowest byte first. */
function fields(...pairs: readonly number[]): Bytes {
  const found: number[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    let number = pairs[at + 1] ?? 0;
    for (let byte = 0; byte < (pairs[at] ?? 0); byte++, number = Math.floor(number / 256)) found.push(number % 256);
  }
  return new Uint8Array(found);
}

function join(...parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Of IEEE 802.3. */
export function crc32(data: Bytes): number {
  let sum = 0xffffffff;
  for (const byte of data) sum = (TABLE[(sum ^ byte) & 0xff] ?? 0) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_none, at) => {
  let row = at;
  for (let bit = 0; bit < 8; bit++) row = row & 1 ? 0xedb88320 ^ (row >>> 1) : row >>> 1;
  return row;
});
