/** The browser's logic of forms says the same as the server's: one file of cases, read by both. */

import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { type Answers, DefinitionError, evaluate, fill, findBroken, findGaps, findLeaks, itemsOf, isQuestion, readDefinition, say, type Definition } from "../../src/feedback/logic";
import { load } from "../vectors";

interface Case {
  readonly definition: unknown;
  readonly answers: Answers;
  readonly expected: unknown;
}

const TODAY = "2026-11-23";
const WORDS = { yes: "yes", no: "no" };

function outcome(form: unknown, given: Answers): unknown {
  let definition: Definition;
  try {
    definition = readDefinition(JSON.stringify(form));
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return { error: [error.code, error.place] };
  }
  return {
    all: evaluation(definition, given, false),
    open: evaluation(definition, given, true),
    leaks: findLeaks(definition).map(({ kind, of, sealed }) => [kind, of, sealed]),
    broken: findBroken(definition).map(({ kind, of, part, question }) => [kind, of, part, question ?? null]),
    gaps: findGaps(definition).map(({ of, part, choice, language }) => [of, part, choice ?? null, language]),
  };
}

function evaluation(definition: Definition, given: Answers, onlyOpen: boolean): unknown {
  const { shown, problems, answers } = evaluate(definition, given, { today: TODAY, onlyOpen });
  const language = definition.languages.at(-1) ?? "";
  const items = new Map(itemsOf(definition).map((item) => [item.id, item]));
  const said = Object.entries(answers).map(([name, value]) => {
    const item = items.get(name);
    if (item === undefined || !isQuestion(item)) throw new Error(name);
    return [name, say(item, value, language, definition.languages, WORDS)];
  });
  return {
    shown: [...shown].sort(),
    problems: Object.fromEntries(Object.entries(problems).map(([name, { code, limit }]) => [name, [code, limit ?? null]])),
    answers,
    said: Object.fromEntries(said) as unknown,
    filled: Object.fromEntries(itemsOf(definition).map((item) => [item.id, fill(item.label, language, definition, answers, WORDS)])),
  };
}

function compare(cases: readonly Case[]): void {
  for (const [number, { definition, answers, expected }] of cases.entries()) {
    expect(outcome(definition, answers), `case ${number}`).toEqual(expected);
  }
}

/** Cases drawn anew, by tests/feedback/test_differential.py. */
const drawn = process.env["DRAWN_FORMS"];

it.skipIf(drawn === undefined)("says the same of forms that nobody has seen", { timeout: 600_000 }, () => {
  compare(JSON.parse(readFileSync(drawn ?? "", "utf8")) as Case[]);
});

describe("the logic of forms", () => {
  const cases = load("form_logic") as readonly Case[];

  it("says of every case what the server says", () => {
    expect(cases.length).toBeGreaterThanOrEqual(300);
    compare(cases);
  });
});
