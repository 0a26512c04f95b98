/**
 * Reading a definition: its shape and its bounds, nothing about whether it makes sense (findBroken says that).
 *
 * Strict, as the server is: an unknown field is refused, so that nobody is shown less than was signed.
 */

import {
  type Choice,
  type Comparison,
  type Condition,
  type Constraint,
  type Definition,
  type Item,
  ITEM_TYPES,
  type ItemType,
  type Op,
  type Quota,
  type Step,
  type Text,
  type Value,
} from "./definition";

export const LIMITS = {
  bytes: 256 * 1024,
  items: 200,
  steps: 50,
  languages: 20,
  text: 5_000,
  choices: 100,
  rows: 30,
  columns: 10,
  depth: 8,
  nodes: 200,
  quotas: 50,
} as const;

const ID = /^[a-z][a-z0-9_]{0,31}$/;
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/;
export const DECIMAL = /^-?(0|[1-9]\d{0,14})(\.\d{0,5}[1-9])?$/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const OPS: readonly string[] = ["answered", "equals", "includes", "first", "gt", "ge", "lt", "le"];

/** What doesn't fit, and where, as a path. */
export class DefinitionError extends Error {
  constructor(
    readonly code: "json" | "too_large" | "shape" | "unknown_field" | "bounds" | "duplicate",
    readonly place: string,
  ) {
    super(`${code} at ${place}`);
  }
}

type Raw = Readonly<Record<string, unknown>>;

/** The definition in these exact words. Raises DefinitionError. */
export function readDefinition(json: string): Definition {
  if (new TextEncoder().encode(json).length > LIMITS.bytes) throw new DefinitionError("too_large", "");
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    throw new DefinitionError("json", "");
  }
  const found = map(raw, "", ["format", "languages", "title", "intro", "thanks", "steps", "quotas"]);
  if (found["format"] !== 1) throw new DefinitionError("shape", "format");
  const languages = list(found["languages"], "languages", 1, LIMITS.languages).map((one, at) => {
    if (typeof one !== "string" || !LANGUAGE.test(one)) throw new DefinitionError("shape", `languages.${at}`);
    return one;
  });
  different(languages, "languages");
  const texts = new Texts(languages);
  const steps = list(found["steps"], "steps", 0, LIMITS.steps).map((one, at) => readStep(one, `steps.${at}`, texts));
  different([...steps.map((step) => step.id), ...steps.flatMap((step) => step.items.map((item) => item.id))], "steps");
  if (steps.reduce((sum, step) => sum + step.items.length, 0) > LIMITS.items) {
    throw new DefinitionError("bounds", "steps");
  }
  return {
    format: 1,
    languages,
    title: texts.read(found["title"], "title"),
    intro: texts.read(found["intro"], "intro"),
    thanks: texts.read(found["thanks"], "thanks"),
    steps,
    quotas: list(found["quotas"] ?? [], "quotas", 0, LIMITS.quotas).map((one, at) => readQuota(one, `quotas.${at}`)),
  };
}

class Texts {
  constructor(private readonly languages: readonly string[]) {}

  read(value: unknown, place: string): Text {
    const found = map(value ?? {}, place, this.languages);
    for (const [language, words] of Object.entries(found)) {
      if (typeof words !== "string" || !isPlain(words)) throw new DefinitionError("shape", `${place}.${language}`);
      if (count(words) > LIMITS.text) throw new DefinitionError("bounds", `${place}.${language}`);
    }
    return found as Text;
  }
}

function readStep(value: unknown, place: string, texts: Texts): Step {
  const found = map(value, place, ["id", "title", "visible", "items"]);
  return {
    id: id(found["id"], `${place}.id`),
    title: texts.read(found["title"], `${place}.title`),
    visible: optionalCondition(found["visible"], `${place}.visible`),
    items: list(found["items"], `${place}.items`, 0, LIMITS.items).map((one, at) => readItem(one, `${place}.items.${at}`, texts)),
  };
}

const SHARED = ["id", "type", "label", "hint", "visible"];
const ASKED = ["required", "sealed", "constraint", "default"];
const OWN: Readonly<Record<ItemType, readonly string[]>> = {
  short_text: ["max_length"],
  long_text: ["max_length"],
  number: ["integer", "min", "max", "unit"],
  date: ["min", "max"],
  single_choice: ["choices", "other"],
  multiple_choice: ["choices", "other", "min", "max"],
  rating: ["scale", "low", "high"],
  likert: ["rows", "columns"],
  ranking: ["choices"],
  yes_no: [],
  file: ["max_files"],
  section: [],
};

