/**
 * The page of a form: what the server has written stands there at once; this takes over from "Begin" on.
 *
 * The first step needs no cryptography. What seals is loaded behind it, and checks at once what was shown.
 */

import { type Bytes } from "../../crypto/bytes";
import { WireError } from "../../crypto/error";
import { ServerError } from "../../keys/http";
import { button, element, part } from "../../threads/dom";
import { Filling, type FillWords, FormView, type Kept, todayUtc } from "../fill";
import { DefinitionError, readDefinition } from "../logic";
import { FormServer, type Opening } from "../strangers";
import { FileMissingError, type FileRecord, SealedFiles, withoutLost } from "./files";
import { Keeping } from "./keeping";
import { Notice } from "./notice";
import { pinOf } from "./pin";
import { ReceiptView } from "./receipt";
import { type Packed, sendAnswers, type SendPhase } from "./sending";
import { Trail } from "./trail";
import { type AnswerWords } from "./words";

export interface PageWords {
  readonly fill: FillWords;
  readonly answer: AnswerWords;
}

interface Draft {
  readonly filling: Kept;
  readonly files: readonly FileRecord[];
  readonly packed: Packed | undefined;
}

export async function start(words: (language: string) => PageWords): Promise<void> {
  const root = part(document, "[data-form]", HTMLElement);
  await new AnswerPage(root, words).open();
}

class AnswerPage {
  private readonly server: FormServer;
  private readonly notice: Notice;
  private readonly faces: HTMLElement;
  private readonly place: HTMLElement;
  private keeping: Keeping | undefined;
  /** What was begun here earlier, and with which questions. */
  private kept: { readonly draft: Draft; readonly opening: Opening } | undefined;
  private filling: Filling | undefined;
  private view: FormView | undefined;
  private files: SealedFiles | undefined;
  private opening: Opening | undefined;
  private isSending = false;
  private isOver = false;
  private isBeginning = false;
  private packed: Packed | undefined;
  private saved: Promise<unknown> | undefined;
  private receipt: ReceiptView | undefined;
  private readonly trail = new Trail((at) => {
    this.goTo(at);
  });

  constructor(
    private readonly root: HTMLElement,
    private readonly words: (language: string) => PageWords,
  ) {
    this.server = new FormServer(root.dataset["form"] ?? "");
    this.notice = new Notice(part(root, "[data-notice]", HTMLElement));
    this.faces = part(root, "[data-faces]", HTMLElement);
    this.place = part(root, "[data-fill]", HTMLElement);
  }

  async open(): Promise<void> {
    this.listenToTongues();
    const pin = pinOf(window.location.hash);
    if (pin === undefined) {
      this.refuse("incomplete");
      return;
    }
    this.keeping = await Keeping.open(this.server.address);
    const kept = await this.keeping.load();
    this.kept = kept === undefined ? undefined : { draft: kept.content as Draft, opening: kept.opening };
    for (const begin of this.root.querySelectorAll<HTMLButtonElement>("[data-begin]")) {
      begin.disabled = false;
      begin.addEventListener("click", () => void this.begin(pin));
    }
    if (this.kept !== undefined) {
      this.choose(this.kept.draft.filling.language);
      this.offerKept(pin);
    }
  }

  private get language(): string {
    const chosen = this.root.querySelector<HTMLInputElement>('[name="tongue"]:checked');
    return this.filling?.language ?? chosen?.value ?? (document.documentElement.lang || "en");
  }

  private get answer(): AnswerWords {
    return this.words(this.language).answer;
  }

  private listenToTongues(): void {
    for (const tongue of this.root.querySelectorAll<HTMLInputElement>('[name="tongue"]')) {
      tongue.addEventListener("change", () => {
        document.documentElement.lang = tongue.value;
        document.documentElement.dir = tongue.dataset["dir"] ?? "ltr";
        if (this.filling !== undefined) this.filling.language = tongue.value;
        if (!this.isOver && !this.isSending) this.view?.speak(tongue.value);
        this.notice.resay();
        this.receipt?.speak(this.language);
        this.showKept();
      });
    }
  }

