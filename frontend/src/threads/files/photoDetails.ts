/**
 * Takes out of a photo what it says beside the picture: place, time, camera, comments, small copies.
 *
 * The picture itself stays bit for bit. Of JPEG's notes only the direction in which it is shown and the
 * colours are kept (ITU T.81 B.1, Exif 2.3); of PNG's chunks only those that draw (W3C PNG 11); of WebP's too, and
 * the direction (RFC 9649 2.7).
 */

import { type Bytes, concat } from "../../crypto/bytes";

/** Larger photos are sent as they are: this works on the whole. */
export const DETAILS_LIMIT = 50 * 1024 * 1024;

/** What never says where it was taken: drawings and screens. */
const DRAWINGS = new Set(["image/gif", "image/bmp", "image/svg+xml", "image/x-icon", "image/vnd.microsoft.icon"]);
const PHOTO_NAME = /\.(jpe?g|jfif|png|webp|hei[cf]|avif|jxl|tiff?|dng|cr[23]|nef|arw|orf|rw2|raf)$/i;
/** The brands of what phones write in the container of ISO 14496-12, such as HEIC. */
const PHOTO_BRAND = /^(hei[cmsx]|hev[cmx]|mif1|msf1|avi[fs])$/;

/** The photo without its details; undefined for what is no JPEG, PNG or WebP, or damaged. */
export function withoutDetails(data: Bytes): Bytes | undefined {
  if (isJpeg(data)) return plainJpeg(data);
  if (isPng(data)) return plainPng(data);
  if (isWebp(data)) return plainWebp(data);
  return undefined;
}

/** Whether a file may be a photo that tells more than it shows: by its kind, by its name, and by its first bytes. */
export function isPhoto(file: Pick<File, "name" | "type">, data: Bytes = new Uint8Array()): boolean {
  const isNamed = (file.type.startsWith("image/") && !DRAWINGS.has(file.type)) || PHOTO_NAME.test(file.name);
  const brand = String.fromCharCode(...data.subarray(8, 12));
  const isBranded = says(data.subarray(4), "ftyp") && PHOTO_BRAND.test(brand);
  return isNamed || isBranded || isJpeg(data) || isPng(data) || isWebp(data);
}

/** The bytes without what a photo says of itself, as they are for any other file; undefined for a photo that can't be cleaned. */
export function cleaned(file: Pick<File, "name" | "type">, data: Bytes): Bytes | undefined {
  return withoutDetails(data) ?? (isPhoto(file, data) ? undefined : data);
}

function isJpeg(data: Bytes): boolean {
  return data[0] === 0xff && data[1] === 0xd8;
}

function isPng(data: Bytes): boolean {
  return PNG.every((byte, at) => data[at] === byte);
}

function isWebp(data: Bytes): boolean {
  return says(data, "RIFF") && says(data.subarray(8), "WEBP");
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PNG_KEPT = new Set(
  "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD hIST pHYs acTL fcTL fdAT".split(" "),
);

function plainPng(data: Bytes): Bytes | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const parts: Bytes[] = [data.subarray(0, 8)];
  for (let at = 8; at + 12 <= data.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > data.length) return undefined;
    const kind = String.fromCharCode(...data.subarray(at + 4, at + 8));
    if (PNG_KEPT.has(kind)) parts.push(data.subarray(at, end));
    // What follows the end is no part of the picture.
    if (kind === "IEND") return concat(...parts);
    at = end;
  }
  return undefined;
}

const WEBP_KEPT = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
const [WEBP_EXIF, WEBP_XMP] = [0x08, 0x04];

