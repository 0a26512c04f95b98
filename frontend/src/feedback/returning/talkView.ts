/** The dialogue with the team: what was said, and the field to write the next. */

import { button, element, iconButton, written } from "../../threads/dom";
import { readableSize } from "../../threads/files/kinds";
import { isPhoto } from "../../threads/files/photoDetails";
import { Trying } from "../../threads/files/trying";
import { icon } from "../../theme/icon";
import { type SealedFile } from "../../wire/submission";
import { put } from "../fill";
import { FILES_AT_ONCE, type FileTrouble, FileTroubleError } from "../sealedFile";
import { isTooLong, type Room, type Said } from "./room";
import { type ReturnWords } from "./words";

/** A message that isn't sent yet; `sent` are files that are sealed and there already. */
export interface Unsent {
  readonly text: string;
  readonly files: readonly File[];
  /** Photos go without what they say of place, time and camera. */
  readonly strips: boolean;
  readonly sent: ReadonlyMap<File, SealedFile>;
}

export class TalkView {
  readonly root = element("section", "partner-part");
  private readonly list = element("ol", "partner-talk");
  private readonly state = element("p", "partner-work");
  private readonly error = element("p", "fill-error");
  private readonly text = document.createElement("textarea");
  private readonly chosen = element("ul", "fill-files");
  private readonly strips = element("input", "fill-box");
  private readonly stripsLabel: HTMLElement;
  private readonly send: HTMLButtonElement;
  private files: readonly File[];
  private isSending = false;
  private writing: Promise<void> = Promise.resolve();
  private sent: Map<File, SealedFile>;

  constructor(
    private readonly room: Room,
    private readonly words: ReturnWords,
    private readonly alive: AbortSignal,
    unsent?: Unsent,
    /** Something was written. */
    private readonly onWritten: () => void = () => undefined,
  ) {
    this.files = unsent?.files ?? [];
    this.sent = new Map(unsent?.sent);
    this.text.value = unsent?.text ?? "";
    this.strips.type = "checkbox";
    this.strips.checked = unsent?.strips ?? true;
    this.strips.addEventListener("change", () => {
      // What went out already, went out as it was wanted before.
      this.sent.clear();
    });
    this.stripsLabel = element("label", "fill-choice fill-strip", this.strips, element("span", "fill-choice-text", words.stripDetails));
    this.state.setAttribute("role", "status");
    this.error.setAttribute("role", "alert");
    this.error.hidden = true;
    this.send = button(words.send, () => {
      if (!this.isSending) this.writing = this.write();
    });
    this.send.className = "btn btn-primary";
    this.root.append(element("h2", "", words.talk), this.list, this.form());
    this.show();
    this.showChosen();
  }

  get unsent(): Unsent {
    return { text: this.text.value, files: this.files, strips: this.strips.checked, sent: this.sent };
  }

  /** Once nothing is on its way. */
  get idle(): Promise<void> {
    return this.writing;
  }

  private form(): HTMLElement {
    const { words } = this;
    this.text.id = "talk-text";
    this.text.className = "fill-text";
    this.text.rows = 4;
    this.text.dir = "auto";
    this.text.setAttribute("aria-describedby", "talk-hint");
    const label = element("label", "fill-label", words.write);
    label.htmlFor = this.text.id;
    const hint = element("p", "fill-hint", words.writeHint);
    hint.id = "talk-hint";
    const field = document.createElement("input");
    field.type = "file";
    field.multiple = true;
    field.id = "talk-files";
    field.className = "fill-file-input";
    const adder = element("label", "fill-file-add", words.addFile);
    adder.htmlFor = field.id;
    field.addEventListener("change", () => {
      const all = [...this.files, ...(field.files ?? [])];
      this.complain(all.length > FILES_AT_ONCE ? put(words.tooManyFiles, { limit: FILES_AT_ONCE }) : "");
      this.files = all.slice(0, FILES_AT_ONCE);
      field.value = "";
      this.showChosen();
    });
    return element(
      "div",
      "",
      label,
      hint,
      this.error,
      this.text,
      this.chosen,
      element("div", "fill-file-field", field, adder),
      this.stripsLabel,
      element("div", "fill-actions", this.send),
      this.state,
    );
  }

  private show(): void {
    const { words, room } = this;
    if (room.said.length === 0) this.list.replaceChildren(element("li", "fill-hint", words.nothingYet));
    else this.list.replaceChildren(...room.said.map((one) => this.rowOf(one)));
  }

