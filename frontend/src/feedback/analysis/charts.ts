/**
 * Charts with their tables, as comms/feedback/views/charts.py and templates/feedback/_chart.html draw them: SVG
 * whose places are percents and classes, no style in it, and nothing told by colour alone.
 */

import { element, written } from "../../threads/dom";
import { fill } from "../../threads/words";
import { type AnalysisWords } from "./words";

export interface Cell {
  readonly label: string;
  readonly count: number;
}

interface Common {
  /** How many answered. */
  readonly n: number;
  /** What the first column of the table is called. */
  readonly head: string;
  readonly note?: string;
}

export interface CellChart extends Common {
  readonly kind: "bars" | "histogram" | "line";
  readonly cells: readonly Cell[];
}

export interface StackChart extends Common {
  readonly kind: "stack";
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly counts: readonly number[] }[];
}

export type Chart = CellChart | StackChart;

const SVG = "http://www.w3.org/2000/svg";
const [HEIGHT, TOP, FOOT] = [150, 20, 24];
const SHADES = 7;
/** A part narrower than so many percent has no room for its letter. */
const LEAST_NAMED = 7;

/** A chart with `name` for whoever does not see it, and its table. */
export function drawChart(chart: Chart, name: string, words: AnalysisWords): HTMLElement {
  const drawing = element("div", "chart-drawing");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", fill(words.chartOf, { name }));
  drawing.append(...drawn(chart, words));
  const figure = element(
    "figure",
    `chart chart-${chart.kind}`,
    element("p", "chart-n", fill(words.n, { n: figureOf(chart.n) })),
    drawing,
  );
  if (chart.note !== undefined && chart.note !== "") figure.append(element("p", "chart-note", chart.note));
  figure.append(tableOf(chart, name, words));
  return figure;
}

/** With the language's separators, in the digits that the rest of the page has. */
export function figureOf(number: number): string {
  return new Intl.NumberFormat(document.documentElement.lang || "en", { numberingSystem: "latn" }).format(number);
}

/** In percent, whole; less than one is said so. */
export function shareOf(count: number, n: number, words: AnalysisWords): string {
  const percent = n === 0 ? 0 : (100 * count) / n;
  if (percent > 0 && percent < 1) return words.lessThanOne;
  return fill(words.percent, { number: Math.floor(percent + 0.5) });
}

/** A, B, … Z, AA, … */
export function letterOf(at: number): string {
  const letter = String.fromCharCode(65 + (at % 26));
  return at < 26 ? letter : `${String.fromCharCode(64 + Math.floor(at / 26))}${letter}`;
}

function drawn(chart: Chart, words: AnalysisWords): readonly Node[] {
  if (chart.kind === "bars") return chart.cells.map((cell) => bar(cell, chart.n, words));
  if (chart.kind === "stack") return [legend(chart), ...chart.rows.map((row) => stacked(chart, row, words))];
  return [plot(chart)];
}

function bar(cell: Cell, n: number, words: AnalysisWords): HTMLElement {
  const track = svg("svg", { class: "chart-track", height: 14, focusable: "false", "aria-hidden": "true" });
  track.append(
    svg("rect", { class: "chart-ground", width: "100%", height: 14, rx: 3 }),
    svg("rect", { class: "chart-fill", ...span(0, n === 0 ? 0 : (100 * cell.count) / n), height: 14, rx: 3 }),
  );
  const value = element("span", "chart-value", `${figureOf(cell.count)} `, element("small", "", shareOf(cell.count, n, words)));
  return element("div", "chart-row", written("span", "chart-label", cell.label), track, value);
}

function legend(chart: StackChart): HTMLElement {
  const list = element("ul", "chart-legend");
  chart.columns.forEach((label, at) => {
    const shade = shadeOf(at, chart.columns.length);
    const mark = svg("svg", { width: 22, height: 18, focusable: "false", "aria-hidden": "true" });
    mark.append(
      svg("rect", { class: `shade-${shade}`, width: 22, height: 18, rx: 3 }),
      svg("text", { class: `on-shade-${shade}`, x: 11, y: 13, "text-anchor": "middle" }, letterOf(at)),
    );
    list.append(element("li", "", mark, written("span", "", label)));
  });
  return list;
}

function stacked(chart: StackChart, row: StackChart["rows"][number], words: AnalysisWords): HTMLElement {
  const total = row.counts.reduce((sum, count) => sum + count, 0);
  const track = svg("svg", { class: "chart-track", height: 26, focusable: "false", "aria-hidden": "true" });
  track.append(svg("rect", { class: "chart-ground", width: "100%", height: 26, rx: 3 }));
  let begin = 0;
  row.counts.forEach((count, at) => {
    if (count === 0) return;
    const width = (100 * count) / total;
    const shade = shadeOf(at, row.counts.length);
    const part = svg("rect", { class: `chart-part shade-${shade}`, ...span(begin, width), height: 26 });
    const share = shareOf(count, total, words);
    part.append(svg("title", {}, `${chart.columns[at] ?? ""}: ${figureOf(count)} (${share})`));
    track.append(part);
    const letter = letterOf(at);
    const text = width >= LEAST_NAMED * 2 ? `${letter} ${share}` : width >= LEAST_NAMED ? letter : "";
    if (text !== "") {
      const { x } = span(begin + width / 2, 0);
      track.append(svg("text", { class: `on-shade-${shade}`, x, y: 17, "text-anchor": "middle" }, text));
    }
    begin += width;
  });
  const n = element("small", "", fill(words.n, { n: figureOf(total) }));
  return element("div", "chart-stacked", element("span", "chart-label", written("span", "", row.label), " ", n), track);
}

