/** The sealed files of a case, as the cards of files ask for them. */

import { type BlobServer } from "../../threads/files/blobServer";
import { type FeedbackServer } from "../server";

/** For reading alone: whatever else a conversation does with files is refused. */
export function blobsOfCase(server: FeedbackServer, id: string): BlobServer {
  const never = (): Promise<never> => Promise.reject(new Error("files of a case are only read here"));
  return {
    begin: never,
    status: never,
    put: never,
    remove: never,
    get: (blob, index, signal) => server.chunk(id, blob, index, signal),
  };
}
