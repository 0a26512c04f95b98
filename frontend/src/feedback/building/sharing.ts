/** The page on which a form is shared: its link and card, made from the checked keys, and who reads it. */

import { type Bytes } from "../../crypto/bytes";
import { reloadWhenLocked, unlock } from "../../keys";
import { element, iconButton, part, written } from "../../threads/dom";
import { FormThread } from "../../threads/formThread";
import { drawQr } from "../../threads/qrDrawing";
import { put } from "../fill";
import { inLanguage, readDefinition } from "../logic";
import { FeedbackServer, type FormAct } from "../server";
import { languageName } from "./fields";
import { type ListWords, mayRead, sentenceFor } from "./troubles";

export const SHARE_NAMES = [
  "owner", "reader", "you", "makeOwner", "makeReader", "removeReader", "removeSure", "alone", "due", "putOut", "ownerless", "copied", "copyFailed",
] as const;
export type ShareWords = Readonly<Record<(typeof SHARE_NAMES)[number], string>>;

/** What stands behind the # of a form's link: the hash of its first epoch. */
export function pinText(pin: Bytes): string {
  return btoa(String.fromCharCode(...pin)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export async function startShare(root: HTMLElement, words: ShareWords, troubles: ListWords): Promise<void> {
  const workspace = root.dataset["workspace"] ?? "";
  const id = root.dataset["form"] ?? "";
  const server = new FeedbackServer(workspace);
  const problem = part(root, "[data-problem]", HTMLElement);
  const say = (sentence: string): void => {
    problem.hidden = sentence === "";
    problem.textContent = sentence;
  };
  reloadWhenLocked();
  try {
    const unlocked = await unlock();
    const { form } = await server.form(id);
    const thread = await FormThread.load(workspace, unlocked, form.thread);
    const link = `${root.dataset["address"] ?? ""}#${pinText(thread.pin)}`;
    showLink(root, words, link);
    await showCard(root, server, id, link);
    const act = async (work: () => Promise<void>): Promise<void> => {
      say("");
      root.setAttribute("aria-busy", "true");
      try {
        await work();
      } catch (error) {
        say(sentenceFor(error, troubles));
      } finally {
        root.removeAttribute("aria-busy");
        await showReaders(root, words, thread, unlocked.userId, act);
      }
    };
    await showReaders(root, words, thread, unlocked.userId, act);
    for (const one of root.querySelectorAll<HTMLButtonElement>("[data-act]")) {
      one.addEventListener("click", () => {
        void act(async () => {
          await server.changeForm(id, one.dataset["act"] as FormAct);
          window.location.reload();
        });
      });
    }
    settings(root, server, id, act);
    // Only now: a form that is shown before it listens would be sent by the browser itself, and what was typed be lost.
    part(root, "[data-wait]", HTMLElement).hidden = true;
    part(root, "[data-share]", HTMLElement).hidden = false;
  } catch (error) {
    say(sentenceFor(error, troubles));
    part(root, "[data-wait]", HTMLElement).hidden = true;
  }
}

function showLink(root: HTMLElement, words: ShareWords, link: string): void {
  const field = part(root, "#form-link", HTMLInputElement);
  field.value = link;
  const state = part(root, "[data-copied]", HTMLElement);
  part(root, "[data-copy]", HTMLButtonElement).addEventListener("click", () => {
    void navigator.clipboard.writeText(link).then(
      () => {
        state.textContent = words.copied;
      },
      () => {
        state.textContent = words.copyFailed;
        field.select();
      },
    );
  });
  part(root, "[data-qr]", HTMLElement).replaceChildren(drawQr(link));
  part(root, "[data-print]", HTMLButtonElement).addEventListener("click", () => {
    window.print();
  });
}

/** The printed card: the title in each language, the code, and the address to type. */
async function showCard(root: HTMLElement, server: FeedbackServer, id: string, link: string): Promise<void> {
  const { definition } = await server.opening(id);
  const form = readDefinition(new TextDecoder().decode(definition));
  const seen = new Set<string>();
  const titles = form.languages.flatMap((language) => {
    const text = inLanguage(form.title, language, form.languages);
    // Not translated: the first language stands there already.
    if (seen.has(text)) return [];
    seen.add(text);
    const title = written("p", "card-title", text);
    title.lang = language;
    return [title];
  });
  const said = [...root.querySelectorAll<HTMLElement>("[data-card-said] [lang]")];
  const spoken = said.filter(({ lang }) => form.languages.some((language) => language === lang || language.startsWith(`${lang}-`)));
  for (const sentence of said) sentence.hidden = spoken.length > 0 ? !spoken.includes(sentence) : sentence.dataset["own"] === undefined;
  part(root, "[data-card-titles]", HTMLElement).replaceChildren(...titles);
  part(root, "[data-card-qr]", HTMLElement).replaceChildren(drawQr(link));
  part(root, "[data-card-languages]", HTMLElement).textContent = form.languages.map(languageName).join(" · ");
}

type Act = (work: () => Promise<void>) => Promise<void>;

async function showReaders(root: HTMLElement, words: ShareWords, thread: FormThread, me: string, act: Act): Promise<void> {
  const list = part(root, "[data-readers]", HTMLElement);
  const owners = thread.readers.filter((row) => row.role === "owner");
  const rows = thread.readers.map((row) => {
    const name = row.member === me ? words.you : thread.name(row.member);
    const isOwner = row.role === "owner";
    const text = element("span", "row-text", written("span", "row-title", name), element("span", "row-note", isOwner ? words.owner : words.reader));
    const line = element("li", "share-reader", text);
    if (!thread.isOwner) return line;
    const acts = element("span", "btn-list");
    if (!(isOwner && owners.length === 1)) {
      acts.append(
        toggle(isOwner ? words.makeReader : words.makeOwner, name, () => act(() => thread.setRole(row.member, isOwner ? "member" : "owner"))),
      );
    }
    if (row.member !== me) {
      acts.append(
        iconButton("x", put(words.removeReader, { name }), () => {
          if (window.confirm(put(words.removeSure, { name }))) void act(() => thread.removeReader(row.member));
        }),
      );
    }
    line.append(acts);
    return line;
  });
  list.replaceChildren(...rows);
  const warn = part(root, "[data-readers-warn]", HTMLElement);
  const said = thread.ownerless ? words.ownerless : thread.putOut.length > 0 ? words.putOut : thread.isDue ? words.due : thread.readers.length < 2 ? words.alone : "";
  warn.hidden = said === "";
  part(warn, ".note-text", HTMLElement).textContent = said;
  await adding(root, thread, act);
}

async function adding(root: HTMLElement, thread: FormThread, act: Act): Promise<void> {
  const form = part(root, "[data-add-reader]", HTMLFormElement);
  form.hidden = !thread.isOwner;
  if (!thread.isOwner) return;
  const select = part(form, "select", HTMLSelectElement);
  const others = (await thread.strangers()).filter(({ id }) => mayRead(root, id));
  select.replaceChildren(
    ...others.map(({ id, name }) => {
      const option = element("option", "", name);
      option.value = id;
      return option;
    }),
  );
  const isNobody = others.length === 0;
  part(form, "[data-nobody]", HTMLElement).hidden = !isNobody;
  for (const one of form.querySelectorAll<HTMLElement>("select, .form-check, button")) one.hidden = isNobody;
  form.onsubmit = (event) => {
    event.preventDefault();
    const everything = part(form, "input[type=checkbox]", HTMLInputElement).checked;
    if (select.value !== "") void act(() => thread.addReader(select.value, everything));
  };
}

function toggle(label: string, name: string, work: () => Promise<void>): HTMLButtonElement {
  const made = element("button", "btn btn-sm", label);
  made.type = "button";
  made.setAttribute("aria-label", `${label}: ${name}`);
  made.addEventListener("click", () => void work());
  return made;
}

/** When it closes, how many answers it takes, and how soon people hear back. */
function settings(root: HTMLElement, server: FeedbackServer, id: string, act: Act): void {
  const form = part(root, "[data-settings]", HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void act(async () => {
      const closes = part(form, "#closes-at", HTMLInputElement).value;
      await server.changeSettings(id, {
        closesAt: closes === "" ? 0 : new Date(closes).getTime(),
        maxSubmissions: Number(part(form, "#max-submissions", HTMLInputElement).value),
        replyHours: Number(part(form, "#reply-hours", HTMLInputElement).value),
        address: "",
      });
      part(form, "[data-settings-saved]", HTMLElement).hidden = false;
    });
  });
  const closes = part(form, "#closes-at", HTMLInputElement);
  const millis = Number(closes.dataset["millis"]);
  if (millis > 0) {
    // In the zone of this device, which is what its own picker shows.
    const local = new Date(millis - new Date(millis).getTimezoneOffset() * 60_000);
    closes.value = local.toISOString().slice(0, 16);
  }
}
