/** The way back: a code is typed, checked here, and opens what belongs to it. The code is in this page's memory only. */

import { type Bytes, equal } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { ServerError } from "../../keys/http";
import { element, part } from "../../threads/dom";
import { icon } from "../../theme/icon";
import { Notice } from "../answering/notice";
import { directionOfLanguage, type FillWords } from "../fill";
import { ReturnServer } from "../strangers";
import type * as Code from "../../wire/returnCode";
import { RoomView } from "./roomView";
import { type Unsent } from "./talkView";
import { type ReturnWords } from "./words";

export interface PageWords {
  readonly fill: FillWords;
  readonly back: ReturnWords;
}

/** Milliseconds without a touch after which everything is closed. */
const IDLE = 15 * 60_000;
const CHECK = 15_000;
const TOUCHES = ["pointerdown", "keydown", "wheel", "input"] as const;

export function start(words: (language: string) => PageWords): void {
  new ReturnPage(part(document, "[data-return]", HTMLElement), words).open();
}

class ReturnPage {
  private readonly notice: Notice;
  private readonly faces: HTMLElement;
  private readonly place: HTMLElement;
  private touched = Date.now();
  private view: RoomView | undefined;
  private isOpening = false;
  private isErased = false;
  /** What was written when the page was closed for want of a touch, and to whom it belongs. */
  private locked: { readonly of: Bytes; readonly unsent: Unsent } | undefined;
  private complaint: (() => string) | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: (language: string) => PageWords,
  ) {
    this.notice = new Notice(part(root, "[data-notice]", HTMLElement));
    this.faces = part(root, "[data-faces]", HTMLElement);
    this.place = part(root, "[data-room]", HTMLElement);
  }

  open(): void {
    for (const tongue of this.root.querySelectorAll<HTMLInputElement>('[name="tongue"]')) {
      tongue.addEventListener("change", () => {
        document.documentElement.lang = tongue.value;
        document.documentElement.dir = directionOfLanguage(tongue.value);
        this.view?.speak(this.words(tongue.value), tongue.value);
        this.notice.resay();
        this.resay();
        if (this.isErased) this.tellErased();
      });
    }
    for (const form of this.faces.querySelectorAll<HTMLFormElement>("[data-code-form]")) {
      part(form, "button", HTMLButtonElement).disabled = false;
      const field = part(form, "input", HTMLInputElement);
      // One form for each language: what is typed into one stands in all.
      field.addEventListener("input", () => {
        for (const other of this.fields) if (other !== field) other.value = field.value;
      });
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.enter(field.value);
      });
    }
    for (const touch of TOUCHES) {
      window.addEventListener(
        touch,
        () => {
          this.look();
          this.touched = Date.now();
        },
        { passive: true, capture: true },
      );
    }
    document.addEventListener("visibilitychange", () => {
      this.look();
    });
    window.setInterval(() => {
      this.look();
    }, CHECK);
  }

  private get language(): string {
    const chosen = this.root.querySelector<HTMLInputElement>('[name="tongue"]:checked');
    return chosen?.value ?? (document.documentElement.lang || "en");
  }

  private get back(): ReturnWords {
    return this.words(this.language).back;
  }

  private get fields(): readonly HTMLInputElement[] {
    return [...this.faces.querySelectorAll<HTMLInputElement>("[data-code-form] input")];
  }

  private async enter(typed: string): Promise<void> {
    if (this.isOpening) return;
    this.notice.clear();
    this.isOpening = true;
    this.complain(undefined);
    try {
      const wire: typeof Code = await import("../../wire/returnCode");
      let code: string;
      try {
        code = wire.parseReturnCode(typed);
      } catch {
        this.complain(() => this.back.mistyped);
        return;
      }
      const { Room } = await import("./room");
      const server = new ReturnServer(this.root.dataset["return"] ?? "");
      const room = await Room.enter(server, code, this.root.dataset["workspaceId"] ?? "");
      for (const field of this.fields) field.value = "";
      this.touched = Date.now();
      const close = (why: "left" | "erased"): void => {
        this.close(why);
      };
      const { locked } = this;
      const unsent = locked !== undefined && equal(locked.of, room.submission.hash) ? locked.unsent : undefined;
      this.show(new RoomView(room, this.words(this.language), this.language, close, unsent));
    } catch (error) {
      this.complain(() => this.sentenceOf(error));
    } finally {
      this.isOpening = false;
      this.resay();
    }
  }

  private complain(sentence: (() => string) | undefined): void {
    this.complaint = sentence;
    this.resay();
    if (sentence !== undefined) this.fields.find((field) => field.checkVisibility())?.focus();
  }

  /** Whether it is being opened, and what is wrong with the code, in the language of the moment. */
  private resay(): void {
    for (const form of this.faces.querySelectorAll<HTMLFormElement>("[data-code-form]")) {
      part(form, "[data-code-state]", HTMLElement).textContent = this.isOpening && this.complaint === undefined ? this.back.checking : "";
      part(form, "button", HTMLButtonElement).disabled = this.isOpening;
      complain(form, this.complaint?.() ?? "");
    }
  }

  private sentenceOf(error: unknown): string {
    const { back } = this;
    if (error instanceof WireError) return back.notTrue;
    if (error instanceof TypeError) return back.unreachable;
    if (!(error instanceof ServerError)) return back.failed;
    if (error.code === "wrong-code") return back.wrong;
    if (error.code === "gone") return back.gone;
    return error.message === "" ? back.failed : error.message;
  }

  private show(view: RoomView): void {
    this.view = view;
    this.faces.hidden = true;
    this.place.replaceChildren(view.root);
    this.place.hidden = false;
    window.scrollTo({ top: 0 });
    view.focus();
  }

  /** Drops everything that was opened; the keys go with the view. */
  private close(why: "left" | "locked" | "erased"): void {
    this.locked = why === "locked" ? this.view?.locked : undefined;
    this.view?.end();
    this.view = undefined;
    this.place.replaceChildren();
    this.place.hidden = true;
    if (why === "erased") {
      this.isErased = true;
      this.tellErased().focus();
      return;
    }
    this.faces.hidden = false;
    this.notice.show(() => ({ icon: "lock", title: this.back[why] }));
    window.scrollTo({ top: 0 });
  }

  private tellErased(): HTMLElement {
    const title = element("h1", "", icon("check"), " ", this.back.erased);
    title.tabIndex = -1;
    this.place.lang = this.language;
    this.place.dir = directionOfLanguage(this.language);
    this.place.replaceChildren(title, element("p", "partner-intro", this.back.erasedLead));
    this.place.hidden = false;
    return title;
  }

  private look(): void {
    if (this.view !== undefined && Date.now() - this.touched > IDLE) this.close("locked");
  }
}

function complain(form: HTMLElement, sentence: string): void {
  const place = part(form, "[data-code-error]", HTMLElement);
  const field = part(form, "input", HTMLInputElement);
  place.hidden = sentence === "";
  place.replaceChildren(...(sentence === "" ? [] : [icon("alert-circle"), element("span", "", sentence)]));
  if (sentence === "") field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
}