  private async begin(pin: Bytes): Promise<void> {
    if (this.isBeginning) return;
    this.notice.clear();
    if (this.filling !== undefined) {
      this.turnTo(this.place);
      this.trail.add(this.filling.at);
      this.view?.show();
      return;
    }
    const { kept } = this;
    this.isBeginning = true;
    try {
      // With what was begun, its questions are at hand: it goes on without a connection too.
      const newest = kept === undefined ? await this.server.opening() : await this.server.opening().catch(() => kept.opening);
      if (newest.state !== "open") this.refuse(newest.state);
      if (newest.state !== "open" && kept === undefined) return;
      const opening = kept?.opening ?? newest;
      const definition = readDefinition(new TextDecoder().decode(opening.definition));
      this.opening = opening;
      this.filling = new Filling(definition, this.language, todayUtc, kept?.draft.filling);
      this.packed = kept?.draft.packed;
    } catch (error) {
      this.fail(error, () => void this.begin(pin));
      return;
    } finally {
      this.isBeginning = false;
    }
    this.choose(this.filling.language);
    const { server, keeping, filling } = this;
    if (keeping === undefined) return;
    this.files = new SealedFiles(server, keeping, this.keep, kept?.draft.files);
    withoutLost(filling, this.files);
    this.view = new FormView(this.place, filling, {
      words: (language) => this.words(language).fill,
      keeper: this.files,
      changed: this.keep,
      ending: () => this.ending(pin),
      leave: () => {
        this.turnTo(this.faces);
      },
      moved: (at) => {
        this.trail.add(at);
      },
    });
    this.turnTo(this.place);
    this.trail.add(filling.at);
    this.view.show();
    this.showKept();
    void this.check(pin);
  }

  /** By the browser's own buttons. */
  private goTo(at: string | undefined): void {
    const { filling, view } = this;
    if (filling === undefined || this.isOver || this.isSending) return;
    if (at === undefined) {
      this.turnTo(this.faces);
      return;
    }
    // A step that isn't asked any more since an answer was changed.
    if (!filling.isPlace(at)) return;
    filling.at = at;
    this.keep();
    this.turnTo(this.place);
    view?.show();
  }

  /** Nothing has left this device yet: what isn't true is refused before it can. */
  private async check(pin: Bytes): Promise<void> {
    if (this.opening === undefined) return;
    try {
      const sealing = await import("./sealing");
      await sealing.check(pin, this.opening);
    } catch (error) {
      if (error instanceof WireError) this.refuse("notTrue");
    }
  }

  private offerKept(pin: Bytes): void {
    const goOn = (): HTMLElement => {
      const made = button(this.answer.goOn, () => void this.begin(pin));
      made.className = "btn btn-primary";
      return made;
    };
    this.notice.show(() => ({
      icon: "device-floppy",
      title: this.answer.resume,
      lead: this.kept?.draft.packed === undefined ? this.answer.resumeLead : this.answer.resumeSent,
      acts: [goOn(), this.forgetting("btn")],
    }));
    this.root.querySelector<HTMLElement>("[data-notice] .btn-primary")?.focus();
  }

  private forgetting(className: string): HTMLElement {
    const made = button(this.answer.forget, () => void this.forget());
    made.className = className;
    return made;
  }

  private readonly keep = (): void => {
    const { filling, files, opening, keeping } = this;
    if (filling === undefined || opening === undefined || this.isOver) return;
    const draft: Draft = { filling: filling.kept, files: files?.records ?? [], packed: this.packed };
    this.saved = keeping?.save(draft, opening).then((isKept) => {
      this.showKept(isKept);
    });
  };

  private showKept(isKept = this.keeping?.isAble ?? false): void {
    const foot = part(this.root, "[data-kept]", HTMLElement);
    foot.hidden = this.filling === undefined || this.isOver;
    // Drawn anew only when it says something else: the focus may be on its button.
    const sentence = isKept ? this.answer.kept : this.answer.notKept;
    if (foot.firstElementChild?.textContent !== sentence) foot.replaceChildren(element("p", "", sentence), this.forgetting("fill-quiet"));
  }

  private async forget(): Promise<void> {
    if (this.isSending || !window.confirm(this.answer.forgetAsk)) return;
    this.isOver = true;
    this.files?.stop();
    if ((await this.keeping?.forget()) === false) {
      this.isOver = false;
      this.notice.show(() => ({ icon: "alert-triangle", title: this.answer.notForgotten, isBad: true }));
      return;
    }
    this.filling = this.view = this.files = this.opening = this.kept = this.packed = undefined;
    this.isOver = false;
    this.place.replaceChildren();
    this.turnTo(this.faces);
    this.showKept();
    this.notice.show(() => ({ icon: "check", title: this.answer.forgotten }));
    window.scrollTo({ top: 0 });
  }

  private ending(pin: Bytes): Node {
    const { answer } = this;
    const send = button(answer.send, () => void this.send(pin, send, state));
    send.className = "btn btn-primary";
    const state = element("p", "partner-work");
    state.setAttribute("role", "status");
    return element("div", "partner-send", element("p", "partner-more", answer.sendLead), element("div", "fill-actions", send), state);
  }

