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
import { FileMissingError, type FileRecord, SealedFiles } from "./files";
import { Keeping } from "./keeping";
import { Notice } from "./notice";
import { pinOf } from "./pin";
import { showReceipt } from "./receipt";
import { sendAnswers, type SendPhase } from "./sending";
import { type AnswerWords } from "./words";

export interface PageWords {
  readonly fill: FillWords;
  readonly answer: AnswerWords;
}

interface Draft {
  readonly filling: Kept;
  readonly files: readonly FileRecord[];
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
  private filling: Filling | undefined;
  private view: FormView | undefined;
  private files: SealedFiles | undefined;
  private opening: Opening | undefined;
  private isSending = false;
  private isOver = false;

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
    for (const begin of this.root.querySelectorAll<HTMLButtonElement>("[data-begin]")) {
      begin.disabled = false;
      begin.addEventListener("click", () => void this.begin(pin));
    }
    if (kept !== undefined) this.offerKept(pin, kept.content as Draft, kept.opening);
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
        this.showKept();
      });
    }
  }

  private async begin(pin: Bytes, draft?: Draft, kept?: Opening): Promise<void> {
    this.notice.clear();
    if (this.filling !== undefined) {
      this.turnTo(this.place);
      this.view?.show();
      return;
    }
    try {
      const opening = kept ?? (await this.server.opening());
      if (opening.state !== "open") {
        this.refuse(opening.state);
        return;
      }
      const definition = readDefinition(new TextDecoder().decode(opening.definition));
      this.opening = opening;
      this.filling = new Filling(definition, this.language, todayUtc, draft?.filling);
    } catch (error) {
      this.fail(error, () => void this.begin(pin, draft, kept));
      return;
    }
    this.choose(this.filling.language);
    const { server, keeping, filling } = this;
    if (keeping === undefined) return;
    this.files = new SealedFiles(server, keeping, this.keep, draft?.files);
    this.view = new FormView(this.place, filling, {
      words: (language) => this.words(language).fill,
      keeper: this.files,
      changed: this.keep,
      ending: () => this.ending(pin),
      leave: () => {
        this.turnTo(this.faces);
      },
    });
    this.turnTo(this.place);
    this.view.show();
    this.showKept();
    void this.check(pin);
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

  private offerKept(pin: Bytes, draft: Draft, opening: Opening): void {
    const { answer } = this;
    const goOn = button(answer.goOn, () => {
      // Closed meanwhile: the newest opening says so before more is typed.
      void this.server
        .opening()
        .then((newest) => newest.state)
        .catch(() => "open" as const)
        .then((state) => {
          if (state === "open") void this.begin(pin, draft, opening);
          else this.refuse(state);
        });
    });
    goOn.className = "btn btn-primary";
    const forget = button(answer.forget, () => void this.forget());
    forget.className = "btn";
    this.notice.show("device-floppy", answer.resume, answer.resumeLead, [goOn, forget]);
    goOn.focus();
  }

  private readonly keep = (): void => {
    const { filling, files, opening, keeping } = this;
    if (filling === undefined || opening === undefined || this.isOver) return;
    const draft: Draft = { filling: filling.kept, files: files?.records ?? [] };
    void keeping?.save(draft, opening).then((isKept) => {
      this.showKept(isKept);
    });
  };

  private showKept(isKept = this.keeping?.isAble ?? false): void {
    const foot = part(this.root, "[data-kept]", HTMLElement);
    foot.hidden = this.filling === undefined || this.isOver;
    const { answer } = this;
    const forget = button(answer.forget, () => void this.forget());
    forget.className = "fill-quiet";
    // Drawn anew only when it says something else: the focus may be on its button.
    const sentence = isKept ? answer.kept : answer.notKept;
    if (foot.firstElementChild?.textContent !== sentence) foot.replaceChildren(element("p", "", sentence), forget);
  }

  private async forget(): Promise<void> {
    if (!window.confirm(this.answer.forgetAsk)) return;
    this.isOver = true;
    await this.keeping?.forget();
    this.turnTo(undefined);
    part(this.root, "[data-kept]", HTMLElement).hidden = true;
    this.notice.show("check", this.answer.forgotten);
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
      state.toggleAttribute("data-waits", now === "offline");
    };
    try {
      phase("sealing");
      const sealing = await import("./sealing");
      const code = await sendAnswers({ server, filling, files, answered: opening, pin, sealing, phase });
      await this.finish(sealing.formatReturnCode(code), opening);
    } catch (error) {
      state.textContent = "";
      send.disabled = false;
      if (error instanceof FileMissingError) {
        this.toQuestion(error.question, this.words(this.language).fill.errFilesOpen);
      } else if (error instanceof WireError) this.refuse("notTrue");
      else if (error instanceof ServerError && ["closed", "full", "quota"].includes(error.code)) {
        this.refuse(error.code as "closed" | "full" | "quota");
      } else if (error instanceof ServerError && error.code === "answers" && error.field !== "") {
        this.toQuestion(error.field, error.message);
      } else this.fail(error, () => void this.send(pin, send, state));
    } finally {
      this.isSending = false;
    }
  }

  private async finish(code: string, opening: Opening): Promise<void> {
    const { filling } = this;
    if (filling === undefined) return;
    const { fill, answer } = this.words(filling.language);
    this.isOver = true;
    await this.keeping?.forget();
    part(this.root, "[data-kept]", HTMLElement).hidden = true;
    this.turnTo(undefined);
    showReceipt(part(this.root, "[data-receipt]", HTMLElement), {
      words: answer,
      code,
      address: new URL(`/r/${this.root.dataset["workspace"] ?? ""}/`, window.location.origin).href,
      workspace: opening.workspaceName,
      form: filling.say(filling.definition.title, fill),
      thanks: filling.say(filling.definition.thanks, fill),
    });
  }

  private toQuestion(id: string, sentence: string): void {
    const step = this.filling?.steps.find((one) => one.items.some((item) => item.id === id));
    this.notice.show("alert-circle", sentence, "", [], "bad");
    if (step !== undefined) this.view?.go(step.id, id);
  }

  /** For good: nothing can be sent here. What was typed stays on the device. */
  private refuse(why: "incomplete" | "notTrue" | "closed" | "full" | "quota"): void {
    this.turnTo(why === "incomplete" ? this.faces : undefined);
    this.notice.show("alert-triangle", this.answer[why], "", [], "bad");
  }

  private fail(error: unknown, again: () => void): void {
    const isOffline = error instanceof TypeError;
    const told = error instanceof ServerError ? error.message : "";
    const retry = button(this.answer.again, again);
    retry.className = "btn";
    const sentence = told !== "" ? told : isOffline ? this.answer.unreachable : this.answer.failed;
    this.notice.show("alert-circle", sentence, "", error instanceof DefinitionError ? [] : [retry], "bad");
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
