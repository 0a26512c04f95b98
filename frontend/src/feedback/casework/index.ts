/** The page of a case: the work for everybody who may see it, and what is sealed for the form's readers. */

import { part } from "../../threads/dom";
import { type FileWords } from "../../threads/files/words";
import { FeedbackServer } from "../server";
import { listen } from "./socket";
import { type Announce, WorkPanel } from "./work";
import { type CaseWords } from "./words";

/** Several changes within so many milliseconds are looked at once. */
const LOOK_MS = 400;

export async function startCase(words: CaseWords, fileWords: FileWords, announce: Announce): Promise<void> {
  const root = part(document, "[data-case]", HTMLElement);
  const server = new FeedbackServer(root.dataset["workspace"] ?? "");
  const id = root.dataset["id"] ?? "";
  const work = new WorkPanel(document, words, announce);
  shortcuts(root);
  let renew = async (): Promise<void> => work.refresh();
  let timer: number | undefined;
  const look = (): void => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      // A line that is gone comes back with another look.
      renew().catch(() => undefined);
    }, LOOK_MS);
  };
  listen(server.socketPath, {
    heard: (event) => {
      // In a flood no case is named: any may have changed.
      if (event.type === "case.changed" && (event.id === id || event.id === "")) look();
    },
    back: look,
    ended: () => {
      window.location.reload();
    },
  });
  if (root.dataset["reader"] === undefined || root.dataset["erased"] !== undefined) return;
  const { SealedPart } = await import("./sealedPart");
  const sealed = new SealedPart(root, words, fileWords, server, id, announce, look);
  renew = async () => {
    await work.refresh();
    await sealed.refresh();
  };
  await sealed.open();
}

/** R writes a reply, N a note, and what a button names as its key presses it. */
function shortcuts(root: HTMLElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog") !== null) return;
    const key = event.key.toLowerCase();
    const named = [...root.querySelectorAll<HTMLElement>("[data-key]")].find((one) => one.dataset["key"] === key);
    const field = key === "r" ? root.querySelector<HTMLElement>("[data-reply-text]") : key === "n" ? root.querySelector<HTMLElement>("[data-note-text]") : null;
    if (named !== undefined) named.click();
    else if (field !== null) field.focus();
    else return;
    event.preventDefault();
  });
}
