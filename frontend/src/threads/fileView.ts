/** A file in a message: its name, its size, what it is. */

import { type FileBody } from "../wire/body";
import { element, icon, written } from "./dom";
import { language } from "./words";

/** The card of a file. */
export function fileCard(file: FileBody): HTMLElement {
  const name = written("span", "file-name", file.name);
  const note = element("span", "file-note", `${size(file.size)} · `, written("bdi", "", file.mediaType));
  return element("div", "file-card", icon("paperclip"), element("span", "file-text", name, note));
}

/** Bytes in the unit that people read them in. */
export function size(bytes: number): string {
  const [unit, whole] =
    bytes < 1_000
      ? (["byte", 1] as const)
      : bytes < 1_000_000
        ? (["kilobyte", 1_000] as const)
        : (["megabyte", 1_000_000] as const);
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(bytes / whole);
}
