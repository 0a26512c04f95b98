/** The page of the analysis: opens sealed answers for a reader, and draws everything again by what was opened. */

import { ServerError } from "../../keys";
import { element, part, written } from "../../threads/dom";
import { fill } from "../../threads/words";
import { drawChart, figureOf } from "./charts";
import { type Export, exportFile, type Format, type Kind, save } from "./exports";
import { crossChart, drawFigure, figureFor, trendCharts } from "./figures";
import { loadOpen, openAll } from "./opener";
import { isListed, type Question } from "./questions";
import { choose, type Filter, readFilter, type Row } from "./records";
import { type Known, Reading } from "./reading";
import { sentenceFor } from "./trouble";
import { refusalOf } from "./publication";
import { LEAST } from "./suppression";
import { type AnalysisWords } from "./words";

const LANGUAGE_OF_PAGE = (): string => document.documentElement.lang || "en";

export class AnalysisPage {
  private readonly reading: Reading;
  private readonly form: HTMLFormElement;
  private stopping: AbortController | undefined;
  /** Undefined: nothing is opened, and what stands here was drawn by the server. */
  private opened: { readonly rows: readonly Row[]; readonly questions: readonly Question[] } | undefined;
  private known: Known | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly words: AnalysisWords,
  ) {
    const { workspace = "", form = "", thread = "" } = root.dataset;
    this.reading = new Reading(workspace, form, thread);
    this.form = part(root, "[data-filters]", HTMLFormElement);
  }

  /** Makes the page's buttons work. */
  begin(): void {
    const panel = this.root.querySelector<HTMLElement>("[data-opening]");
    if (panel !== null) {
      panel.hidden = false;
      part(panel, "[data-open]", HTMLButtonElement).addEventListener("click", () => void this.open());
      part(panel, "[data-cancel]", HTMLButtonElement).addEventListener("click", () => {
        this.stopping?.abort();
      });
    }
    this.form.addEventListener("submit", (event) => {
      if (this.opened === undefined) return;
      event.preventDefault();
      this.filter();
    });
    this.root.querySelector("[data-clear]")?.addEventListener("click", (event) => {
      if (this.opened === undefined) return;
      event.preventDefault();
      for (const field of this.form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) field.value = "";
      this.filter();
    });
    const exporting = part(this.root, "[data-exports]", HTMLElement);
    exporting.hidden = false;
    part(exporting, "[data-export]", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      const format = (event.submitter as HTMLButtonElement | null)?.value as Format | undefined;
      if (format !== undefined) void this.export(format);
    });
  }

  private async open(): Promise<void> {
    const panel = part(this.root, "[data-opening]", HTMLElement);
    const [open, cancel] = [part(panel, "[data-open]", HTMLButtonElement), part(panel, "[data-cancel]", HTMLButtonElement)];
    const progress = part(panel, "[data-progress]", HTMLElement);
    const [bar, told] = [part(progress, "progress", HTMLProgressElement), part(progress, "[data-progress-text]", HTMLElement)];
    const total = Number(part(this.root, "[data-everything]", HTMLElement).textContent.replace(/\D/g, ""));
    this.stopping = new AbortController();
    open.disabled = true;
    this.alarm("");
    try {
      const { plan, questions } = await this.reading.open(LANGUAGE_OF_PAGE(), this.words);
      [progress.hidden, cancel.hidden] = [false, false];
      const tell = (count: number): void => {
        [bar.value, bar.max] = [count, Math.max(total, count, 1)];
        told.textContent = fill(this.words.opening, { count: figureOf(count), total: figureOf(Math.max(total, count)) });
      };
      tell(0);
      const { server, form } = this.reading;
      const found = await openAll(server, form, plan, tell, this.stopping.signal);
      this.opened = { rows: found.rows, questions };
      part(panel, "[data-opening-text]", HTMLElement).textContent = fill(this.words.opened, { count: figureOf(found.rows.length) });
      progress.hidden = true;
      part(panel, ".btn-list", HTMLElement).hidden = true;
      part(this.root, "[data-kind-work]", HTMLInputElement).disabled = false;
      if (found.forged.length > 0) this.alarm(fill(this.words.forged, { count: figureOf(found.forged.length) }));
      else if (found.missing.length > 0) this.alarm(fill(this.words.missing, { count: figureOf(found.missing.length) }));
      this.draw();
    } catch (error) {
      progress.hidden = true;
      if (this.stopping.signal.aborted) part(panel, "[data-opening-text]", HTMLElement).textContent = this.words.stopped;
      else this.alarm(sentenceFor(error, this.words));
    } finally {
      open.disabled = false;
      cancel.hidden = true;
    }
  }

  private alarm(sentence: string): void {
    const alarm = part(this.root, "[data-alarm]", HTMLElement);
    part(alarm, "[data-alarm-text]", HTMLElement).textContent = sentence;
    alarm.hidden = sentence === "";
  }

  /** By the form's fields, which go into the address; nothing of a sealed answer is among them. */
  private filter(): void {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && value !== "") query.append(name, value);
    }
    const text = query.toString();
    window.history.replaceState(null, "", text === "" ? window.location.pathname : `?${text}`);
    part(this.root, "[data-clear]", HTMLElement).hidden = text === "";
    this.draw();
  }

  private get query(): URLSearchParams {
    return new URLSearchParams(window.location.search);
  }

  private draw(): void {
    if (this.opened === undefined) return;
    const { questions } = this.opened;
    const filter: Filter = readFilter(this.query);
    const rows = choose(this.opened.rows, filter, questions);
    part(this.root, "[data-shown]", HTMLElement).textContent = figureOf(rows.length);
    for (const question of questions) {
      const card = this.root.querySelector<HTMLElement>(`[data-question="${CSS.escape(question.key)}"]`);
      if (card === null) continue;
      const title = card.querySelector(".chart-title");
      card.replaceChildren(...(title === null ? [] : [title]), ...drawFigure(figureFor(question, rows, this.words), this.words));
    }
    const drawn = part(this.root, "[data-drawn]", HTMLElement);
    for (const old of drawn.querySelectorAll("[data-crossing], [data-trend]")) old.remove();
    drawn.append(...this.crossing(rows, questions), ...this.trend(rows, questions));
  }

  private chosen(name: string, questions: readonly Question[]): Question | undefined {
    const key = this.query.get(name);
    return questions.find((one) => one.key === key && isListed(one));
  }

  private crossing(rows: readonly Row[], questions: readonly Question[]): readonly Node[] {
    const [down, across] = [this.chosen("down", questions), this.chosen("across", questions)];
    if (down === undefined || across === undefined) return [];
    const chart = crossChart(down, across, rows);
    const times = element("span", "", " × ");
    times.setAttribute("aria-hidden", "true");
    const title = element("h3", "chart-title", written("span", "", down.label), times, written("span", "", across.label));
    const inside = chart === undefined ? element("p", "chart-none", this.words.nobodyBoth) : drawChart(chart, down.label, this.words);
    const section = headed("crossing", this.words.crossing, element("article", "chart-card", title, inside));
    section.dataset["crossing"] = "";
    return [section];
  }

  private trend(rows: readonly Row[], questions: readonly Question[]): readonly Node[] {
    const follow = this.chosen("follow", questions);
    const period = this.query.get("period") === "month" ? "month" : "week";
    const [all, ...lines] = trendCharts(rows, period, this.words, follow);
    if (all === undefined) return [];
    const cards = [all, ...lines].map(({ label, chart }, at) => {
      const title = written(at === 0 ? "h3" : "h4", "chart-title", label);
      return element("article", "chart-card", title, drawChart(chart, label, this.words));
    });
    const [first, ...rest] = cards;
    const section = headed("trend", this.words.overTime, ...(first === undefined ? [] : [first]));
    if (follow !== undefined) {
      section.append(written("h3", "analysis-follow", follow.label), element("div", "analysis-grid", ...rest));
    }
    section.dataset["trend"] = "";
    return [section];
  }

  private async export(format: Format): Promise<void> {
    const form = part(this.root, "[data-export]", HTMLFormElement);
    const state = part(form, "[data-export-state]", HTMLElement);
    const kind = (new FormData(form).get("kind") ?? "publication") as Kind;
    state.textContent = this.words.exporting;
    try {
      const { rows, questions, sealedOut } = await this.material();
      const filter = readFilter(this.query);
      const wanted: Export = {
        kind,
        format,
        title: this.root.dataset["title"] ?? "",
        rows: choose(rows, filter, questions),
        questions: sealedOut ? questions.filter((one) => !one.sealed) : questions,
        cross: [this.chosen("down", questions), this.chosen("across", questions)],
      };
      const refusal = kind === "publication" ? refusalOf(rows.length, wanted.rows.length) : undefined;
      if (refusal !== undefined) {
        state.textContent = fill(this.words[refusal], { least: LEAST });
        return;
      }
      await this.reading.noteExport(this.root.dataset["exported"] ?? "", kind, format, wanted.rows.length);
      const made = exportFile(wanted, this.words);
      save(made);
      state.textContent = fill(made.suppressed > 0 ? this.words.suppressed : this.words.exported, {
        name: made.name,
        count: figureOf(made.suppressed),
      });
    } catch (error) {
      state.textContent = error instanceof ServerError ? error.message : this.words.exportFailed;
    }
  }

  /** What was opened, or without it the open answers alone. */
  private async material(): Promise<{ rows: readonly Row[]; questions: readonly Question[]; sealedOut: boolean }> {
    if (this.opened !== undefined) return { ...this.opened, sealedOut: false };
    this.known ??= await this.reading.known(LANGUAGE_OF_PAGE(), this.words);
    const { questions, sealedOf } = this.known;
    const rows = await loadOpen(this.reading.server, this.reading.form, sealedOf);
    return { rows, questions, sealedOut: true };
  }
}

function headed(name: string, title: string, ...children: readonly Node[]): HTMLElement {
  const heading = element("h2", "", title);
  heading.id = `${name}-title`;
  const section = element("section", "section", element("div", "section-head", heading), ...children);
  section.setAttribute("aria-labelledby", heading.id);
  return section;
}
