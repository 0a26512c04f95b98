/** Photos lose what they say about themselves, and not one bit of the picture. */

import fc from "fast-check";
import { expect, test } from "vitest";

import { type Bytes, concat, utf8 } from "../../src/crypto/bytes";
import { kindWord, pictureType, plainName } from "../../src/threads/files/kinds";
import { cleaned, isPhoto, withoutDetails } from "../../src/threads/files/photoDetails";

const PLACE = "46.2044N 6.1432E";

function segment(marker: number, content: Bytes): Bytes {
  const size = content.length + 2;
  return concat(new Uint8Array([0xff, marker, size >> 8, size & 0xff]), content);
}

/** Exif with a direction and a place, in either byte order. */
function exif(direction: number, little: boolean): Bytes {
  const data = new Uint8Array(8 + 2 + 2 * 12 + 4);
  const view = new DataView(data.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 2, little);
  view.setUint16(10, 0x010f, little);
  view.setUint16(22, 0x0112, little);
  view.setUint16(24, 3, little);
  view.setUint32(26, 1, little);
  view.setUint16(30, direction, little);
  return concat(utf8("Exif\0\0"), data, utf8(PLACE));
}

const START = new Uint8Array([0xff, 0xd8]);
const END = new Uint8Array([0xff, 0xd9]);
const JFIF = segment(0xe0, utf8("JFIF\0rest"));
const COLOURS = segment(0xe2, utf8("ICC_PROFILE\0profile"));
const TABLE = segment(0xdb, new Uint8Array(65).fill(3));
const FRAME = segment(0xc2, new Uint8Array(15).fill(8));
/** A scan with a stuffed byte and a restart marker in it, then a second scan, as progressive ones have. */
const SCANS = concat(
  segment(0xda, new Uint8Array(10).fill(1)),
  new Uint8Array([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]),
  segment(0xc4, new Uint8Array(20).fill(2)),
  segment(0xda, new Uint8Array(10).fill(1)),
  new Uint8Array([9, 0xff, 0, 8]),
);
const COPY = concat(START, segment(0xe1, exif(1, true)), END);

function jpeg(...notes: Bytes[]): Bytes {
  return concat(START, JFIF, ...notes, COLOURS, TABLE, FRAME, SCANS, END, COPY);
}

const hidden = (data: Bytes): boolean => Buffer.from(data).includes(PLACE);

test("a JPEG keeps its picture and its colours, and loses place, comments and small copies", () => {
  const photo = jpeg(segment(0xe1, exif(1, true)), segment(0xfe, utf8(PLACE)), segment(0xed, utf8(PLACE)));
  expect(hidden(photo)).toBe(true);
  expect(withoutDetails(photo)).toEqual(concat(START, JFIF, COLOURS, TABLE, FRAME, SCANS, END));
});

test.each([true, false])("a turned JPEG stays turned (little endian: %s)", (little) => {
  const plain = withoutDetails(jpeg(segment(0xe1, exif(6, little))));
  if (plain === undefined) throw new Error("not cleaned");
  expect(hidden(plain)).toBe(false);
  const kept = "4d4d002a00000008000101120003000000010006000000000000";
  expect(Buffer.from(plain).toString("hex")).toContain(kept);
  // What is left says nothing that could be removed again.
  expect(withoutDetails(plain)).toEqual(plain);
});

function chunk(kind: string, content: Bytes): Bytes {
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, content.length);
  return concat(head, utf8(kind), content, new Uint8Array(4));
}

test("a PNG keeps what draws, and loses texts, times and what stands behind the end", () => {
  const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]);
  const [head, data, end] = [chunk("IHDR", new Uint8Array(13)), chunk("IDAT", utf8("pixels")), chunk("IEND", new Uint8Array())];
  const notes = ["tEXt", "iTXt", "zTXt", "eXIf", "tIME", "prVt"].map((kind) => chunk(kind, utf8(PLACE)));
  const photo = concat(signature, head, ...notes, data, end, utf8(PLACE));
  expect(withoutDetails(photo)).toEqual(concat(signature, head, data, end));
});

function riff(kind: string, content: Bytes): Bytes {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, content.length, true);
  return concat(utf8(kind), size, content, new Uint8Array(content.length % 2));
}

function webp(...chunks: Bytes[]): Bytes {
  return riff("RIFF", concat(utf8("WEBP"), ...chunks));
}

/** What the picture is (width, height) behind a byte of flags: colours 0x20, direction and place 0x08, more words 0x04. */
const extended = (flags: number): Bytes => riff("VP8X", new Uint8Array([flags, 0, 0, 0, 9, 0, 0, 9, 0, 0]));

