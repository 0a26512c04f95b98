/** What a person is told when sealed answers can't be opened. */

import { LockedError, ServerError } from "../../keys";
import { Trouble } from "../../threads/trouble";
import { type AnalysisWords } from "./words";

export function sentenceFor(error: unknown, words: AnalysisWords): string {
  if (error instanceof Trouble) return words.forgedForm;
  if (error instanceof LockedError) return words.locked;
  if (error instanceof ServerError) {
    if (error.status === 401) return words.signedOut;
    if (error.status === 404 || error.status === 403) return words.notReader;
    if (error.message !== "") return error.message;
  }
  return words.failed;
}