  private async send(pin: Bytes, send: HTMLButtonElement, state: HTMLElement): Promise<void> {
    const { filling, files, opening, server } = this;
    if (this.isSending || filling === undefined || files === undefined || opening === undefined) return;
    this.isSending = true;
    send.disabled = true;
    this.notice.clear();
    const phase = (now: SendPhase): void => {
      state.textContent = this.answer[now];
      state.toggleAttribute("data-waits", now === "offline" || now === "busy");
    };
    try {
      phase("sealing");
      const sealing = await import("./sealing");
      const { packed } = this;
      const keepPacked = async (made: Packed): Promise<void> => {
        this.packed = made;
        this.keep();
        await this.saved;
      };
      const tools = { server, filling, files, answered: opening, pin, sealing, phase, packed, keepPacked };
      const code = await sendAnswers(tools);
      await this.finish(sealing.formatReturnCode(code), opening);
    } catch (error) {
      state.textContent = "";
      send.disabled = false;
      // Refused for good: what was sealed has certainly not been taken.
      if (error instanceof ServerError) this.packed = undefined;
      this.keep();
      if (error instanceof FileMissingError) {
        this.toQuestion(error.question, () => this.words(this.language).fill.errFilesOpen);
      } else if (error instanceof WireError) this.refuse("notTrue");
      else if (error instanceof ServerError && ["closed", "full", "quota"].includes(error.code)) {
        this.refuse(error.code as "closed" | "full" | "quota");
      } else if (error instanceof ServerError && error.code === "answers" && error.field !== "") {
        this.toQuestion(error.field, () => error.message);
      } else this.fail(error, () => void this.send(pin, send, state));
    } finally {
      this.isSending = false;
    }
  }

  private async finish(code: string, opening: Opening): Promise<void> {
    const { filling } = this;
    if (filling === undefined) return;
    this.isOver = true;
    // Whether or not: the code must be shown, and what is left is sealed and sent.
    await this.keeping?.forget();
    part(this.root, "[data-kept]", HTMLElement).hidden = true;
    this.turnTo(undefined);
    this.receipt = new ReceiptView(part(this.root, "[data-receipt]", HTMLElement), (language) => {
      const { fill, answer } = this.words(language);
      return {
        words: answer,
        language,
        code,
        address: new URL(`/r/${this.root.dataset["workspace"] ?? ""}/`, window.location.origin).href,
        workspace: opening.workspaceName,
        form: filling.say(filling.definition.title, fill),
        thanks: filling.say(filling.definition.thanks, fill),
      };
    });
    this.receipt.show(filling.language);
  }

  private toQuestion(id: string, sentence: () => string): void {
    const step = this.filling?.steps.find((one) => one.items.some((item) => item.id === id));
    this.notice.show(() => ({ icon: "alert-circle", title: sentence(), isBad: true }));
    if (step !== undefined) this.view?.go(step.id, id);
  }

  /** Nothing can be sent here. What was typed stays on the device, and in view unless the form itself isn't true. */
  private refuse(why: "incomplete" | "notTrue" | "closed" | "full" | "quota"): void {
    const typed = why !== "notTrue" && (this.filling !== undefined || this.kept !== undefined);
    this.turnTo(why === "incomplete" ? this.faces : typed ? this.place : undefined);
    this.notice.show(() => ({
      icon: "alert-triangle",
      title: this.answer[why],
      ...(typed && { lead: this.answer.stillHere }),
      isBad: true,
    }));
  }

  private fail(error: unknown, again: () => void): void {
    const told = error instanceof ServerError ? error.message : "";
    const retry = (): HTMLElement => {
      const made = button(this.answer.again, again);
      made.className = "btn";
      return made;
    };
    this.notice.show(() => ({
      icon: "alert-circle",
      title: told !== "" ? told : error instanceof TypeError ? this.answer.unreachable : this.answer.failed,
      ...(!(error instanceof DefinitionError) && { acts: [retry()] }),
      isBad: true,
    }));
  }

  private choose(language: string): void {
    const tongue = this.root.querySelector<HTMLInputElement>(`[name="tongue"][value="${CSS.escape(language)}"]`);
    if (tongue === null || tongue.checked) return;
    tongue.checked = true;
    document.documentElement.lang = language;
    document.documentElement.dir = tongue.dataset["dir"] ?? "ltr";
  }

  private turnTo(place: HTMLElement | undefined): void {
    this.faces.hidden = place !== this.faces;
    this.place.hidden = place !== this.place;
  }
}
