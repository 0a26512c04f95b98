/** One attached file: its row under the composer, its upload, and what it becomes in a message. */

import { type FileBody, type Preview } from "../../wire/body";
import { button, element, written } from "../dom";
import { previewImage } from "./fileView";
import { mediaType, plainName, readableSize } from "./kinds";
import { DETAILS_LIMIT, isPhoto, withoutDetails } from "./photoDetails";
import { makePreview } from "./preview";
import { uploadSentence } from "./sentences";
import { Upload, type UploadTools } from "./upload";
import { type FileWords } from "./words";

export interface AttachmentTools extends Omit<UploadTools, "changed"> {
  /** Runs uploads one after the other. */
  readonly queue: (work: () => Promise<void>) => Promise<void>;
  readonly changed: () => void;
  readonly removed: (one: Attachment) => void;
}

export class Attachment {
  readonly row: HTMLElement;
  private readonly state = element("p", "attached-state");
  private readonly bar = element("progress", "file-bar");
  private readonly again: HTMLButtonElement;
  private readonly picture = element("span", "attached-picture");
  private content: File;
  private upload: Upload;
  private preview: Preview | undefined;
  private shown = "";
  /** Its details were to be removed and could not be. */
  private keepsDetails = false;
  private readonly strips = element("input", "form-check-input");

  constructor(
    private readonly file: File,
    private readonly words: FileWords,
    private readonly tools: AttachmentTools,
  ) {
    this.content = file;
    this.upload = this.fresh();
    const name = plainName(file.name);
    this.state.setAttribute("role", "status");
    this.bar.setAttribute("aria-hidden", "true");
    this.again = button(words.tryAgain, () => {
      this.restart(this.content);
    });
    this.again.hidden = true;
    const remove = button(words.remove, () => {
      void this.upload.cancel();
      tools.removed(this);
    });
    remove.setAttribute("aria-label", `${words.remove}: ${name}`);
    const head = element("span", "attached-name", written("strong", "", name), " ", readableSize(file.size));
    this.row = element("li", "attached-file", this.picture, head, this.bar, this.state, ...this.details());
    this.row.append(element("div", "btn-list", this.again, remove));
  }

  get hasFailed(): boolean {
    return this.keepsDetails || this.upload.phase === "failed";
  }

  /** What a message says of it, once all of it is on the server. */
  get body(): FileBody | undefined {
    const { uploaded } = this.upload;
    if (uploaded === undefined || this.upload.phase !== "done") return undefined;
    return {
      kind: "file",
      ...uploaded,
      name: plainName(this.file.name),
      mediaType: mediaType(this.file),
      ...(this.preview === undefined ? {} : { preview: this.preview }),
    };
  }

  /** Begins sending: a photo without what it says of its place, time and camera, unless the person wants that sent. */
  start(): void {
    if (this.strips.checked) this.choose();
    else this.send();
  }

  private send(): void {
    const { upload, content } = this;
    this.show();
    void this.tools.queue(async () => {
      if (upload.isOver()) return;
      // First, so that it is there when the file is.
      const preview = await makePreview(content);
      if (upload !== this.upload || upload.isOver()) return;
      this.preview = preview;
      if (preview !== undefined) this.picture.replaceChildren(previewImage(preview));
      await upload.run();
    });
  }

  settle(): Promise<void> {
    return this.upload.settle();
  }

  private fresh(): Upload {
    const upload: Upload = new Upload(this.content, {
      ...this.tools,
      changed: () => {
        if (upload !== this.upload) return;
        this.show();
        this.tools.changed();
      },
    });
    return upload;
  }

  private restart(content: File): void {
    void this.upload.cancel();
    this.content = content;
    this.upload = this.fresh();
    this.send();
  }

  /** A photo may say where and when it was taken, and with what. */
  private details(): HTMLElement[] {
    if (!isPhoto(this.file) || this.file.size > DETAILS_LIMIT) return [];
    const box = this.strips;
    box.type = "checkbox";
    // Whoever doesn't know what a photo tells is safe; whoever needs it as evidence knows, and unticks.
    box.checked = true;
    box.addEventListener("change", () => {
      this.choose();
    });
    const label = element("label", "form-check", box, element("span", "form-check-label", this.words.stripDetails));
    return [label];
  }

  private choose(): void {
    this.strips.disabled = true;
    void this.strip(this.strips.checked).then(() => {
      this.strips.disabled = false;
    });
  }

  /** Never sends what the person wanted taken out: a photo that can't be cleaned stops here. */
  private async strip(wanted: boolean): Promise<void> {
    this.keepsDetails = false;
    if (!wanted) {
      this.restart(this.file);
      return;
    }
    const data = await this.file.arrayBuffer().catch(() => undefined);
    const plain = data && withoutDetails(new Uint8Array(data));
    if (plain !== undefined) {
      this.restart(new File([plain], this.file.name, { type: this.file.type, lastModified: this.file.lastModified }));
      return;
    }
    this.keepsDetails = true;
    void this.upload.cancel();
    this.show();
    this.tools.changed();
  }

  private show(): void {
    const { upload } = this;
    this.bar.hidden = upload.isOver();
    this.bar.max = Math.max(1, upload.file.size);
    this.bar.value = upload.done;
    this.again.hidden = upload.phase !== "failed" || upload.problem === "tooLarge" || upload.problem === "changed";
    const sentence = this.keepsDetails ? this.words.stripFailed : uploadSentence(this.words, upload);
    if (sentence !== this.shown) this.state.textContent = sentence;
    this.shown = sentence;
    this.row.classList.toggle("has-failed", this.hasFailed);
    this.row.dataset["phase"] = upload.phase;
  }
}
