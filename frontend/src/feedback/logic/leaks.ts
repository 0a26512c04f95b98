/**
 * Leaks: ways in which the server could learn of a sealed answer from an open one.
 *
 * Nothing open may depend on anything sealed: not whether it is asked, not what it accepts, not its words, not a
 * quota. A definition without leaks keeps this: other sealed answers change nothing of what the server gets.
 */

import { comparisonsOf, type Definition, isQuestion, itemsOf, type Item } from "./definition";
import { pipesIn, pipesOf } from "./piping";
import { conditionsOf, stepTexts, textsOf } from "./places";

export type LeakKind = "visible" | "constraint" | "piping" | "default" | "step_visible" | "step_piping" | "quota" | "open_file";

/** `of` is the open question, the step, or the number of the quota; `sealed` the question that shows through. */
export interface Leak {
  readonly kind: LeakKind;
  readonly of: string;
  readonly sealed: string;
}

/** Every leak once, in the order of the form. */
export function findLeaks(definition: Definition): readonly Leak[] {
  const sealed = new Set(itemsOf(definition).filter((item) => isQuestion(item) && item.sealed).map((item) => item.id));
  const leaks: Leak[] = [];
  const seen = new Set<string>();
  const tell = (kind: LeakKind, of: string, questions: Iterable<string>): void => {
    for (const question of questions) {
      const name = `${kind} ${of} ${question}`;
      if (!sealed.has(question) || seen.has(name)) continue;
      seen.add(name);
      leaks.push({ kind, of, sealed: question });
    }
  };
  for (const step of definition.steps) {
    if (step.items.some(isOpen)) {
      tell("step_visible", step.id, comparisonsOf(step.visible).map((one) => one.question));
      tell("step_piping", step.id, stepTexts(step).flatMap(({ text }) => pipesOf(text)));
    }
    for (const item of step.items) {
      if (!isOpen(item)) continue;
      for (const { part, condition } of conditionsOf(item)) {
        tell(part, item.id, comparisonsOf(condition).map((one) => one.question));
      }
      tell("piping", item.id, textsOf(item).flatMap(({ text }) => pipesOf(text)));
      if (isQuestion(item) && typeof item.default === "string") tell("default", item.id, pipesIn(item.default));
      if (item.type === "file") leaks.push({ kind: "open_file", of: item.id, sealed: item.id });
    }
  }
  definition.quotas.forEach((quota, at) => {
    tell("quota", String(at), comparisonsOf(quota.condition).map((one) => one.question));
  });
  return leaks;
}

function isOpen(item: Item): boolean {
  return isQuestion(item) && !item.sealed;
}
