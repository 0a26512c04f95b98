/** Changing a form's draft: each act gives a new draft, so that every one of them can be taken back. */

import {
  type Choice,
  type Definition,
  type Item,
  type ItemType,
  itemsOf,
  type QuestionItem,
  type Step,
  type Text,
} from "../logic";

/** A form as it begins: one step, nothing asked. */
export function emptyForm(title: string, languages: readonly string[]): Definition {
  const [source = "en"] = languages;
  return {
    format: 1,
    languages: languages.length === 0 ? ["en"] : languages,
    title: { [source]: title },
    intro: {},
    thanks: {},
    steps: [{ id: "s1", title: {}, visible: null, items: [] }],
    quotas: [],
  };
}

/** The next id of a row that nothing in the form has: q1, q2, … */
export function freshId(draft: Definition, letter: "q" | "s"): string {
  const taken = new Set([...draft.steps.map((step) => step.id), ...itemsOf(draft).map((item) => item.id)]);
  let number = 1;
  while (taken.has(`${letter}${number}`)) number += 1;
  return `${letter}${number}`;
}

export function freshChoice(choices: readonly Choice[], letter = "c"): Choice {
  const taken = new Set(choices.map((choice) => choice.id));
  let number = 1;
  while (taken.has(`${letter}${number}`)) number += 1;
  return { id: `${letter}${number}`, label: {} };
}

/** A new question of the type. Sealed unless somebody opens it: what must be counted by the server is the exception. */
export function newItem(id: string, type: ItemType): Item {
  const base = { id, label: {}, hint: {}, visible: null };
  if (type === "section") return { ...base, type };
  const asked = { ...base, required: false, sealed: true, constraint: null, default: null };
  const two = (letter: string): readonly Choice[] => [
    { id: `${letter}1`, label: {} },
    { id: `${letter}2`, label: {} },
  ];
  switch (type) {
    case "short_text":
      return { ...asked, type, max_length: 200 };
    case "long_text":
      return { ...asked, type, max_length: 4_000 };
    case "number":
      return { ...asked, type, integer: false, min: null, max: null, unit: {} };
    case "date":
      return { ...asked, type, min: null, max: null };
    case "single_choice":
      return { ...asked, type, choices: two("c"), other: false };
    case "multiple_choice":
      return { ...asked, type, choices: two("c"), other: false, min: null, max: null };
    case "rating":
      return { ...asked, type, scale: 5, low: {}, high: {} };
    case "likert":
      return { ...asked, type, rows: two("r"), columns: two("c") };
    case "ranking":
      return { ...asked, type, choices: two("c") };
    case "yes_no":
      return { ...asked, type };
    case "file":
      return { ...asked, type, max_files: 3 };
  }
}

export function findItem(draft: Definition, id: string): Item | undefined {
  return itemsOf(draft).find((item) => item.id === id);
}

export function findStep(draft: Definition, id: string): Step | undefined {
  return draft.steps.find((step) => step.id === id);
}

/** The step that holds the item. */
export function stepOf(draft: Definition, item: string): Step | undefined {
  return draft.steps.find((step) => step.items.some((one) => one.id === item));
}

export function withItem(draft: Definition, item: Item): Definition {
  return eachStep(draft, (step) => ({ ...step, items: step.items.map((one) => (one.id === item.id ? item : one)) }));
}

export function withStep(draft: Definition, step: Step): Definition {
  return eachStep(draft, (one) => (one.id === step.id ? step : one));
}

/** At the end of the step, or behind the item `after`. */
export function addItem(draft: Definition, step: string, item: Item, after?: string): Definition {
  return eachStep(draft, (one) => {
    if (one.id !== step) return one;
    const at = one.items.findIndex((other) => other.id === after) + 1;
    const place = at === 0 ? one.items.length : at;
    return { ...one, items: [...one.items.slice(0, place), item, ...one.items.slice(place)] };
  });
}

export function addStep(draft: Definition, after?: string): { readonly draft: Definition; readonly id: string } {
  const id = freshId(draft, "s");
  const at = draft.steps.findIndex((step) => step.id === after) + 1;
  const place = at === 0 ? draft.steps.length : at;
  const step: Step = { id, title: {}, visible: null, items: [] };
  return { id, draft: { ...draft, steps: [...draft.steps.slice(0, place), step, ...draft.steps.slice(place)] } };
}

export function withoutItem(draft: Definition, id: string): Definition {
  return eachStep(draft, (step) => ({ ...step, items: step.items.filter((item) => item.id !== id) }));
}

/** With everything that is asked in it. */
export function withoutStep(draft: Definition, id: string): Definition {
  return { ...draft, steps: draft.steps.filter((step) => step.id !== id) };
}

/** A copy right behind the question, under a new id. */
export function duplicateItem(draft: Definition, id: string): { readonly draft: Definition; readonly id: string } {
  const item = findItem(draft, id);
  const step = stepOf(draft, id);
  if (item === undefined || step === undefined) return { draft, id };
  const name = freshId(draft, "q");
  return { id: name, draft: addItem(draft, step.id, { ...item, id: name }, id) };
}