function plainWebp(data: Bytes): Bytes | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 12) return undefined;
  const total = 8 + view.getUint32(4, true);
  if (total > data.length) return undefined;
  const parts: Bytes[] = [];
  let direction = 1;
  let pictures = 0;
  for (let at = 12; at < total; ) {
    if (at + 8 > total) return undefined;
    const kind = String.fromCharCode(...data.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (end > total) return undefined;
    const chunk = data.slice(at, end);
    if (kind === "EXIF") direction = webpDirection(chunk.subarray(8)) ?? direction;
    if (kind === "VP8X") chunk[8] = (chunk[8] ?? 0) & ~(WEBP_EXIF | WEBP_XMP);
    if (["VP8 ", "VP8L", "ANMF"].includes(kind)) pictures += 1;
    if (WEBP_KEPT.has(kind)) parts.push(chunk);
    at = end;
  }
  if (pictures === 0) return undefined;
  const [first] = parts;
  if (direction !== 1 && first !== undefined && says(first, "VP8X")) {
    first[8] = (first[8] ?? 0) | WEBP_EXIF;
    const note = exifOf(direction).subarray(10);
    parts.push(concat(new Uint8Array([0x45, 0x58, 0x49, 0x46, note.length, 0, 0, 0]), note));
  }
  const content = concat(...parts);
  const head = data.slice(0, 12);
  new DataView(head.buffer).setUint32(4, 4 + content.length, true);
  return concat(head, content);
}

/** Some programs begin the note as in a JPEG, others with what follows. */
function webpDirection(note: Bytes): number | undefined {
  return directionOf(says(note, "Exif\0\0") ? note : concat(new Uint8Array([0x45, 0x78, 0x69, 0x66, 0, 0]), note));
}

function plainJpeg(data: Bytes): Bytes | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const parts: Bytes[] = [];
  let direction = 1;
  for (let at = 2; at + 2 <= data.length; ) {
    if (data[at] !== 0xff) return undefined;
    const marker = data[at + 1] ?? 0;
    if (marker === 0xd9) {
      const turned = direction === 1 ? [] : [exifOf(direction)];
      // Small copies of the picture that some cameras put behind the end go too.
      return concat(data.subarray(0, 2), ...turned, ...parts, data.subarray(at, at + 2));
    }
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (at + 4 > data.length) return undefined;
    let end = at + 2 + view.getUint16(at + 2);
    if (end > data.length || end < at + 4) return undefined;
    if (marker === 0xe1) direction = directionOf(data.subarray(at + 4, end)) ?? direction;
    if (marker === 0xda) end = endOfScan(data, end);
    if (isKept(marker, data.subarray(at + 4, end))) parts.push(data.subarray(at, end));
    at = end;
  }
  return undefined;
}

/** All that draws; of the notes JFIF, the colour profile and Adobe's word about colours. */
function isKept(marker: number, content: Bytes): boolean {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  if (marker === 0xe0) return says(content, "JFIF\0");
  if (marker === 0xe2) return says(content, "ICC_PROFILE\0");
  return marker === 0xee && says(content, "Adobe");
}

function says(content: Bytes, text: string): boolean {
  return Array.from(text).every((letter, at) => content[at] === letter.charCodeAt(0));
}

/** Where the picture's data ends: at the next marker that is no part of it. */
function endOfScan(data: Bytes, start: number): number {
  for (let at = start; at + 1 < data.length; at++) {
    const next = data[at + 1] ?? 0;
    const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7);
    if (data[at] === 0xff && !isData) return at;
  }
  return data.length;
}

/** The Exif tag 0x0112: 1 to 8. */
function directionOf(content: Bytes): number | undefined {
  if (!says(content, "Exif\0\0") || content.length < 16) return undefined;
  const view = new DataView(content.buffer, content.byteOffset + 6, content.byteLength - 6);
  const little = view.getUint16(0) === 0x4949;
  const first = view.getUint32(4, little);
  if (first + 2 > view.byteLength) return undefined;
  const count = view.getUint16(first, little);
  for (let entry = 0; entry < count; entry++) {
    const at = first + 2 + 12 * entry;
    if (at + 12 > view.byteLength) return undefined;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : undefined;
  }
  return undefined;
}

/** A note that says the direction and nothing else. */
function exifOf(direction: number): Bytes {
  const note = new Uint8Array(36);
  note.set([0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  // Big endian, one entry: tag, type SHORT, count 1, value; no further directory.
  note.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, direction], 10);
  return note;
}
