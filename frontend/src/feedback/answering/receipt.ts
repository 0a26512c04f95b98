/** The receipt: the return code in big groups, to copy, print or save; it is in this page's memory and nowhere else. */

import { button, element, written } from "../../threads/dom";
import { drawQr } from "../../threads/qrDrawing";
import { icon } from "../../theme/icon";
import { directionOfLanguage } from "../fill";
import { type AnswerWords } from "./words";

export interface Receipt {
  readonly words: AnswerWords;
  readonly language: string;
  /** Formatted in groups. */
  readonly code: string;
  /** Of the way back. */
  readonly address: string;
  readonly workspace: string;
  readonly form: string;
  readonly thanks: string;
}

/** The code, and what follows once it was kept; in another language it says the same anew. */
export class ReceiptView {
  private readonly kept = document.createElement("input");
  private isOver = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly receiptIn: (language: string) => Receipt,
  ) {
    this.kept.type = "checkbox";
    this.kept.className = "fill-box";
    window.addEventListener("beforeunload", warn);
  }

  /** For whoever reads it first. */
  show(language: string): void {
    const title = this.speak(language);
    window.scrollTo({ top: 0 });
    title.focus();
  }

  speak(language: string): HTMLElement {
    const receipt = this.receiptIn(language);
    const title = element("h1", "", this.isOver ? receipt.words.over : receipt.words.codeTitle);
    title.tabIndex = -1;
    this.root.replaceChildren(title, ...(this.isOver ? ending(receipt) : this.keeping(receipt)));
    this.root.lang = language;
    this.root.dir = directionOfLanguage(language);
    this.root.hidden = false;
    return title;
  }

  private keeping(receipt: Receipt): readonly Node[] {
    const { kept } = this;
    const { words, language } = receipt;
    const finish = button(words.finish, () => {
      window.removeEventListener("beforeunload", warn);
      this.isOver = true;
      this.show(language);
    });
    finish.className = "btn btn-primary";
    finish.disabled = !kept.checked;
    kept.onchange = () => {
      finish.disabled = !kept.checked;
    };
    return [
      element("p", "partner-intro", words.codeLead),
      code(receipt),
      actions(receipt),
      note(words.codeFinal),
      element("p", "", words.wayBackLead, " ", address(receipt)),
      element("label", "fill-choice partner-kept", kept, element("span", "fill-choice-text", words.keptCode)),
      element("div", "fill-actions", finish),
      card(receipt),
    ];
  }
}

/** The code is nowhere but on this page. */
function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function code({ words, code: digits }: Receipt): HTMLElement {
  const shown = element("p", "partner-code", ...digits.split(" ").map((group) => element("span", "", group)));
  shown.dir = "ltr";
  shown.setAttribute("role", "group");
  shown.setAttribute("aria-label", words.code);
  shown.dataset["code"] = "";
  return shown;
}

function address({ address: url }: Receipt): HTMLElement {
  const shown = element("bdi", "", url);
  shown.dir = "ltr";
  return shown;
}

function note(sentence: string): HTMLElement {
  return element("div", "note note-warn", icon("alert-triangle"), element("div", "note-text", element("p", "", sentence)));
}

function actions(receipt: Receipt): HTMLElement {
  const { words } = receipt;
  const said = element("p", "visually-hidden");
  said.setAttribute("role", "status");
  const copy = button(words.copy, () => {
    navigator.clipboard.writeText(receipt.code).then(
      () => {
        copy.replaceChildren(icon("check"), words.copied);
        said.textContent = words.copied;
      },
      () => {
        // A browser that doesn't let pages copy: marked, so that the person can.
        const shown = copy.closest("[data-receipt]")?.querySelector("[data-code]");
        if (shown) window.getSelection()?.selectAllChildren(shown);
      },
    );
  });
  const print = button(words.print, () => {
    window.print();
  });
  const save = button(words.download, () => {
    offer(receipt);
  });
  const all = [
    [copy, "copy"],
    [print, "printer"],
    [save, "download"],
  ] as const;
  for (const [one, name] of all) {
    one.className = "btn";
    one.prepend(icon(name));
  }
  return element("div", "partner-buttons", copy, print, save, said);
}

/** A text file, with what somebody needs who finds it in a year. */
function offer({ words, code: digits, address: url, form, workspace }: Receipt): void {
  const lines = [words.cardTitle, `${form} · ${workspace}`, "", digits, "", url, "", words.cardFinal, ""];
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain" }));
  link.download = "return-code.txt";
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 60_000);
}

/** Printed alone: for a wallet. The QR code holds the address, never the return code. */
function card(receipt: Receipt): HTMLElement {
  const { words } = receipt;
  return element(
    "div",
    "partner-card",
    element("strong", "", words.cardTitle),
    written("span", "", `${receipt.form} · ${receipt.workspace}`),
    code(receipt),
    element("span", "", words.cardLead, " ", address(receipt)),
    drawQr(receipt.address),
    element("span", "", words.cardFinal),
  );
}

function ending({ words, thanks, address: url }: Receipt): readonly Node[] {
  const text = written("p", "partner-intro", thanks);
  text.hidden = thanks === "";
  const way = document.createElement("a");
  way.href = url;
  way.textContent = words.wayBack;
  return [text, element("p", "", way)];
}
