/**
 * What a file is and how it is called. Only pictures of four kinds are ever shown, and only if their first
 * bytes say so too; HTML, SVG and all the rest are bytes to save.
 */

import { type Bytes } from "../../crypto/bytes";
import { FILE_NAME_LIMIT, type FileBody, MEDIA_TYPE_LIMIT } from "../../wire/body";
import { type FileWords } from "./words";

/** Larger pictures are downloaded only: a page that decodes them would stand still. */
const SHOWN_LIMIT = 32 * 1024 * 1024;
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"] as const;
export type PictureType = (typeof PICTURES)[number];

const encoder = new TextEncoder();

/** Whether the file says that it is a picture which this page may show. */
export function mayShow(body: Pick<FileBody, "mediaType" | "size">): boolean {
  return body.size <= SHOWN_LIMIT && isPicture(body.mediaType);
}

export function isPicture(mediaType: string): boolean {
  return (PICTURES as readonly string[]).includes(mediaType);
}

/** What kind of picture these bytes begin as, whatever they are called. */
export function pictureType(data: Bytes): PictureType | undefined {
  const begins = (text: string, at = 0): boolean =>
    Array.from(text).every((letter, index) => data[at + index] === letter.charCodeAt(0));
  if (begins("\u00ff\u00d8\u00ff")) return "image/jpeg";
  if (begins("\u0089PNG\r\n\u001a\n")) return "image/png";
  if (begins("GIF87a") || begins("GIF89a")) return "image/gif";
  if (begins("RIFF") && begins("WEBP", 8)) return "image/webp";
  return undefined;
}

/**
 * A name that shows and saves as what it is: without letters that turn the direction round ("gpj.exe"
 * that reads "exe.jpg"), without a path, at most 255 bytes with its ending kept.
 */
export function plainName(name: string): string {
  const clean = name
    .replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\u0000-\u001f\u007f/\\]/g, "_")
    .trim();
  if (clean === "" || clean === "." || clean === "..") return "file";
  const dot = clean.lastIndexOf(".");
  const ending = dot > 0 && clean.length - dot <= 12 ? clean.slice(dot) : "";
  let stem = Array.from(clean.slice(0, clean.length - ending.length));
  while (encoder.encode(stem.join("") + ending).length > FILE_NAME_LIMIT) stem = stem.slice(0, -1);
  return stem.join("") + ending;
}

/** The browser's word for the kind, or the one that says nothing. */
export function mediaType(file: Blob): string {
  const plain = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  return /^[\w.+-]+\/[\w.+-]+$/.test(plain) && plain.length <= MEDIA_TYPE_LIMIT
    ? plain
    : "application/octet-stream";
}

const KINDS: readonly (readonly [RegExp, KindWord])[] = [
  [/^image\//, "kindPicture"],
  [/^video\//, "kindVideo"],
  [/^audio\//, "kindSound"],
  [/^application\/pdf$/, "kindPdf"],
  [/spreadsheet|ms-excel|^text\/(csv|tab-separated-values)$/, "kindTable"],
  [/presentation|ms-powerpoint/, "kindSlides"],
  [/wordprocessing|opendocument\.text|msword|rtf$/, "kindDocument"],
  [/^text\/(plain|markdown)$/, "kindText"],
  [/zip|x-tar|gzip|7z|rar/, "kindArchive"],
];
export type KindWord = Extract<keyof FileWords, `kind${string}`>;

/** What its sender says that it is, as the name of the sentence for it: "Picture", not "image/jpeg". */
export function kindWord(type: string): KindWord {
  return KINDS.find(([pattern]) => pattern.test(type.toLowerCase()))?.[1] ?? "kindOther";
}

const KIB = 1_024;

/** "5 MB" in the page's language. */
export function readableSize(size: number): string {
  const units = ["byte", "kilobyte", "megabyte"] as const;
  // By 1,024, as the limit is: what is shown as larger than 100 MB is.
  const step = size < KIB ? 0 : size < KIB ** 2 ? 1 : 2;
  return new Intl.NumberFormat(document.documentElement.lang || "en", {
    style: "unit",
    unit: units[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 2 ? 1 : 0,
  }).format(size / KIB ** step);
}
