/** A question answered by files. What becomes of them is for whoever keeps them (`FileKeeper`). */

import { button, element, iconButton, written } from "../../threads/dom";
import { plainName, readableSize } from "../../threads/files/kinds";
import { type FileValue } from "../logic";
import { type Control, type Hand, idOf, input, type ItemOf } from "./control";
import { put } from "./words";

/** `waiting` for the file before it, `offline` for a connection, `busy` for the server. */
export type FilePhase = "reading" | "waiting" | "sending" | "offline" | "busy" | "done" | "failed";
export type FileProblem = "tooLarge" | "unreadable" | "details" | "refused";

/** One chosen file on its way. */
export interface KeptFile extends FileValue {
  readonly question: string;
  readonly phase: FilePhase;
  /** Bytes that arrived. */
  readonly done: number;
  readonly problem?: FileProblem | undefined;
  /** Why the server refused it, in its words. */
  readonly refusal?: string | undefined;
}

/** Seals and sends files while the form is filled in; a preview has none. */
export interface FileKeeper {
  list(question: string): readonly KeptFile[];
  add(question: string, files: readonly File[], stripDetails: boolean): void;
  remove(blob: string): void;
  retry(blob: string): void;
  /** Calls back on every change until told to stop. */
  watch(changed: () => void): () => void;
}

export function fileControl(item: ItemOf<"file">, hand: Hand, keeper: FileKeeper | undefined): Control {
  const { words } = hand;
  const field = input("file", idOf(item), "fill-file-input");
  field.multiple = item.max_files > 1;
  const chooser = element("label", "fill-file-add", words.addFile);
  chooser.htmlFor = field.id;
  const list = element("ul", "fill-files");
  const said = element("p", "fill-file-said");
  said.setAttribute("role", "status");
  const strip = input("checkbox", idOf(item, "strip"), "fill-box");
  strip.checked = true;
  const stripLabel = element("label", "fill-choice fill-strip", strip, element("span", "fill-choice-text", words.stripDetails));
  const hint = element("p", "fill-hint", put(words.fileHint, { count: item.max_files }));
  hint.id = idOf(item, "files-hint");
  field.setAttribute("aria-describedby", hint.id);

  const files = (): readonly KeptFile[] => keeper?.list(item.id) ?? [];
  const give = (): void => {
    const value = files().map(({ blob, name, size, kind }) => ({ blob, name, size, kind }));
    hand.give(value.length === 0 ? undefined : value);
  };
  const rows = new Map<string, Row>();
  const show = (): void => {
    const now = files();
    for (const [blob, row] of rows) {
      if (now.some((file) => file.blob === blob)) continue;
      row.root.remove();
      rows.delete(blob);
    }
    for (const file of now) {
      let row = rows.get(file.blob);
      if (row === undefined) {
        row = new Row(file, hand, keeper, () => {
          field.focus();
        });
        rows.set(file.blob, row);
        list.append(row.root);
      }
      row.show(file);
    }
    field.disabled = now.length >= item.max_files;
    chooser.classList.toggle("is-off", field.disabled);
  };
  field.addEventListener("change", () => {
    const room = item.max_files - files().length;
    const chosen = [...(field.files ?? [])];
    said.textContent = chosen.length > room ? put(words.fileTooMany, { limit: String(item.max_files) }) : "";
    keeper?.add(item.id, chosen.slice(0, Math.max(0, room)), strip.checked);
    field.value = "";
  });
  // Ends with the control: a step that was left no longer answers.
  const stop = keeper?.watch(() => {
    if (!root.isConnected && wasConnected) {
      stop?.();
      return;
    }
    wasConnected ||= root.isConnected;
    show();
    give();
  });
  let wasConnected = false;
  const root = element("div", "fill-control", hint, list, element("div", "fill-file-field", field, chooser), said, stripLabel);
  show();
  return { root, first: field };
}

/** One file: its name, how far it is, and the button that removes it. */
class Row {
  readonly root = element("li", "fill-file");
  private readonly state = element("span", "fill-file-state");
  private readonly bar = document.createElement("progress");
  private readonly again: HTMLButtonElement;

  constructor(
    file: KeptFile,
    private readonly hand: Hand,
    keeper: FileKeeper | undefined,
    removed: () => void,
  ) {
    const name = plainName(file.name);
    const remove = iconButton("x", put(hand.words.fileRemove, { name }), () => {
      keeper?.remove(file.blob);
      removed();
    });
    this.again = button(hand.words.fileAgain, () => {
      keeper?.retry(file.blob);
    });
    this.again.className = "fill-quiet";
    this.bar.setAttribute("aria-label", name);
    this.bar.max = 1;
    const what = element("span", "fill-file-what", written("span", "fill-file-name", name), this.state, this.bar, this.again);
    this.root.append(what, remove);
  }

  show(file: KeptFile): void {
    const { words } = this.hand;
    const sizes = { done: readableSize(file.done), size: readableSize(file.size) };
    const sentences: Record<FilePhase, string> = {
      reading: words.fileReading,
      sending: put(words.fileSending, sizes),
      waiting: put(words.fileSending, sizes),
      offline: words.fileWaiting,
      busy: words.fileBusy,
      done: put(words.fileReady, { size: sizes.size }),
      failed: { tooLarge: words.fileTooLarge, unreadable: words.fileUnreadable, details: words.fileDetails, refused: file.refusal ?? words.fileRefused }[
        file.problem ?? "refused"
      ],
    };
    this.state.textContent = sentences[file.phase];
    this.root.dataset["phase"] = file.phase;
    this.bar.hidden = file.phase === "done" || file.phase === "failed";
    this.bar.value = file.size === 0 ? 0 : file.done / file.size;
    this.again.hidden = !(file.phase === "failed" && file.problem === "refused");
  }
}