test.each(["Exif in front", ""])("a WebP keeps what draws and its direction, and loses place and words (%s)", (front) => {
  const [colours, picture] = [riff("ICCP", utf8("profile")), riff("VP8 ", utf8("pixel"))];
  const note = (direction: number): Bytes => riff("EXIF", exif(direction, true).slice(front === "" ? 6 : 0));
  const photo = (direction: number): Bytes => concat(webp(extended(0x2c), colours, picture, note(direction), riff("XMP ", utf8(PLACE))), utf8(PLACE));
  expect(hidden(photo(1))).toBe(true);
  expect(withoutDetails(photo(1))).toEqual(webp(extended(0x20), colours, picture));
  const turned = withoutDetails(photo(6));
  if (turned === undefined) throw new Error("not cleaned");
  const kept = Buffer.from("4d4d002a00000008000101120003000000010006000000000000", "hex");
  expect(turned).toEqual(webp(extended(0x28), colours, picture, riff("EXIF", new Uint8Array(kept))));
  expect(withoutDetails(turned)).toEqual(turned);
});

test("a WebP that is cut off or draws nothing is not half cleaned", () => {
  const photo = webp(extended(0x08), riff("VP8 ", utf8("pixels")), riff("EXIF", exif(6, true)));
  for (let size = 0; size < photo.length; size++) expect(withoutDetails(photo.slice(0, size))).toBeUndefined();
  expect(withoutDetails(webp(riff("EXIF", exif(1, true))))).toBeUndefined();
});

test("a photo that can't be cleaned is never passed on as if it were", () => {
  const named = (name: string, type = ""): { name: string; type: string } => ({ name, type });
  const photo = jpeg(segment(0xe1, exif(1, true)));
  const cut = photo.slice(0, photo.length - COPY.length - 2);
  const heic = concat(new Uint8Array([0, 0, 0, 24]), utf8("ftypheic"), utf8(PLACE));
  for (const one of [named("a.jpg", "image/jpeg"), named("notes.txt", "text/plain"), named("")]) {
    expect(cleaned(one, photo)).toEqual(withoutDetails(photo));
    expect(cleaned(one, cut)).toBeUndefined();
    expect(cleaned(one, heic)).toBeUndefined();
  }
  for (const name of ["IMG_1.HEIC", "a.avif", "a.tiff", "a.dng"]) expect(cleaned(named(name), utf8("anything"))).toBeUndefined();
  expect(cleaned(named("a", "image/heif"), utf8("anything"))).toBeUndefined();
  // Papers, drawings and films are sent as they are: the box speaks of photos.
  const text = utf8("%PDF-1.7");
  for (const one of [named("a.pdf", "application/pdf"), named("a.gif", "image/gif"), named("a.mp4", "video/mp4"), named("a.svg", "image/svg+xml")]) {
    expect(isPhoto(one)).toBe(false);
    expect(cleaned(one, text)).toEqual(text);
  }
});

test("what is no photo or is cut off is said to be none, never half cleaned", () => {
  const photo = jpeg(segment(0xe1, exif(1, true)));
  const whole = photo.length - COPY.length;
  for (let size = 0; size < whole; size += 7) expect(withoutDetails(photo.slice(0, size))).toBeUndefined();
  expect(withoutDetails(utf8("<svg></svg>"))).toBeUndefined();
});

const HEADS = [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), START, concat(utf8("RIFF"), new Uint8Array([60, 0, 0, 0]), utf8("WEBP"))];

test("any bytes are cleaned or refused, and never crash", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...HEADS), (rest, head) => {
      const data = concat(head, rest);
      const plain = withoutDetails(data);
      expect(plain === undefined || plain.length <= data.length + 36).toBe(true);
    }),
  );
});

test("a picture is what its bytes say, not what it is called", () => {
  expect(pictureType(START)).toBeUndefined();
  expect(pictureType(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe("image/jpeg");
  expect(pictureType(utf8("GIF89a…"))).toBe("image/gif");
  expect(pictureType(utf8("RIFF1234WEBP"))).toBe("image/webp");
  for (const text of ["<svg xmlns='…'>", "<html>", "RIFF1234WAVE", ""]) {
    expect(pictureType(utf8(text))).toBeUndefined();
  }
});

test("names show and save as what they are", () => {
  expect(plainName("holiday\u202egpj.exe")).toBe("holidaygpj.exe");
  expect(plainName("../../etc/passwd")).toBe(".._.._etc_passwd");
  expect(plainName("تقرير ٢٠٢٦.pdf")).toBe("تقرير ٢٠٢٦.pdf");
  for (const name of ["", ".", "..", "\u200f"]) expect(plainName(name)).toBe("file");
  const long = plainName(`${"ش".repeat(300)}.jpeg`);
  expect(long.endsWith(".jpeg")).toBe(true);
  expect(utf8(long).length).toBeLessThanOrEqual(255);
});

test("a file's kind is said in a word of the reader's, never as a media type", () => {
  expect(kindWord("image/webp")).toBe("kindPicture");
  expect(kindWord("application/pdf")).toBe("kindPdf");
  expect(kindWord("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")).toBe("kindTable");
  expect(kindWord("application/vnd.openxmlformats-officedocument.wordprocessingml.document")).toBe("kindDocument");
  expect(kindWord("application/vnd.oasis.opendocument.presentation")).toBe("kindSlides");
  expect(kindWord("application/x-msdownload")).toBe("kindOther");
  expect(kindWord("")).toBe("kindOther");
});