function readItem(value: unknown, place: string, texts: Texts): Item {
  const type = isMap(value) ? value["type"] : undefined;
  if (typeof type !== "string" || !(ITEM_TYPES as readonly string[]).includes(type)) {
    throw new DefinitionError("shape", `${place}.type`);
  }
  const kind = type as ItemType;
  const found = map(value, place, [...SHARED, ...(kind === "section" ? [] : ASKED), ...OWN[kind]]);
  const base = {
    id: id(found["id"], `${place}.id`),
    label: texts.read(found["label"], `${place}.label`),
    hint: texts.read(found["hint"], `${place}.hint`),
    visible: optionalCondition(found["visible"], `${place}.visible`),
  };
  if (kind === "section") return { ...base, type: kind };
  const asked = {
    ...base,
    required: flag(found["required"] ?? false, `${place}.required`),
    // Whether an answer is sealed is never left to a default.
    sealed: flag(found["sealed"], `${place}.sealed`),
    constraint: readConstraint(found["constraint"], `${place}.constraint`, texts),
    default: (found["default"] ?? null) as Value | null,
  };
  const choices = (name: string, most: number): readonly Choice[] => readChoices(found[name], `${place}.${name}`, texts, most);
  switch (kind) {
    case "short_text":
      return { ...asked, type: kind, max_length: whole(found["max_length"], `${place}.max_length`, 1, 500) };
    case "long_text":
      return { ...asked, type: kind, max_length: whole(found["max_length"], `${place}.max_length`, 1, 10_000) };
    case "number":
      return {
        ...asked,
        type: kind,
        integer: flag(found["integer"] ?? false, `${place}.integer`),
        min: matching(found["min"], `${place}.min`, DECIMAL),
        max: matching(found["max"], `${place}.max`, DECIMAL),
        unit: texts.read(found["unit"], `${place}.unit`),
      };
    case "date":
      return { ...asked, type: kind, min: day(found["min"], `${place}.min`), max: day(found["max"], `${place}.max`) };
    case "single_choice":
      return { ...asked, type: kind, choices: choices("choices", LIMITS.choices), other: flag(found["other"] ?? false, `${place}.other`) };
    case "multiple_choice":
      return {
        ...asked,
        type: kind,
        choices: choices("choices", LIMITS.choices),
        other: flag(found["other"] ?? false, `${place}.other`),
        min: optionalWhole(found["min"], `${place}.min`, LIMITS.choices),
        max: optionalWhole(found["max"], `${place}.max`, LIMITS.choices),
      };
    case "rating":
      return {
        ...asked,
        type: kind,
        scale: whole(found["scale"], `${place}.scale`, 2, 10),
        low: texts.read(found["low"], `${place}.low`),
        high: texts.read(found["high"], `${place}.high`),
      };
    case "likert":
      return { ...asked, type: kind, rows: choices("rows", LIMITS.rows), columns: choices("columns", LIMITS.columns) };
    case "ranking":
      return { ...asked, type: kind, choices: choices("choices", LIMITS.rows) };
    case "yes_no":
      return { ...asked, type: kind };
    case "file":
      return { ...asked, type: kind, max_files: whole(found["max_files"], `${place}.max_files`, 1, 5) };
  }
}

function readChoices(value: unknown, place: string, texts: Texts, most: number): readonly Choice[] {
  const choices = list(value, place, 0, most).map((one, at) => {
    const found = map(one, `${place}.${at}`, ["id", "label"]);
    const name = id(found["id"], `${place}.${at}.id`);
    // "other" stands for a text of one's own.
    if (name === "other") throw new DefinitionError("shape", `${place}.${at}.id`);
    return { id: name, label: texts.read(found["label"], `${place}.${at}.label`) };
  });
  different(choices.map((choice) => choice.id), place);
  return choices;
}

function readConstraint(value: unknown, place: string, texts: Texts): Constraint | null {
  if (value === undefined || value === null) return null;
  const found = map(value, place, ["condition", "message"]);
  return {
    condition: readCondition(found["condition"], `${place}.condition`),
    message: texts.read(found["message"], `${place}.message`),
  };
}

function readQuota(value: unknown, place: string): Quota {
  const found = map(value, place, ["condition", "limit"]);
  return {
    condition: readCondition(found["condition"], `${place}.condition`),
    limit: whole(found["limit"], `${place}.limit`, 1, 1_000_000),
  };
}