/** One place up or down; from the end of a step into the next one. */
export function moveItem(draft: Definition, id: string, by: -1 | 1): Definition {
  const at = draft.steps.findIndex((step) => step.items.some((item) => item.id === id));
  const step = draft.steps[at];
  const item = findItem(draft, id);
  if (step === undefined || item === undefined) return draft;
  const place = step.items.findIndex((one) => one.id === id);
  const other = step.items[place + by];
  if (other !== undefined) {
    const items = [...step.items];
    items[place] = other;
    items[place + by] = item;
    return withStep(draft, { ...step, items });
  }
  const neighbour = draft.steps[at + by];
  if (neighbour === undefined) return draft;
  const without = withoutItem(draft, id);
  const items = by < 0 ? [...neighbour.items, item] : [item, ...neighbour.items];
  return withStep(without, { ...neighbour, items });
}

/** To just before the item `before`, or to the end of the step. */
export function placeItem(draft: Definition, id: string, step: string, before?: string): Definition {
  const item = findItem(draft, id);
  if (item === undefined || id === before) return draft;
  return eachStep(withoutItem(draft, id), (one) => {
    if (one.id !== step) return one;
    const at = one.items.findIndex((other) => other.id === before);
    const place = at < 0 ? one.items.length : at;
    return { ...one, items: [...one.items.slice(0, place), item, ...one.items.slice(place)] };
  });
}

export function moveStep(draft: Definition, id: string, by: -1 | 1): Definition {
  const at = draft.steps.findIndex((step) => step.id === id);
  const [step, other] = [draft.steps[at], draft.steps[at + by]];
  if (step === undefined || other === undefined) return draft;
  const steps = [...draft.steps];
  steps[at] = other;
  steps[at + by] = step;
  return { ...draft, steps };
}

/** Questions before this item, which its conditions may speak of; of a step, those before the step. */
export function earlierThan(draft: Definition, id: string): readonly QuestionItem[] {
  const found: QuestionItem[] = [];
  for (const step of draft.steps) {
    if (step.id === id) break;
    for (const item of step.items) {
      if (item.id === id) return found;
      if (item.type !== "section") found.push(item);
    }
  }
  return found;
}

/** Another type under the same id and words; what only the old type had is gone. */
export function withType(draft: Definition, id: string, type: ItemType): Definition {
  const item = findItem(draft, id);
  if (item === undefined || item.type === type) return draft;
  const fresh = newItem(id, type);
  const kept = { label: item.label, hint: item.hint, visible: item.visible };
  if (fresh.type === "section" || item.type === "section") return withItem(draft, { ...fresh, ...kept });
  const choices = "choices" in item && "choices" in fresh ? { choices: item.choices } : {};
  return withItem(draft, { ...fresh, ...kept, ...choices, required: item.required, sealed: type === "file" || item.sealed });
}

/** Words in a language; none at all leave nothing behind. */
export function withWords(text: Text, language: string, words: string): Text {
  const others = Object.fromEntries(Object.entries(text).filter(([name]) => name !== language));
  return words === "" ? others : { ...others, [language]: words };
}

/** The languages of the form; the words of one that is taken out go with it. */
export function withLanguages(draft: Definition, languages: readonly string[]): Definition {
  const prune = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(prune);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    // Only texts have languages for keys; ids are never written like one with a region, and a likert default is no text.
    const isText = entries.length > 0 && entries.every(([key, words]) => draft.languages.includes(key) && typeof words === "string");
    return Object.fromEntries(
      entries.filter(([key]) => !isText || languages.includes(key)).map(([key, inner]) => [key, key === "default" || key === "condition" || key === "visible" ? inner : prune(inner)]),
    );
  };
  return { ...(prune(draft) as Definition), languages };
}

function eachStep(draft: Definition, change: (step: Step) => Step): Definition {
  return { ...draft, steps: draft.steps.map(change) };
}

const DEEPEST = 200;

/** What was done, to take it back and to do it again. */
export class History {
  private readonly past: Definition[] = [];
  private future: Definition[] = [];
  private joining: string | undefined;

  constructor(private current: Definition) {}

  get now(): Definition {
    return this.current;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Takes the next draft. Acts under one name that follow each other, as the letters of a word, are one. */
  take(next: Definition, name?: string): void {
    if (next === this.current) return;
    if (name === undefined || name !== this.joining) {
      this.past.push(this.current);
      if (this.past.length > DEEPEST) this.past.shift();
    }
    this.joining = name;
    this.future = [];
    this.current = next;
  }

  undo(): void {
    const before = this.past.pop();
    if (before === undefined) return;
    this.future.push(this.current);
    this.current = before;
    this.joining = undefined;
  }

  redo(): void {
    const next = this.future.pop();
    if (next === undefined) return;
    this.past.push(this.current);
    this.current = next;
    this.joining = undefined;
  }
}