  private rowOf({ isOwn, body, isDoubtful }: Said): HTMLElement {
    const { words } = this;
    const row = element("li", isOwn ? "partner-said is-own" : "partner-said");
    row.append(element("span", "partner-said-who", isOwn ? words.you : words.team));
    if (isDoubtful) {
      row.classList.add("is-doubtful");
      row.append(element("p", "fill-error", icon("alert-triangle"), element("span", "", words.doubtful)));
    }
    if (body === undefined) row.append(element("p", "", words.unreadable));
    else {
      if (body.text !== "") row.append(written("p", "partner-said-text", body.text));
      if (body.files.length > 0) row.append(filesView(this.room, this.words, body.files));
    }
    return row;
  }

  private showChosen(): void {
    this.stripsLabel.hidden = !this.files.some((file) => isPhoto(file));
    this.chosen.replaceChildren(
      ...this.files.map((file) => {
        const remove = iconButton("x", put(this.words.remove, { name: file.name }), () => {
          if (this.isSending) return;
          this.files = this.files.filter((one) => one !== file);
          this.showChosen();
          this.text.focus();
        });
        const what = element("span", "fill-file-what", written("span", "fill-file-name", file.name), element("span", "fill-file-state", readableSize(file.size)));
        return element("li", "fill-file", what, remove);
      }),
    );
  }

  private complain(sentence: string): void {
    this.error.hidden = sentence === "";
    this.error.replaceChildren(icon("alert-circle"), element("span", "", sentence));
  }

  private async write(): Promise<void> {
    const { words, room } = this;
    const text = this.text.value.trim();
    if (text === "" && this.files.length === 0) this.complain(words.nothing);
    else if (isTooLong(text)) this.complain(words.tooLong);
    else {
      this.isSending = true;
      this.send.disabled = true;
      this.strips.disabled = true;
      this.complain("");
      this.say(words.sending);
      try {
        await room.write(text, await this.sendFiles(), this.trying());
        this.text.value = "";
        this.files = [];
        this.sent = new Map();
        this.showChosen();
        this.show();
        this.say(words.sent, true);
        this.onWritten();
      } catch (error) {
        this.say("");
        // Its room was cleared away meanwhile: the next try sends all files anew.
        if (error instanceof Error && "code" in error && error.code === "file-missing") this.sent.clear();
        const told = error instanceof Error && error.name === "ServerError" ? error.message : "";
        if (error instanceof FileTroubleError) this.complain(put(this.sentenceOf(error.trouble), { name: error.file }));
        else this.complain(told === "" ? words.failed : told);
      } finally {
        this.isSending = false;
        this.send.disabled = false;
        this.strips.disabled = false;
      }
    }
  }

  private sentenceOf(trouble: FileTrouble): string {
    const { words } = this;
    return { tooLarge: words.fileTooLarge, unreadable: words.fileUnreadable, details: words.fileDetails }[trouble];
  }

  private async sendFiles(): Promise<readonly SealedFile[]> {
    const { words, room } = this;
    for (const file of this.files) {
      if (this.sent.has(file)) continue;
      const sealed = await room.send(file, this.strips.checked, this.trying(), (done, size) => {
        this.say(put(words.fileSending, { name: file.name, done: readableSize(done), size: readableSize(size) }));
      });
      this.sent.set(file, sealed);
    }
    return this.files.flatMap((file) => this.sent.get(file) ?? []);
  }

  private trying(): Trying {
    return new Trying(
      this.alive,
      (isBusy) => {
        this.say(isBusy ? this.words.busy : this.words.offline, true);
      },
      () => {
        this.say(this.words.sending);
      },
    );
  }

  private say(sentence: string, isStill = false): void {
    this.state.textContent = sentence;
    this.state.toggleAttribute("data-waits", isStill);
  }
}

/** Files to save. Nothing of them is ever shown here. */
export function filesView(room: Room, words: ReturnWords, files: readonly SealedFile[]): HTMLElement {
  return element(
    "ul",
    "fill-files",
    ...files.map((file) => {
      const said = element("span", "fill-file-state");
      said.setAttribute("role", "status");
      const named = { name: file.name, size: readableSize(file.size) };
      const save = button(put(words.download, named), () => void load());
      save.className = "fill-quiet";
      const load = async (): Promise<void> => {
        said.textContent = put(words.downloading, named);
        try {
          const link = document.createElement("a");
          link.href = URL.createObjectURL(await room.load(file));
          link.download = file.name;
          link.click();
          window.setTimeout(() => {
            URL.revokeObjectURL(link.href);
          }, 60_000);
          said.textContent = put(words.saved, named);
        } catch (error) {
          const isDamaged = error instanceof Error && error.name === "WireError";
          said.textContent = put(isDamaged ? words.damaged : words.fileGone, named);
        }
      };
      return element("li", "fill-file", element("span", "fill-file-what", save, said));
    }),
  );
}
