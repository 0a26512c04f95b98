/** The page of the builder, put together: outline, editor, findings and the preview as the partner sees it. */

import { utf8 } from "../../crypto/bytes";
import { button, element, part, written } from "../../threads/dom";
import { directionOfLanguage, type FillWords, Filling, FormView, todayUtc } from "../fill";
import { type Definition, inLanguage, readDefinition } from "../logic";
import { type FeedbackServer, type FormDetail } from "../server";
import { findItem, findStep, History, stepOf } from "./draft";
import { type Desk, languageName } from "./fields";
import { findAll, type Findings, findingsView, mayPublish } from "./findings";
import { formEditor, stepEditor } from "./formEditor";
import { itemEditor } from "./itemEditor";
import { type Chosen, outline } from "./outline";
import { Saving, type SaveState } from "./saving";
import { type BuilderWords } from "./words";

export class Builder {
  private readonly history: History;
  private readonly saving: Saving;
  private findings: Findings;
  private chosen: Chosen = "";
  private other: string | undefined;
  private previewAt = "";
  private isListOpen = false;
  /** What the newest version says, where the draft began as that. */
  private readonly published: string | undefined;
  /** The language of the preview; "" is the one beside the first. */
  private spoken = "";
  private readonly typed = new Map<string, Filling>();

