/** The answers in words, step by step: before they are sent, and when their sender comes back. */

import { element, written } from "../../threads/dom";
import { icon } from "../../theme/icon";
import { type Answers, type Definition, isQuestion, type QuestionItem, say, type Step, type Text, type Value } from "../logic";
import { type FillWords, put } from "./words";

export interface ReviewTools {
  readonly words: FillWords;
  readonly definition: Definition;
  readonly language: string;
  readonly answers: Answers;
  say(text: Text): string;
  /** Leads back to a question. */
  readonly change?: (step: Step, item: QuestionItem) => void;
  /** What stands for the files of an answer, instead of their names. */
  readonly filesOf?: (item: QuestionItem) => Node;
}

export function reviewView(steps: readonly Step[], shown: ReadonlySet<string>, tools: ReviewTools): HTMLElement {
  return element("div", "fill-review", ...steps.map((step) => stepOf(step, shown, tools)));
}

function stepOf(step: Step, shown: ReadonlySet<string>, tools: ReviewTools): HTMLElement {
  const title = written("h3", "fill-review-title", tools.say(step.title));
  title.hidden = title.textContent === "";
  const items = step.items.filter(isQuestion).filter((item) => shown.has(item.id));
  return element("section", "", title, element("dl", "fill-said", ...items.map((item) => rowOf(step, item, tools))));
}

function rowOf(step: Step, item: QuestionItem, tools: ReviewTools): HTMLElement {
  const { words } = tools;
  const label = tools.say(item.label);
  const who = element("span", item.sealed ? "fill-who is-sealed" : "fill-who", icon(item.sealed ? "lock" : "eye"));
  who.title = item.sealed ? words.sealedWho : words.openWho;
  who.append(element("span", "visually-hidden", who.title));
  const value = Object.hasOwn(tools.answers, item.id) ? tools.answers[item.id] : undefined;
  const row = element("div", "fill-said-row", element("dt", "", written("span", "", label), who), answerOf(item, value, tools));
  if (tools.change !== undefined) {
    const change = element("button", "fill-quiet", words.change);
    change.type = "button";
    change.setAttribute("aria-label", put(words.changeNamed, { question: label }));
    change.addEventListener("click", () => {
      tools.change?.(step, item);
    });
    row.append(element("dd", "fill-said-change", change));
  }
  return row;
}

function answerOf(item: QuestionItem, value: Value | undefined, tools: ReviewTools): HTMLElement {
  const { words, language, definition } = tools;
  if (value === undefined) return element("dd", "is-nothing", words.notAnswered);
  if (item.type === "file" && tools.filesOf !== undefined) return element("dd", "", tools.filesOf(item));
  return written("dd", "", said(item, value, language, definition.languages, words));
}

/** As `say`, with the day as the language writes it, and the unit and the end of a scale beside the number. */
function said(item: QuestionItem, value: Value, language: string, languages: readonly string[], words: FillWords): string {
  const plain = say(item, value, language, languages, words);
  const named = (text: Text): string => text[language] ?? text[languages[0] ?? ""] ?? "";
  switch (item.type) {
    case "number":
      return [plain, named(item.unit)].filter((part) => part !== "").join(" ");
    case "rating":
      return `${plain} / ${item.scale}`;
    case "date":
      return dayIn(plain, language);
    case "ranking":
      return (value as readonly string[]).map((id, at) => `${at + 1}. ${named(item.choices.find((one) => one.id === id)?.label ?? {})}`).join("\n");
    case "likert":
      return plain.replaceAll("; ", "\n");
    case "short_text":
    case "long_text":
    case "single_choice":
    case "multiple_choice":
    case "yes_no":
    case "file":
      return plain;
  }
}

function dayIn(day: string, language: string): string {
  try {
    return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
  } catch {
    return day;
  }
}
