/** The page of the builder: loads the form, shows it, and publishes. */

import { equal } from "../../crypto/bytes";
import { sha256 } from "../../crypto/hash";
import { reloadWhenLocked, unlock } from "../../keys";
import { part } from "../../threads/dom";
import { readVersion } from "../../wire/formVersion";
import { type FillWords, put } from "../fill";
import { FeedbackServer } from "../server";
import { Builder } from "./builder";
import { type ListWords, sentenceFor } from "./troubles";
import { type BuilderWords } from "./words";

const PUBLISHED = "#published-";

export async function startBuilder(
  root: HTMLElement,
  words: BuilderWords,
  troubles: ListWords,
  fillWords: (language: string) => FillWords,
): Promise<void> {
  const server = new FeedbackServer(root.dataset["workspace"] ?? "");
  const problem = part(root, "[data-problem]", HTMLElement);
  const say = (sentence: string): void => {
    problem.hidden = sentence === "";
    problem.textContent = sentence;
  };
  let detail;
  try {
    detail = await server.form(root.dataset["form"] ?? "");
  } catch (error) {
    say(sentenceFor(error, troubles));
    return;
  }
  const newest = detail.versions.at(-1);
  const isPublished = newest !== undefined && equal((await readVersion(newest.raw)).definitionHash, await sha256(detail.draft));
  const builder = new Builder(root, words, fillWords, server, detail, isPublished);
  sayPublished(root, words);
  part(root, "[data-builder]", HTMLElement).hidden = false;
  part(root, "[data-wait]", HTMLElement).hidden = true;
  builder.show();
  const tabs = [...root.querySelectorAll<HTMLButtonElement>("[data-view]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      part(root, "[data-builder]", HTMLElement).dataset["shown"] = tab.dataset["view"] ?? "";
      for (const other of tabs) other.setAttribute("aria-pressed", String(other === tab));
    });
  }
  const dialog = part(document, "#publish-form", HTMLDialogElement);
  part(root, "[data-publish]", HTMLButtonElement).addEventListener("click", () => {
    dialog.showModal();
  });
  part(dialog, "[data-close]", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
  const send = part(dialog, "button[type=submit]", HTMLButtonElement);
  part(dialog, "form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    void publish();
  });
  const publish = async (): Promise<void> => {
    send.disabled = true;
    const state = part(dialog, "[data-publish-state]", HTMLElement);
    state.textContent = words.publishing;
    try {
      if (!(await builder.save())) {
        state.textContent = words.unsaved;
        return;
      }
      dialog.close();
      reloadWhenLocked();
      const unlocked = await unlock();
      // Keys and threads only when they are needed.
      const { publishForm } = await import("./publishing");
      const number = await publishForm(server, unlocked, detail, builder.bytes);
      // The page anew, with its versions and what can be done with them.
      window.location.hash = `${PUBLISHED}${number}`;
      window.location.reload();
    } catch (error) {
      say(sentenceFor(error, troubles));
    } finally {
      send.disabled = false;
      state.textContent = "";
    }
  };
}

/** Once after publishing, which loads the page anew. */
function sayPublished(root: HTMLElement, words: BuilderWords): void {
  const { hash } = window.location;
  if (!hash.startsWith(PUBLISHED)) return;
  const number = Number(hash.slice(PUBLISHED.length));
  window.history.replaceState(null, "", window.location.pathname);
  if (!Number.isSafeInteger(number)) return;
  const done = part(root, "[data-published]", HTMLElement);
  part(done, "[data-published-text]", HTMLElement).textContent = put(words.published, { number });
  done.hidden = false;
  done.focus();
}
