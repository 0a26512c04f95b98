/** The page of the builder: loads the form, shows it, and publishes. */

import { reloadWhenLocked, unlock } from "../../keys";
import { part } from "../../threads/dom";
import { type FillWords, put } from "../fill";
import { FeedbackServer } from "../server";
import { Builder } from "./builder";
import { type ListWords, sentenceFor } from "./listing";
import { publishForm } from "./publishing";
import { type BuilderWords } from "./words";

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
  const builder = new Builder(root, words, fillWords, server, detail);
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
      const number = await publishForm(server, unlocked, detail, builder.bytes);
      say("");
      const done = part(root, "[data-published]", HTMLElement);
      part(done, "[data-published-text]", HTMLElement).textContent = put(words.published, { number });
      done.hidden = false;
      done.focus();
    } catch (error) {
      say(sentenceFor(error, troubles));
    } finally {
      send.disabled = false;
      state.textContent = "";
    }
  };
}