function optionalCondition(value: unknown, place: string): Condition | null {
  return value === undefined || value === null ? null : readCondition(value, place);
}

/** Raises DefinitionError. */
export function readCondition(value: unknown, place: string): Condition {
  let nodes = 0;
  const read = (one: unknown, at: string, depth: number): Condition => {
    nodes += 1;
    if (depth > LIMITS.depth || nodes > LIMITS.nodes) throw new DefinitionError("bounds", at);
    if (isMap(one) && "question" in one) return readComparison(one, at);
    const found = map(one, at, ["all", "any", "not"]);
    const [name, ...more] = Object.keys(found);
    if (name === undefined || more.length > 0) throw new DefinitionError("shape", at);
    if (name === "not") return { not: read(found["not"], `${at}.not`, depth + 1) };
    const parts = list(found[name], `${at}.${name}`, 1, LIMITS.nodes).map((part, number) => read(part, `${at}.${name}.${number}`, depth + 1));
    return name === "all" ? { all: parts } : { any: parts };
  };
  return read(value, place, 1);
}

function readComparison(value: Raw, place: string): Comparison {
  const found = map(value, place, ["question", "op", "value", "row"]);
  const op = found["op"];
  if (typeof op !== "string" || !OPS.includes(op)) throw new DefinitionError("shape", `${place}.op`);
  const target = found["value"];
  const fits =
    target === undefined ||
    typeof target === "boolean" ||
    (typeof target === "string" && isPlain(target) && count(target) <= 500) ||
    (typeof target === "number" && Number.isSafeInteger(target));
  if (!fits) throw new DefinitionError("shape", `${place}.value`);
  if ((target === undefined) !== (op === "answered")) throw new DefinitionError("shape", `${place}.value`);
  return {
    question: id(found["question"], `${place}.question`),
    op: op as Op,
    ...(target === undefined ? {} : { value: target }),
    ...(found["row"] === undefined ? {} : { row: id(found["row"], `${place}.row`) }),
  };
}

/** Neither NUL, which the database can't hold, nor half a character. */
export function isPlain(text: string): boolean {
  return !text.includes("\0") && !LONE_SURROGATE.test(text);
}

/** No words: nothing but the blanks that both sides of the logic know (trim and strip differ at the edges). */
export function isBlank(text: string): boolean {
  return /^[ \t\n\r\v\f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*$/u.test(text);
}

/** In characters, as the server counts them. */
export function count(text: string): number {
  return Array.from(text).length;
}

/** Whether it is a day that there is. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith("0000")) return false;
  const moment = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 10) === text;
}

export function isMap(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The parts of a value that has any; of everything else none. */
export function parts(value: unknown): Raw {
  return isMap(value) ? value : {};
}

function map(value: unknown, place: string, known: readonly string[]): Raw {
  if (!isMap(value)) throw new DefinitionError("shape", place);
  const strange = Object.keys(value).find((key) => !known.includes(key));
  if (strange !== undefined) throw new DefinitionError("unknown_field", place);
  return value;
}

function list(value: unknown, place: string, low: number, high: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new DefinitionError("shape", place);
  if (value.length < low || value.length > high) throw new DefinitionError("bounds", place);
  return value as readonly unknown[];
}

function id(value: unknown, place: string): string {
  if (typeof value !== "string" || !ID.test(value)) throw new DefinitionError("shape", place);
  return value;
}

function flag(value: unknown, place: string): boolean {
  if (typeof value !== "boolean") throw new DefinitionError("shape", place);
  return value;
}

function whole(value: unknown, place: string, low: number, high: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) throw new DefinitionError("shape", place);
  if (value < low || value > high) throw new DefinitionError("bounds", place);
  return value;
}

function optionalWhole(value: unknown, place: string, high: number): number | null {
  return value === undefined || value === null ? null : whole(value, place, 0, high);
}

function matching(value: unknown, place: string, pattern: RegExp): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || !pattern.test(value)) throw new DefinitionError("shape", place);
  return value;
}

function day(value: unknown, place: string): string | null {
  if (value === undefined || value === null || value === "today") return (value as string | undefined) ?? null;
  if (typeof value !== "string" || !isDay(value)) throw new DefinitionError("shape", place);
  return value;
}

function different(names: readonly string[], place: string): void {
  if (new Set(names).size !== names.length) throw new DefinitionError("duplicate", place);
}
