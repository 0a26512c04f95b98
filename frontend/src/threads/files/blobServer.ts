/** Sealed files on the server: which chunks are there, and the chunks themselves. */

import { type Bytes, fromUuid } from "../../crypto/bytes";
import { chunkCount } from "../../crypto/files";
import { getCbor, getOctets, postCbor, read, sendOctets, ServerError } from "../../keys/http";
import { type Value } from "../../crypto/cbor";
import { array, uint } from "../../wire/fields";

/** How far a file has arrived. */
export interface BlobStatus {
  readonly present: ReadonlySet<number>;
  readonly isComplete: boolean;
}

/** What an upload and a download ask of the server; raises ServerError, TypeError without a connection. */
export interface BlobServer {
  /** Announces a file of `size` bytes; the same again changes nothing. */
  begin(blob: string, size: number): Promise<BlobStatus>;
  status(blob: string): Promise<BlobStatus>;
  put(blob: string, index: number, sealed: Bytes, signal: AbortSignal): Promise<void>;
  get(blob: string, index: number, signal: AbortSignal): Promise<Bytes>;
  remove(blob: string): Promise<void>;
}

/** The blobs of the thread at `address` (`/w/…/threads/<thread>/`). */
export function blobsAt(address: string): BlobServer {
  const base = `${address}blobs`;
  return {
    begin: async (blob, size) => readStatus(await read(await postCbor(base, [fromUuid(blob), size]))),
    status: async (blob) => readStatus(await getCbor(`${base}/${blob}`)),
    put: (blob, index, sealed, signal) => sendOctets("PUT", `${base}/${blob}/${index}`, sealed, signal),
    get: (blob, index, signal) => getOctets(`${base}/${blob}/${index}`, signal),
    remove: (blob) => sendOctets("DELETE", `${base}/${blob}`, undefined),
  };
}

/**
 * Destroys a file; once more changes nothing. Raises TypeError without a connection and ServerError for a
 * failure of the server, after which it is tried again. A file that is gone, or not this person's to destroy,
 * is left as it is.
 */
export async function destroyFile(server: Pick<BlobServer, "remove">, blob: string): Promise<void> {
  try {
    await server.remove(blob);
  } catch (error) {
    const refused = error instanceof ServerError && error.status < 500 && error.status !== 429;
    if (!refused) throw error;
  }
}

function readStatus(answer: Value): BlobStatus {
  const [size, present, complete] = array(answer, 3);
  const chunks = chunkCount(uint(size));
  const numbers = array(present, 0, chunks).map((number) => uint(number, 0, chunks - 1));
  return { present: new Set(numbers), isComplete: uint(complete, 0, 1) === 1 };
}