function plot(chart: CellChart): SVGElement {
  const { cells } = chart;
  const found = svg("svg", { class: "chart-plot", height: HEIGHT, focusable: "false", "aria-hidden": "true" });
  found.append(svg("line", { class: "chart-axis", x1: 0, x2: "100%", y1: HEIGHT - FOOT, y2: HEIGHT - FOOT }));
  const most = Math.max(1, ...cells.map((cell) => cell.count));
  const [room, each] = [HEIGHT - TOP - FOOT, 100 / Math.max(cells.length, 1)];
  const every = Math.max(1, Math.ceil(cells.length / 6));
  const points = cells.map((cell, at) => ({
    middle: span((at + 0.5) * each, 0).x,
    tall: (room * cell.count) / most,
    y: TOP + room - (room * cell.count) / most,
  }));
  if (chart.kind === "line") {
    points.slice(1).forEach((to, at) => {
      const from = points[at] ?? to;
      found.append(svg("line", { class: "chart-segment", x1: from.middle, y1: from.y, x2: to.middle, y2: to.y }));
    });
  }
  cells.forEach((cell, at) => {
    const { middle, y, tall } = points[at] ?? { middle: "0%", y: 0, tall: 0 };
    found.append(
      chart.kind === "histogram"
        ? svg("rect", { class: "chart-fill", ...span(at * each + 0.3, each - 0.6), y, height: tall })
        : svg("circle", { class: "chart-point", cx: middle, cy: y, r: 3 }),
    );
    const centred = { x: middle, dy: -6, "text-anchor": "middle" };
    if (cells.length <= 12 || cell.count === most) {
      found.append(svg("text", { class: "chart-number", ...centred, y }, figureOf(cell.count)));
    }
    if (at % every === 0) found.append(svg("text", { class: "chart-tick", ...centred, y: HEIGHT }, cell.label));
  });
  return found;
}

function tableOf(chart: Chart, name: string, words: AnalysisWords): HTMLElement {
  const table = element("table", "table");
  const row = (...cells: readonly HTMLElement[]): HTMLElement => element("tr", "", ...cells);
  const figure = (count: number, of?: number): HTMLElement =>
    element("td", "num", figureOf(count), ...(of === undefined ? [] : [element("small", "", shareOf(count, of, words))]));
  if (chart.kind === "stack") {
    const heads = [headed(chart.head, false), ...chart.columns.map((one) => headed(one, true)), headed("n", true)];
    const rows = chart.rows.map(({ label, counts }) => {
      const total = counts.reduce((sum, count) => sum + count, 0);
      return row(sided(label), ...counts.map((count) => figure(count, total)), figure(total));
    });
    table.append(element("thead", "", row(...heads)), element("tbody", "", ...rows));
  } else {
    const isBars = chart.kind === "bars";
    const heads = [headed(chart.head, false), headed(words.answers, true), ...(isBars ? [headed(words.share, true)] : [])];
    const rows = chart.cells.map((cell) => {
      const share = isBars ? [element("td", "num", shareOf(cell.count, chart.n, words))] : [];
      return row(sided(cell.label), figure(cell.count), ...share);
    });
    table.append(element("thead", "", row(...heads)), element("tbody", "", ...rows));
  }
  const card = element("div", "table-card", table);
  card.tabIndex = 0;
  card.setAttribute("role", "region");
  card.setAttribute("aria-label", name);
  return element("details", "chart-table", element("summary", "", words.table), card);
}

function headed(text: string, isFigure: boolean): HTMLElement {
  const cell = written("th", isFigure ? "num" : "", text);
  cell.scope = "col";
  return cell;
}

function sided(text: string): HTMLElement {
  const cell = written("th", "", text);
  cell.scope = "row";
  return cell;
}

/** From 1, the lightest, to 7: neighbours differ whatever their number. */
function shadeOf(at: number, count: number): number {
  return 1 + Math.round((at * (SHADES - 1)) / Math.max(count - 1, 1));
}

/** Where it begins and how wide it is; from the other side in languages that read so. */
function span(begin: number, width: number): { readonly x: string; readonly width: string } {
  const x = document.documentElement.dir === "rtl" ? 100 - begin - width : begin;
  return { x: `${Math.max(x, 0).toFixed(3)}%`, width: `${width.toFixed(3)}%` };
}

function svg(name: string, attributes: Readonly<Record<string, string | number>>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== "") made.append(text);
  return made;
}
