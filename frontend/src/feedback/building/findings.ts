/** What must be mended before publishing, each with what, where and a mend; then what is worth a look. */

import { icon } from "../../theme/icon";
import { button, element } from "../../threads/dom";
import { put } from "../fill";
import { type Broken, type Definition, findBroken, findGaps, findLeaks, type Leak, type LeakKind } from "../logic";
import { findItem } from "./draft";
import { languageName } from "./fields";
import { typeName } from "./itemEditor";
import { mendBroken, nameOf, sealInstead, takeAway } from "./mending";
import { type BuilderWords } from "./words";

export interface Findings {
  readonly leaks: readonly Leak[];
  readonly broken: readonly Broken[];
  /** Missing translations by language. */
  readonly gaps: ReadonlyMap<string, number>;
  /** Where something is wrong: rows of the outline. */
  readonly places: ReadonlySet<string>;
}

export function findAll(draft: Definition): Findings {
  const [leaks, broken] = [findLeaks(draft), findBroken(draft)];
  const gaps = new Map<string, number>();
  for (const { language } of findGaps(draft)) gaps.set(language, (gaps.get(language) ?? 0) + 1);
  const place = (of: string, isQuota: boolean): string => (isQuota || of.startsWith("quota") ? "form" : of);
  const places = new Set([...leaks.map(({ of, kind }) => place(of, kind === "quota")), ...broken.map(({ of }) => place(of, false))]);
  return { leaks, broken, gaps, places };
}

export function mayPublish({ leaks, broken }: Findings): boolean {
  return leaks.length === 0 && broken.length === 0;
}

export interface FindingHand {
  readonly words: BuilderWords;
  /** What the editor shows: "" is the form itself. */
  readonly chosen: string;
  /** Whether the list of what is wrong elsewhere stands open. */
  readonly isOpen: boolean;
  take(next: Definition): void;
  go(id: string): void;
  open(isOpen: boolean): void;
}

interface Row {
  /** Where it is: "" is the form itself. */
  readonly place: string;
  readonly line: HTMLElement;
}

export function findingsView(draft: Definition, { leaks, broken, gaps }: Findings, hand: FindingHand): HTMLElement {
  const { words } = hand;
  const rows: readonly Row[] = [
    ...leaks.map((leak) => leakRow(draft, leak, hand)),
    // Two fields of one question may lack the same.
    ...broken
      .filter((one, at) => broken.findIndex((other) => other.kind === one.kind && other.of === one.of && other.question === one.question) === at)
      .map((one) => brokenRow(draft, one, hand)),
  ];
  const sum = leaks.length + broken.length;
  const head = element("h2", "build-findings-title", sum === 0 ? words.findingsNone : put(words.findingsCount, { count: sum }));
  const here = rows.filter(({ place }) => place === hand.chosen);
  const others = rows.filter(({ place }) => place !== hand.chosen);
  const made = element("section", `build-findings${sum === 0 ? "" : " has-findings"}`, head);
  if (here.length > 0) made.append(element("ul", "", ...here.map(({ line }) => line)));
  if (others.length > 0) {
    const rest = element("details", "", element("summary", "", put(words.elsewhere, { count: others.length })), element("ul", "", ...others.map(({ line }) => line)));
    rest.open = hand.isOpen;
    rest.addEventListener("toggle", () => {
      hand.open(rest.open);
    });
    made.append(rest);
  }
  // Worth a look, and in nobody's way.
  const lines = [...gaps].map(([language, count]) =>
    element("li", "build-finding", icon("language"), element("p", "", put(words.gap, { language: languageName(language), count }))),
  );
  if (lines.length > 0) made.append(element("ul", "", ...lines));
  return made;
}

function leakRow(draft: Definition, leak: Leak, hand: FindingHand): Row {
  const { words } = hand;
  const sentences: Readonly<Record<LeakKind, string>> = {
    visible: words.leakVisible,
    constraint: words.leakConstraint,
    piping: words.leakPiping,
    default: words.leakDefault,
    step_visible: words.leakStep,
    step_piping: words.leakStepTitle,
    quota: words.leakQuota,
    open_file: words.leakFile,
  };
  const of = leak.kind === "quota" ? String(Number(leak.of) + 1) : nameOf(draft, leak.of);
  const sentence = put(sentences[leak.kind], { of, sealed: nameOf(draft, leak.sealed) });
  const mends: Node[] = [];
  const [sealed, away] = [sealInstead(draft, leak), takeAway(draft, leak)];
  if (sealed !== undefined) mends.push(button(put(words.sealIt, { of }), () => {
    hand.take(sealed);
  }));
  if (away !== undefined) mends.push(button(words.takeAway, () => {
    hand.take(away);
  }));
  return finding("lock-open", sentence, leak.kind === "quota" ? "" : leak.of, mends, hand);
}

function brokenRow(draft: Definition, one: Broken, hand: FindingHand): Row {
  const { words } = hand;
  const sentences: Readonly<Record<Broken["kind"], string>> = {
    no_title: words.brokenTitle,
    no_question: words.brokenNoQuestion,
    no_label: words.brokenLabel,
    no_choices: words.brokenChoices,
    bounds: words.brokenBounds,
    default: words.brokenDefault,
    unknown_question: words.brokenUnknown,
    later_question: words.brokenLater,
    wrong_comparison: words.brokenComparison,
    unknown_pipe: words.brokenUnknown,
    later_pipe: words.brokenLater,
  };
  const isForm = one.of === "form" || one.of.startsWith("quota");
  let of = isForm ? words.form : nameOf(draft, one.of);
  const item = findItem(draft, one.of);
  if (item?.id === of) of = typeName(words, item.type);
  const sentence = put(sentences[one.kind], { of, question: one.question === undefined ? "" : nameOf(draft, one.question) });
  const mended = mendBroken(draft, one);
  const mends = mended === undefined ? [] : [button(words.mend, () => {
    hand.take(mended);
  })];
  return finding("alert-triangle", sentence, isForm ? "" : one.of, mends, hand);
}

function finding(symbol: string, sentence: string, place: string, mends: readonly Node[], hand: FindingHand): Row {
  const acts = [...mends];
  if (place !== hand.chosen) {
    const go = element("button", "build-go", hand.words.goThere);
    go.type = "button";
    go.addEventListener("click", () => {
      hand.go(place);
    });
    acts.push(go);
  }
  const line = element("li", "build-finding is-wrong", icon(symbol), element("div", "", element("p", "", sentence)));
  if (acts.length > 0) line.lastElementChild?.append(element("div", "btn-list", ...acts));
  return { place, line };
}