  /** `fillWords`: the partner's sentences in the language of the form, or the nearest one. */
  constructor(
    private readonly root: HTMLElement,
    private readonly words: BuilderWords,
    private readonly fillWords: (language: string) => FillWords,
    private readonly server: FeedbackServer,
    private readonly detail: FormDetail,
    /** The draft is what the newest version says. */
    isPublished: boolean,
  ) {
    this.history = new History(readDefinition(new TextDecoder().decode(detail.draft)));
    if (isPublished) this.published = JSON.stringify(this.draft);
    this.findings = findAll(this.draft);
    this.other = this.draft.languages[1];
    this.saving = new Saving(server, detail.form.id, detail.form.revision, (state) => {
      this.showState(state);
    });
    part(root, "[data-undo]", HTMLButtonElement).addEventListener("click", () => {
      this.history.undo();
      this.after();
    });
    part(root, "[data-redo]", HTMLButtonElement).addEventListener("click", () => {
      this.history.redo();
      this.after();
    });
    root.addEventListener("keydown", (event) => {
      this.key(event);
    });
    part(root, "[data-keep-mine]", HTMLButtonElement).addEventListener("click", () => void this.keepMine());
    part(root, "[data-take-theirs]", HTMLButtonElement).addEventListener("click", () => {
      window.location.reload();
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.saving.state !== "saved") event.preventDefault();
    });
  }

  get draft(): Definition {
    return this.history.now;
  }

  /** The exact bytes to sign and to publish. */
  get bytes(): ReturnType<typeof utf8> {
    return utf8(JSON.stringify(this.draft));
  }

  get publishable(): boolean {
    return mayPublish(this.findings);
  }

  /** Everything is at the server. */
  save(): Promise<boolean> {
    return this.saving.flush();
  }

  show(): void {
    this.showOutline();
    this.showEditor();
    this.showFindings();
    this.showPreview();
    this.showState(this.saving.state);
    part(this.root, "[data-undo]", HTMLButtonElement).disabled = !this.history.canUndo;
    part(this.root, "[data-redo]", HTMLButtonElement).disabled = !this.history.canRedo;
  }

  private take(next: Definition, name: string | undefined, redraw: boolean): void {
    if (next === this.draft) return;
    this.history.take(next, name);
    this.findings = findAll(next);
    this.saving.want(next);
    if (redraw) this.show();
    else {
      this.showOutline();
      this.showFindings();
      this.showPreview();
      part(this.root, "[data-undo]", HTMLButtonElement).disabled = !this.history.canUndo;
      part(this.root, "[data-redo]", HTMLButtonElement).disabled = !this.history.canRedo;
    }
  }

  /** After what was taken back or done again. */
  private after(): void {
    this.findings = findAll(this.draft);
    this.saving.want(this.draft);
    this.show();
  }

  private key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "z") return;
    // Inside a field the browser takes back letters itself.
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    if (event.shiftKey) this.history.redo();
    else this.history.undo();
    this.after();
  }

  private choose(id: Chosen, focus = true): void {
    this.chosen = id;
    this.previewAt = findStep(this.draft, id)?.id ?? stepOf(this.draft, id)?.id ?? this.previewAt;
    this.show();
    const editor = part(this.root, "[data-editor]", HTMLElement);
    const first = editor.querySelector<HTMLElement>(":is(input, textarea)[lang]") ?? editor.querySelector<HTMLElement>("input, select, textarea");
    if (!focus) return;
    first?.focus();
    part(this.root, "[data-findings]", HTMLElement).scrollIntoView({ block: "nearest" });
  }

  private showOutline(): void {
    const place = part(this.root, "[data-outline]", HTMLElement);
    const held = document.activeElement instanceof HTMLElement && place.contains(document.activeElement) ? document.activeElement : undefined;
    const row = held?.dataset["row"];
    place.replaceChildren(
      outline(this.draft, this.chosen, this.findings.places, {
        words: this.words,
        choose: (id) => {
          this.choose(id);
        },
        take: (next, chosen) => {
          this.take(next, undefined, false);
          if (chosen !== undefined) this.choose(chosen, chosen !== this.chosen);
        },
      }),
    );
    if (row !== undefined) place.querySelector<HTMLElement>(`[data-row="${row}"]`)?.focus();
  }

  private showEditor(): void {
    const place = part(this.root, "[data-editor]", HTMLElement);
    const current = (): Definition => this.draft;
    const desk: Desk = {
      words: this.words,
      get draft() {
        return current();
      },
      other: this.other,
      offered: (this.root.dataset["languages"] ?? "").split(" "),
      take: (next, name, redraw = false) => {
        this.take(next, name, redraw);
      },
    };
    const item = findItem(this.draft, this.chosen);
    const step = findStep(this.draft, this.chosen);
    const fields = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("input, select, textarea, button")];
    const held = fields().findIndex((field) => field === document.activeElement);
    place.replaceChildren(item !== undefined ? itemEditor(desk, item) : step !== undefined ? stepEditor(desk, step) : formEditor(desk));
    // Whoever works by keyboard stays where they were, or where the field that went away has been.
    if (held >= 0) (fields()[held] ?? fields().at(-1))?.focus();
    this.showLanguages();
  }

  /** Which language stands beside the first one. */
  private showLanguages(): void {
    const select = part(this.root, "[data-language]", HTMLSelectElement);
    const [, ...others] = this.draft.languages;
    if (this.other === undefined || !others.includes(this.other)) this.other = others[0];
    select.hidden = others.length === 0;
    select.replaceChildren(
      ...others.map((code) => {
        const option = document.createElement("option");
        option.value = code;
        option.textContent = languageName(code);
        option.selected = code === this.other;
        return option;
      }),
    );
    select.onchange = () => {
      this.other = select.value;
      this.spoken = "";
      this.show();
    };
  }

  private showFindings(): void {
    part(this.root, "[data-findings]", HTMLElement).replaceChildren(
      findingsView(this.draft, this.findings, {
        words: this.words,
        chosen: this.chosen,
        isOpen: this.isListOpen,
        take: (next) => {
          this.take(next, undefined, true);
        },
        go: (id) => {
          this.choose(id);
        },
        open: (isOpen) => {
          this.isListOpen = isOpen;
        },
      }),
    );
    const publish = part(this.root, "[data-publish]", HTMLButtonElement);
    const isSame = JSON.stringify(this.draft) === this.published;
    publish.disabled = isSame || !this.publishable;
    const why = isSame ? this.words.publishSame : this.publishable ? this.words.publishReady : this.words.publishBlocked;
    part(this.root, "[data-publish-why]", HTMLElement).textContent = why;
  }

  /** The form as a partner fills it in; what is typed there stays while the form changes, and goes nowhere. */
  private showPreview(): void {
    const place = part(this.root, "[data-preview]", HTMLElement);
    const [source = "en", ...others] = this.draft.languages;
    const language = this.other !== undefined && others.includes(this.other) ? this.other : source;
    const before = this.typed.get("preview");
    const kept = before?.kept;
    const at = this.previewAt === "" ? kept?.at : this.previewAt;
    const tongue = this.draft.languages.includes(this.spoken) ? this.spoken : language;
    const filling = new Filling(this.draft, tongue, () => todayUtc(), kept === undefined ? undefined : { ...kept, language: tongue, at: at ?? "" });
    if (at !== undefined && filling.steps.some((step) => step.id === at)) filling.at = at;
    this.typed.set("preview", filling);
    // A page of partners says these above the steps.
    const [title, intro] = [this.draft.title, this.draft.intro].map((text) => inLanguage(text, filling.language, this.draft.languages)) as [string, string];
    const body = element("div", "");
    place.replaceChildren(...this.tongues(filling.language), written("p", "build-phone-title", title), ...(intro === "" ? [] : [written("p", "build-phone-intro", intro)]), body);
    place.lang = filling.language;
    place.dir = directionOfLanguage(filling.language);
    const view = new FormView(body, filling, {
      words: this.fillWords,
      changed: () => {
        this.previewAt = "";
      },
      ending: () => this.ending(),
    });
    view.show(false);
  }

  /** What stands in the place of sending speaks to whoever builds: their language and its direction, not the form's. */
  private ending(): HTMLElement {
    const said = element("p", "", this.words.previewEnd);
    said.lang = document.documentElement.lang;
    said.dir = "auto";
    return said;
  }

  /** The languages of the preview, as whoever answers may switch them. */
  private tongues(now: string): readonly HTMLElement[] {
    if (this.draft.languages.length < 2) return [];
    const choices = this.draft.languages.map((code) => {
      const made = button(languageName(code), () => {
        this.spoken = code;
        this.showPreview();
        this.root.querySelector<HTMLElement>(`.build-tongues [lang="${code}"]`)?.focus();
      });
      made.lang = code;
      made.setAttribute("aria-pressed", String(code === now));
      return made;
    });
    return [element("div", "build-tongues", ...choices)];
  }

  private showState(state: SaveState): void {
    const { words } = this;
    const sentences: Readonly<Record<SaveState, string>> = {
      saved: words.saved,
      unsaved: words.unsaved,
      saving: words.saving,
      offline: words.offline,
      signedOut: words.signedOut,
      conflict: words.conflict,
      failed: words.failed,
    };
    const place = part(this.root, "[data-state]", HTMLElement);
    place.textContent = sentences[state];
    place.dataset["state"] = state;
    part(this.root, "[data-conflict]", HTMLElement).hidden = state !== "conflict";
  }

  private async keepMine(): Promise<void> {
    const { form } = await this.server.form(this.detail.form.id);
    await this.saving.overwrite(form.revision);
  }
}
