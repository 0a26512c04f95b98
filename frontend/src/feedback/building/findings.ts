/** What must be mended before publishing, each with what, where and a mend; then what is worth a look. */

import { icon } from "../../theme/icon";
import { button, element } from "../../threads/dom";
import { put } from "../fill";
import { type Broken, type Definition, findBroken, findGaps, findLeaks, type Leak, type LeakKind } from "../logic";
import { languageName } from "./fields";
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
  take(next: Definition): void;
  go(id: string): void;
}

export function findingsView(draft: Definition, { leaks, broken, gaps }: Findings, hand: FindingHand): HTMLElement {
  const { words } = hand;
  const rows = [
    ...leaks.map((leak) => leakRow(draft, leak, hand)),
    ...broken.map((one) => brokenRow(draft, one, hand)),
    ...[...gaps].map(([language, count]) =>
      element("li", "build-finding", icon("language"), element("p", "", put(words.gap, { language: languageName(language), count }))),
    ),
  ];
  const sum = leaks.length + broken.length;
  const head = element("h2", "build-findings-title", sum === 0 ? words.findingsNone : put(words.findingsCount, { count: sum }));
  return element("section", `build-findings${sum === 0 ? "" : " has-findings"}`, head, element("ul", "", ...rows));
}

function leakRow(draft: Definition, leak: Leak, hand: FindingHand): HTMLElement {
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

function brokenRow(draft: Definition, one: Broken, hand: FindingHand): HTMLElement {
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
  const of = isForm ? words.form : nameOf(draft, one.of);
  const sentence = put(sentences[one.kind], { of, question: one.question === undefined ? "" : nameOf(draft, one.question) });
  const mended = mendBroken(draft, one);
  const mends = mended === undefined ? [] : [button(words.mend, () => {
    hand.take(mended);
  })];
  return finding("alert-triangle", sentence, isForm ? "" : one.of, mends, hand);
}

function finding(symbol: string, sentence: string, place: string, mends: readonly Node[], hand: FindingHand): HTMLElement {
  const go = button(hand.words.goThere, () => {
    hand.go(place);
  });
  return element("li", "build-finding is-wrong", icon(symbol), element("div", "", element("p", "", sentence), element("div", "btn-list", ...mends, go)));
}
