/** A file of the dialogue: sealed here and sent chunk by chunk, by the person and by the team alike. */

import { type Bytes, randomBytes } from "../crypto/bytes";
import { chunkCount, chunkSize, CHUNK_SIZE, sealChunk } from "../crypto/files";
import { sha256 } from "../crypto/hash";
import { mediaType, plainName } from "../threads/files/kinds";
import { cleaned } from "../threads/files/photoDetails";
import { type SealedFile } from "../wire/submission";

/** Bytes. */
export const FILE_LIMIT = 20 * 1024 * 1024;
export const FILES_AT_ONCE = 5;

export type FileTrouble = "tooLarge" | "unreadable" | "details";

/** A file that can't be sent as it was chosen; `file` is its name. */
export class FileTroubleError extends Error {
  override readonly name = "FileTroubleError";

  constructor(
    readonly trouble: FileTrouble,
    readonly file: string,
  ) {
    super(`a file can't be sent: ${trouble}`);
  }
}

/** Where the sealed chunks go. */
export interface FilePlace {
  /** Room for a file of `size` bytes; the blob's id. */
  open(size: number): Promise<string>;
  put(blob: string, at: number, sealed: Bytes): Promise<void>;
}

/** How far a file is: bytes that arrived of how many. */
export type Progress = (done: number, size: number) => void;

/**
 * Seals a file and sends it. With `strips` a photo goes without what it says of its place, time and camera.
 *
 * Raises FileTroubleError; what `place` raises.
 */
export async function sendFile(file: File, strips: boolean, place: FilePlace, progress: Progress): Promise<SealedFile> {
  const name = plainName(file.name);
  if (file.size > FILE_LIMIT) throw new FileTroubleError("tooLarge", name);
  const whole = await file.arrayBuffer().catch(() => undefined);
  // Browsers refuse to read what was changed or moved since it was chosen.
  if (whole === undefined) throw new FileTroubleError("unreadable", name);
  const data = strips ? cleaned(file, new Uint8Array(whole)) : new Uint8Array(whole);
  if (data === undefined) throw new FileTroubleError("details", name);
  const blob = await place.open(data.length);
  const key = randomBytes(32);
  const count = chunkCount(data.length);
  for (let at = 0; at < count; at++) {
    const start = at * CHUNK_SIZE;
    const sealed = await sealChunk(key, at, data.slice(start, start + chunkSize(data.length, at)), at === count - 1);
    await place.put(blob, at, sealed);
    progress(Math.min(data.length, start + CHUNK_SIZE), data.length);
  }
  return { question: "", blob, key, name, kind: mediaType(file), size: data.length, sha256: await sha256(data) };
}
