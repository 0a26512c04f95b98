/** The editor of a step, and of the form as a whole: its words, its languages, its quotas. */

import { icon } from "../../theme/icon";
import { button, element, iconButton } from "../../threads/dom";
import { put } from "../fill";
import { isQuestion, itemsOf, LIMITS, type QuestionItem, type Step } from "../logic";
import { compared, conditionField } from "./conditions";
import { earlierThan, withLanguages, withStep } from "./draft";
import { choose, type Desk, group, labelled, languageName, line, whole, wordsField } from "./fields";

const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/;

export function stepEditor(desk: Desk, step: Step): HTMLElement {
  const { words, draft } = desk;
  const earlier = earlierThan(draft, step.id);
  let now = step;
  const next = (changes: Partial<Step>): ReturnType<typeof withStep> => {
    now = { ...now, ...changes };
    return withStep(desk.draft, now);
  };
  return element(
    "div",
    "build-editor",
    wordsField(desk, words.stepTitle, step.title, `${step.id} title`, (title) => next({ title }), { pipes: earlier }),
    conditionField(desk, words.visible, words.addCondition, words.always, step.visible, earlier, (visible) => {
      desk.take(next({ visible }), undefined, true);
    }),
  );
}

export function formEditor(desk: Desk): HTMLElement {
  const { words, draft } = desk;
  const questions: readonly QuestionItem[] = itemsOf(draft).filter(isQuestion);
  return element(
    "div",
    "build-editor",
    wordsField(desk, words.title, draft.title, "form title", (title) => ({ ...desk.draft, title })),
    wordsField(desk, words.intro, draft.intro, "form intro", (intro) => ({ ...desk.draft, intro }), { long: true }),
    wordsField(desk, words.thanks, draft.thanks, "form thanks", (thanks) => ({ ...desk.draft, thanks }), { long: true, pipes: questions }),
    languages(desk),
    quotas(desk, questions),
  );
}

function languages(desk: Desk): HTMLElement {
  const { words, draft } = desk;
  const rows = draft.languages.map((code, at) => {
    const row = element("div", "build-language", element("span", "", `${languageName(code)} (${code})`));
    if (at > 0) {
      row.append(iconButton("x", put(words.removeLanguage, { name: languageName(code) }), () => {
        desk.take(withLanguages(desk.draft, draft.languages.filter((one) => one !== code)), undefined, true);
      }));
    }
    return row;
  });
  const problem = element("div", "field-error", element("p", "", icon("alert-circle"), element("span", "", words.languageWrong)));
  problem.setAttribute("role", "alert");
  problem.hidden = true;
  const code = line("", () => {
    problem.hidden = true;
  }, 20);
  const byCode = labelled(words.languageCode, code);
  const named = desk.offered.filter((one) => !draft.languages.includes(one));
  const options = [...named.map((one) => [one, languageName(one)] as const), ["", words.languageOther] as const];
  const chosen = choose(options, options[0]?.[0] ?? "", (value) => {
    byCode.hidden = value !== "";
    problem.hidden = true;
  });
  byCode.hidden = chosen.value !== "";
  const add = button(words.addLanguage, () => {
    const wanted = chosen.value === "" ? code.value.trim() : chosen.value;
    const good = LANGUAGE.test(wanted) && !draft.languages.includes(wanted) && draft.languages.length < LIMITS.languages;
    problem.hidden = good;
    if (good) desk.take(withLanguages(desk.draft, [...draft.languages, wanted]), undefined, true);
    else (chosen.value === "" ? code : chosen).focus();
  });
  return group(words.languages, ...rows, labelled(words.anotherLanguage, chosen), byCode, problem, add);
}

function quotas(desk: Desk, questions: readonly QuestionItem[]): HTMLElement {
  const { words, draft } = desk;
  // Only what the server can count can be a quota.
  const open = questions.filter((item) => !item.sealed);
  const rows = draft.quotas.map((quota, at) => {
    const change = (next: typeof quota | null): void => {
      const list = next === null ? draft.quotas.filter((_, other) => other !== at) : draft.quotas.map((one, other) => (other === at ? next : one));
      desk.take({ ...desk.draft, quotas: list }, undefined, true);
    };
    const limit = labelled(words.limit, whole(quota.limit, 1, 1_000_000, (number) => {
      if (number === null) return;
      desk.take({ ...desk.draft, quotas: desk.draft.quotas.map((one, other) => (other === at ? { ...one, limit: number } : one)) }, `quota ${at}`);
    }));
    const condition = conditionField(desk, `${words.quotas} ${at + 1}`, words.addCondition, "", quota.condition, questions, (next) => {
      change(next === null ? null : { ...quota, condition: next });
    });
    condition.append(limit);
    return condition;
  });
  const [first] = open;
  const add = button(words.addQuota, () => {
    if (first !== undefined) desk.take({ ...desk.draft, quotas: [...desk.draft.quotas, { condition: compared(first), limit: 100 }] }, undefined, true);
  });
  add.disabled = first === undefined || draft.quotas.length >= LIMITS.quotas;
  return group(words.quotas, element("p", "form-hint", words.quotaHint), ...rows, add);
}
