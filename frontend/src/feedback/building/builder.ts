/** The page of the builder, put together: outline, editor, findings and the preview as the partner sees it. */

import { utf8 } from "../../crypto/bytes";
import { part } from "../../threads/dom";
import { type FillWords, Filling, FormView, todayUtc } from "../fill";
import { type Definition, readDefinition } from "../logic";
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
  private readonly typed = new Map<string, Filling>();

  /** `fillWords`: the partner's sentences in the language of the form, or the nearest one. */
  constructor(
    private readonly root: HTMLElement,
    private readonly words: BuilderWords,
    private readonly fillWords: (language: string) => FillWords,
    private readonly server: FeedbackServer,
    private readonly detail: FormDetail,
  ) {
    this.history = new History(readDefinition(new TextDecoder().decode(detail.draft)));
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
    if (focus) editor.querySelector<HTMLElement>("input, select, textarea")?.focus();
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
      take: (next, name, redraw = false) => {
        this.take(next, name, redraw);
      },
    };
    const item = findItem(this.draft, this.chosen);
    const step = findStep(this.draft, this.chosen);
    place.replaceChildren(item !== undefined ? itemEditor(desk, item) : step !== undefined ? stepEditor(desk, step) : formEditor(desk));
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
      this.show();
    };
  }

  private showFindings(): void {
    part(this.root, "[data-findings]", HTMLElement).replaceChildren(
      findingsView(this.draft, this.findings, {
        words: this.words,
        take: (next) => {
          this.take(next, undefined, true);
        },
        go: (id) => {
          this.choose(id);
        },
      }),
    );
    const publish = part(this.root, "[data-publish]", HTMLButtonElement);
    publish.disabled = !this.publishable;
    part(this.root, "[data-publish-why]", HTMLElement).textContent = this.publishable ? this.words.publishReady : this.words.publishBlocked;
  }

  /** The form as a partner fills it in; what is typed there stays while the form changes, and goes nowhere. */
  private showPreview(): void {
    const place = part(this.root, "[data-preview]", HTMLElement);
    const language = this.other ?? this.draft.languages[0] ?? "en";
    const before = this.typed.get("preview");
    const kept = before === undefined ? undefined : { ...before.kept, language: before.language };
    const at = this.previewAt === "" ? kept?.at : this.previewAt;
    const filling = new Filling(this.draft, kept?.language ?? language, () => todayUtc(), kept === undefined ? undefined : { ...kept, at: at ?? "" });
    if (at !== undefined && filling.steps.some((step) => step.id === at)) filling.at = at;
    this.typed.set("preview", filling);
    const view = new FormView(place, filling, {
      words: this.fillWords,
      changed: () => {
        this.previewAt = "";
      },
      ending: () => document.createTextNode(this.words.previewEnd),
    });
    view.show(false);
  }

  private showState(state: SaveState): void {
    const { words } = this;
    const sentences: Readonly<Record<SaveState, string>> = {
      saved: words.saved,
      unsaved: words.unsaved,
      saving: words.saving,
      offline: words.offline,
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
