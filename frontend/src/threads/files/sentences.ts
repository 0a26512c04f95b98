/** What a person is told of a file on its way. */

import { fill } from "../words";
import { type Download } from "./download";
import { readableSize } from "./kinds";
import { type Upload } from "./upload";
import { type FileWords } from "./words";

export function uploadSentence(words: FileWords, upload: Upload): string {
  switch (upload.phase) {
    case "reading":
      return words.reading;
    case "sending":
      return progress(words, upload.done, upload.file.size);
    case "waiting":
      return words.waiting;
    case "done":
      return words.ready;
    case "cancelled":
      return "";
    case "failed":
      return problem(words, upload);
  }
}

export function downloadSentence(words: FileWords, download: Download, size: number): string {
  switch (download.phase) {
    case "loading":
      return download.done === size ? words.checking : progress(words, download.done, size);
    case "waiting":
      return words.waiting;
    case "done":
      return words.saved;
    case "damaged":
      return words.damaged;
    case "gone":
      return words.gone;
    case "failed":
      return words.downloadFailed;
    case "cancelled":
      return "";
  }
}

function problem(words: FileWords, upload: Upload): string {
  switch (upload.problem) {
    case "tooLarge":
      return words.tooLarge;
    case "changed":
      return words.changed;
    case "refused":
      return upload.refusal === "" ? words.failed : upload.refusal;
    case "failed":
    case undefined:
      return words.failed;
  }
}

function progress(words: FileWords, done: number, size: number): string {
  return fill(words.progress, { done: readableSize(done), total: readableSize(size) });
}
