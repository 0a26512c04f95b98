/** The files beside a reply: chosen, taken away, sealed and sent when the reply is. */

import { button, element, part, written } from "../../threads/dom";
import { readableSize } from "../../threads/files/kinds";
import { isPhoto } from "../../threads/files/photoDetails";
import { type SealedFile } from "../../wire/submission";
import { put } from "../fill/words";
import type { FileTroubleError} from "../sealedFile";
import { FILES_AT_ONCE, type FilePlace, sendFile } from "../sealedFile";
import { type CaseWords } from "./words";

export class ReplyFiles {
  private readonly list: HTMLElement;
  private readonly state: HTMLElement;
  private readonly strips: HTMLInputElement;
  private readonly adder: HTMLButtonElement;
  private files: readonly File[] = [];
  /** What went out already, of a reply that did not. */
  private readonly sent = new Map<File, SealedFile>();
  private isSending = false;
  /** Where this tab remembers that files were chosen; neither which nor their names. */
  private readonly trace: string;

  constructor(
    form: HTMLElement,
    private readonly words: CaseWords,
    private readonly place: FilePlace,
    caseId: string,
  ) {
    this.trace = `reply-files/${caseId}`;
    this.list = part(form, "[data-reply-files]", HTMLElement);
    this.state = part(form, "[data-reply-files-state]", HTMLElement);
    this.strips = part(form, "[data-reply-strips]", HTMLInputElement);
    this.adder = part(form, "[data-reply-attach]", HTMLButtonElement);
    const field = part(form, "[data-reply-input]", HTMLInputElement);
    this.adder.addEventListener("click", () => {
      field.click();
    });
    field.addEventListener("change", () => {
      this.add([...(field.files ?? [])]);
      field.value = "";
    });
    this.strips.addEventListener("change", () => {
      this.sent.clear();
    });
    // A draft keeps words only. The page is never held back for files, as it closes when the vault is locked.
    window.addEventListener("pagehide", () => {
      if (this.any) sessionStorage.setItem(this.trace, "1");
    });
    if (sessionStorage.getItem(this.trace) !== null) this.state.textContent = words.filesAgain;
    sessionStorage.removeItem(this.trace);
  }

  get any(): boolean {
    return this.files.length > 0;
  }

  add(chosen: readonly File[]): void {
    if (this.isSending) return;
    const all = [...this.files, ...chosen];
    this.state.textContent = all.length > FILES_AT_ONCE ? put(this.words.tooManyFiles, { limit: FILES_AT_ONCE }) : "";
    this.files = all.slice(0, FILES_AT_ONCE);
    this.show();
  }

  /** Seals and sends what has not arrived yet. Raises FileTroubleError, ServerError, TypeError without a connection. */
  async send(): Promise<readonly SealedFile[]> {
    this.hold(true);
    try {
      for (const file of this.files) {
        if (this.sent.has(file)) continue;
        const told = (done: number, size: number): void => {
          const sizes = { name: file.name, done: readableSize(done), size: readableSize(size) };
          this.state.textContent = put(this.words.fileSending, sizes);
        };
        told(0, file.size);
        this.sent.set(file, await sendFile(file, this.strips.checked, this.place, told));
      }
    } finally {
      this.state.textContent = "";
      this.hold(false);
    }
    return this.files.flatMap((file) => this.sent.get(file) ?? []);
  }

  /** The reply was sent. */
  clear(): void {
    this.files = [];
    this.sent.clear();
    this.strips.checked = true;
    this.show();
  }

  /** The server has not kept what arrived: the next try sends all of it anew. */
  forget(): void {
    this.sent.clear();
  }

  /** Why a file was not sent, for the person. */
  sentence(error: FileTroubleError): string {
    const { fileTooLarge, fileUnreadable, fileDetails } = this.words;
    return put({ tooLarge: fileTooLarge, unreadable: fileUnreadable, details: fileDetails }[error.trouble], { name: error.file });
  }

  private hold(isSending: boolean): void {
    this.isSending = isSending;
    this.strips.disabled = isSending;
    this.adder.disabled = isSending;
  }

  private show(): void {
    this.list.replaceChildren(...this.files.map((file) => this.row(file)));
    this.list.hidden = !this.any;
    const label = this.strips.closest("label");
    if (label !== null) label.hidden = !this.files.some((file) => isPhoto(file));
  }

  private row(file: File): HTMLElement {
    const remove = button(this.words.fileRemove, () => {
      if (this.isSending) return;
      this.files = this.files.filter((one) => one !== file);
      this.sent.delete(file);
      this.show();
      this.adder.focus();
    });
    remove.setAttribute("aria-label", `${this.words.fileRemove}: ${file.name}`);
    const name = element("span", "attached-name", written("strong", "", file.name), " ", readableSize(file.size));
    return element("li", "attached-file", element("span", "attached-picture"), name, element("div", "btn-list", remove));
  }
}
