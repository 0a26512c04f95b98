/** The list of forms: a new one, or a copy, begins here, since its keys are made in the browser. */

import { utf8 } from "../../crypto/bytes";
import { fetchMembers, reloadWhenLocked, unlock, type Unlocked } from "../../keys";
import { element, part, written } from "../../threads/dom";
import { openForm } from "../../threads/opening";
import { People } from "../../threads/people";
import { logged } from "../../threads/trouble";
import { FeedbackServer } from "../server";
import { emptyForm } from "./draft";
import { type ListWords, mayRead, sentenceFor } from "./troubles";


const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/;

export async function startList(root: HTMLElement, words: ListWords): Promise<void> {
  const workspace = root.dataset["workspace"] ?? "";
  const server = new FeedbackServer(workspace);
  const dialog = part(document, "#new-form", HTMLDialogElement);
  const problem = part(dialog, "[data-problem]", HTMLElement);
  const choices = part(dialog, "[data-readers]", HTMLElement);
  const title = part(dialog, "#new-form-title-field", HTMLInputElement);
  const say = (sentence: string): void => {
    problem.hidden = sentence === "";
    problem.textContent = sentence;
  };
  reloadWhenLocked();
  let from: string | undefined;
  let unlocked: Unlocked;
  let people: People;
  try {
    unlocked = await unlock();
    const log = await logged(unlocked.log());
    people = new People(unlocked, await logged(log.members(() => fetchMembers(workspace))));
  } catch (error) {
    const place = part(root, "[data-list-problem]", HTMLElement);
    place.hidden = false;
    place.textContent = sentenceFor(error, words);
    return;
  }
  choices.replaceChildren(
    ...people
      .everyone()
      .filter((one) => one.userId !== unlocked.userId && mayRead(root, one.userId))
      .map(({ userId, name }) => {
        const box = element("input", "form-check-input");
        box.type = "checkbox";
        box.value = userId;
        box.id = `reader-${userId}`;
        const label = written("label", "form-check-label", name);
        label.htmlFor = box.id;
        return element("li", "form-check", box, label);
      }),
  );
  const ask = (id?: string, name = ""): void => {
    from = id;
    title.value = name;
    part(dialog, "[data-languages]", HTMLElement).hidden = id !== undefined;
    say("");
    dialog.showModal();
    title.focus();
  };
  const open = part(document, "[data-new-form]", HTMLButtonElement);
  open.disabled = false;
  open.addEventListener("click", () => {
    ask();
  });
  for (const copy of root.querySelectorAll<HTMLButtonElement>("[data-duplicate]")) {
    copy.disabled = false;
    copy.addEventListener("click", () => {
      ask(copy.dataset["duplicate"], copy.dataset["title"]);
    });
  }
  part(dialog, "[data-close]", HTMLButtonElement).addEventListener("click", () => {
    dialog.close();
  });
  const form = part(dialog, "form", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void begin();
  });
  const begin = async (): Promise<void> => {
    const name = title.value.trim();
    if (name === "") {
      say(words.needTitle);
      title.focus();
      return;
    }
    const send = part(dialog, "button[type=submit]", HTMLButtonElement);
    send.disabled = true;
    say("");
    try {
      const readers = [...choices.querySelectorAll<HTMLInputElement>("input:checked")].map((box) => box.value);
      const { upload, formKey } = await openForm(unlocked, people, name, readers);
      const id = crypto.randomUUID();
      const typed = [...dialog.querySelectorAll<HTMLInputElement>("[data-languages] input:checked")].map((box) => box.value);
      if (from === undefined) {
        const draft = emptyForm(name, typed.filter((code) => LANGUAGE.test(code)));
        await server.createForm(id, utf8(JSON.stringify(draft)), { upload, formKey });
      } else await server.duplicateForm(from, id, { upload, formKey });
      window.location.assign(`${root.dataset["forms"] ?? ""}${id}/`);
    } catch (error) {
      say(sentenceFor(error, words));
      send.disabled = false;
    }
  };
}
