/** A file in a conversation: what it is, a small picture of it, and the way to have it. */

import { type FileBody, type Preview } from "../../wire/body";
import { button, element, written } from "../dom";
import { fill } from "../words";
import { Download, type DownloadTools } from "./download";
import { kindWord, mayShow, plainName, readableSize } from "./kinds";
import { savingSink } from "./saving";
import { downloadSentence } from "./sentences";
import { showPicture } from "./viewer";
import { type FileWords } from "./words";

export class FileViews {
  /** A card is drawn once, so that a download goes on while the messages around it change. */
  private readonly cards = new WeakMap<FileBody, HTMLElement>();

  constructor(
    private readonly tools: Omit<DownloadTools, "changed">,
    private readonly words: FileWords,
  ) {}

  /** The card of a file that is in the conversation. */
  card(body: FileBody): HTMLElement {
    const card = this.cards.get(body) ?? this.draw(body);
    this.cards.set(body, card);
    return card;
  }

  /** The same without anything to press: the file of a message that is still waiting. */
  plain(body: FileBody): HTMLElement {
    const preview = body.preview === undefined ? [] : [previewImage(body.preview)];
    return element("div", "file-card", ...preview, about(body, this.words));
  }

  private draw(body: FileBody): HTMLElement {
    const state = element("p", "file-state");
    state.setAttribute("role", "status");
    const bar = element("progress", "file-bar");
    bar.hidden = true;
    bar.setAttribute("aria-hidden", "true");
    const card = element("div", "file-card", ...this.picture(body), about(body, this.words));
    const get = button(this.words.download, () => {
      void this.save(body, card, get, state, bar);
    });
    get.setAttribute("aria-label", fill(this.words.downloadNamed, { name: plainName(body.name) }));
    card.append(element("div", "file-acts", get), bar, state);
    return card;
  }

  private picture(body: FileBody): HTMLElement[] {
    if (body.preview === undefined) return [];
    const image = previewImage(body.preview);
    if (!mayShow(body)) return [image];
    const open = element("button", "file-open", image);
    open.type = "button";
    open.setAttribute("aria-label", fill(this.words.show, { name: plainName(body.name) }));
    open.addEventListener("click", () => {
      showPicture(body, this.tools, this.words);
    });
    return [open];
  }

  private async save(
    body: FileBody,
    card: HTMLElement,
    get: HTMLButtonElement,
    state: HTMLElement,
    bar: HTMLProgressElement,
  ): Promise<void> {
    const sink = await savingSink(plainName(body.name), body.size).catch(() => "refused" as const);
    if (sink === undefined) return;
    if (sink === "refused") {
      state.textContent = this.words.downloadFailed;
      return;
    }
    const download = new Download(body, {
      ...this.tools,
      changed: () => {
        bar.max = Math.max(1, body.size);
        bar.value = download.done;
        state.textContent = downloadSentence(this.words, download, body.size);
      },
    });
    const cancel = button(this.words.cancel, () => {
      download.cancel();
    });
    card.classList.remove("is-damaged");
    get.after(cancel);
    get.disabled = true;
    bar.hidden = false;
    await download.run(sink);
    cancel.remove();
    get.disabled = false;
    bar.hidden = true;
    card.classList.toggle("is-damaged", download.phase === "damaged");
    // The sentence has made the card longer: what it says may not end up under the composer.
    state.scrollIntoView({ block: "nearest" });
  }
}

function about(body: FileBody, words: FileWords): HTMLElement {
  const kind = words[kindWord(body.mediaType)];
  const note = element("span", "file-note", `${readableSize(body.size)} · ${kind}`);
  note.title = body.mediaType;
  return element("div", "file-about", written("strong", "file-name", plainName(body.name)), note);
}

/** Freed as soon as it is drawn or turns out not to be a picture. */
export function previewImage(preview: Preview): HTMLImageElement {
  const image = element("img", "file-preview");
  const address = URL.createObjectURL(new Blob([preview.data], { type: preview.type }));
  const free = (): void => {
    URL.revokeObjectURL(address);
  };
  image.addEventListener("load", free);
  image.addEventListener("error", () => {
    free();
    image.hidden = true;
  });
  image.width = preview.width;
  image.height = preview.height;
  image.alt = "";
  image.decoding = "async";
  image.src = address;
  return image;
}
