/** Says what just happened, to the eye and to a screen reader, in the page's live region. */

import { icon } from "../../theme/icon";

export type Tone = "good" | "warn" | "bad" | "info";

const ICONS: Record<Tone, string> = {
  good: "circle-check",
  warn: "alert-triangle",
  bad: "alert-circle",
  info: "info-circle",
};

/** Show a note on top of the page; a newer one takes the place of the last. Errors interrupt a screen reader. */
export function announce(tone: Tone, text: string): void {
  const region = document.getElementById("announcements");
  if (region === null) {
    throw new Error("The page has no #announcements region.");
  }
  const note = document.createElement("div");
  note.className = `note note-${tone} note-live`;
  if (tone === "bad") {
    note.setAttribute("role", "alert");
  }
  const words = document.createElement("div");
  words.className = "note-text";
  words.dir = "auto";
  words.textContent = text;
  note.append(icon(ICONS[tone]), words);
  region.replaceChildren(note);
}
