/** The editor of one question, or of the text between questions. */

import { element } from "../../threads/dom";
import { DECIMAL, type Definition, isDay, isQuestion, type Item, ITEM_TYPES, type ItemType, LIMITS, type QuestionItem, type Text } from "../logic";
import { conditionField } from "./conditions";
import { earlierThan, withItem, withType } from "./draft";
import { choicesField, choose, type Desk, group, labelled, line, tick, whole, wordsField } from "./fields";
import { type BuilderWords } from "./words";

export function typeName(words: BuilderWords, type: ItemType): string {
  const names: Readonly<Record<ItemType, string>> = {
    short_text: words.typeShort,
    long_text: words.typeLong,
    number: words.typeNumber,
    date: words.typeDate,
    single_choice: words.typeSingle,
    multiple_choice: words.typeMultiple,
    rating: words.typeRating,
    likert: words.typeLikert,
    ranking: words.typeRanking,
    yes_no: words.typeYesNo,
    file: words.typeFile,
    section: words.typeSection,
  };
  return names[type];
}

/** Draws the editor of an item; every change is the next draft. */
export function itemEditor(desk: Desk, item: Item): HTMLElement {
  const { words, draft } = desk;
  const pipes = earlierThan(draft, item.id);
  // Each field changes the item as the other fields have left it.
  let now: Item = item;
  const put = (changes: Partial<QuestionItem>): Definition => {
    now = { ...now, ...changes } as Item;
    return withItem(desk.draft, now);
  };
  const text = (name: "label" | "hint", label: string, long = false): HTMLElement =>
    wordsField(desk, label, item[name], `${item.id} ${name}`, (next) => put({ [name]: next }), { pipes, long });
  const parts: Node[] = [
    labelled(words.type, choose(ITEM_TYPES.map((type) => [type, typeName(words, type)] as const), item.type, (type) => {
      desk.take(withType(desk.draft, item.id, type as ItemType), undefined, true);
    })),
    text("label", item.type === "section" ? words.sectionText : words.label, item.type === "section"),
    text("hint", words.hint),
  ];
  if (isQuestion(item)) {
    parts.push(padlock(desk, item, put), tick(words.required, item.required, (on) => {
      desk.take(put({ required: on }));
    }));
    parts.push(...ownParts(desk, item, put));
    const fallback = defaultField(desk, item, put);
    if (fallback !== undefined) parts.push(fallback);
  }
  parts.push(
    conditionField(desk, words.visible, words.addCondition, words.always, item.visible, pipes, (visible) => {
      desk.take(put({ visible }), undefined, true);
    }),
  );
  if (isQuestion(item) && item.type !== "file") parts.push(constraintField(desk, item, put));
  return element("div", "build-editor", ...parts);
}

type Put = (changes: Partial<QuestionItem>) => Definition;

function padlock(desk: Desk, item: QuestionItem, put: Put): HTMLElement {
  const { words } = desk;
  if (item.type === "file") return element("p", "form-hint", words.fileSealed);
  const one = (sealed: boolean, label: string, hint: string): HTMLElement => {
    const radio = element("input", "form-check-input");
    radio.type = "radio";
    radio.name = `sealed-${item.id}`;
    radio.checked = item.sealed === sealed;
    radio.id = `sealed-${item.id}-${String(sealed)}`;
    radio.addEventListener("change", () => {
      desk.take(put({ sealed }), undefined, true);
    });
    const name = element("label", "form-check-label", label);
    name.htmlFor = radio.id;
    return element("div", "form-check", radio, name, element("div", "form-hint", hint));
  };
  return group(words.padlock, one(true, words.sealed, words.sealedHint), one(false, words.open, words.openHint));
}

function ownParts(desk: Desk, item: QuestionItem, put: Put): readonly Node[] {
  const { words } = desk;
  const text = (name: string, label: string, value: Text): HTMLElement =>
    wordsField(desk, label, value, `${item.id} ${name}`, (next) => put({ [name]: next }));
  const number = (name: string, label: string, value: number | null, low: number, high: number, empty = true): HTMLElement =>
    labelled(label, whole(value, low, high, (next) => {
      if (next !== null || empty) desk.take(put({ [name]: next }), `${item.id} ${name}`);
    }));
  const bound = (name: "min" | "max", label: string, value: string | null, good: (typed: string) => boolean, hint = ""): HTMLElement =>
    labelled(label, line(value ?? "", (typed) => {
      if (typed === "") desk.take(put({ [name]: null }), `${item.id} ${name}`);
      else if (good(typed)) desk.take(put({ [name]: typed }), `${item.id} ${name}`);
    }, 30), hint);
  switch (item.type) {
    case "short_text":
      return [number("max_length", words.maxLength, item.max_length, 1, 500, false)];
    case "long_text":
      return [number("max_length", words.maxLength, item.max_length, 1, 10_000, false)];
    case "number": {
      const decimal = (typed: string): boolean => DECIMAL.test(typed);
      return [
        tick(words.whole, item.integer, (integer) => {
          desk.take(put({ integer }));
        }),
        bound("min", words.least, item.min, decimal),
        bound("max", words.most, item.max, decimal),
        text("unit", words.unit, item.unit),
      ];
    }
    case "date": {
      const day = (typed: string): boolean => typed === "today" || isDay(typed);
      return [bound("min", words.earliest, item.min, day, words.dayOrToday), bound("max", words.latest, item.max, day, words.dayOrToday)];
    }
    case "single_choice":
    case "multiple_choice":
      return [
        choicesField(desk, words.choices, words.choiceNumber, words.addChoice, item.choices, "c", LIMITS.choices, (choices) => put({ choices })),
        tick(words.otherAllowed, item.other, (other) => {
          desk.take(put({ other }));
        }),
        ...(item.type === "multiple_choice"
          ? [number("min", words.fewest, item.min, 0, LIMITS.choices), number("max", words.mostChoices, item.max, 0, LIMITS.choices)]
          : []),
      ];
    case "rating":
      return [number("scale", words.scale, item.scale, 2, 10, false), text("low", words.low, item.low), text("high", words.high, item.high)];
    case "likert":
      return [
        choicesField(desk, words.rows, words.rowNumber, words.addRow, item.rows, "r", LIMITS.rows, (rows) => put({ rows })),
        choicesField(desk, words.columns, words.columnNumber, words.addColumn, item.columns, "c", LIMITS.columns, (columns) => put({ columns })),
      ];
    case "ranking":
      return [choicesField(desk, words.choices, words.choiceNumber, words.addChoice, item.choices, "c", LIMITS.rows, (choices) => put({ choices }))];
    case "yes_no":
      return [];
    case "file":
      return [number("max_files", words.maxFiles, item.max_files, 1, 5, false)];
  }
}

/** What stands in the field when the person comes to it; only where that is one plain value. */
function defaultField(desk: Desk, item: QuestionItem, put: Put): HTMLElement | undefined {
  const { words, draft } = desk;
  const label = (list: readonly { readonly id: string; readonly label: Text }[]): readonly (readonly [string, string])[] =>
    [["", words.noDefault], ...list.map((one) => [one.id, one.label[draft.languages[0] ?? ""] ?? one.id] as const)];
  switch (item.type) {
    case "short_text":
    case "long_text":
    case "number":
    case "date":
      return labelled(words.default, line(typeof item.default === "string" ? item.default : "", (typed) => {
        desk.take(put({ default: typed === "" ? null : typed }), `${item.id} default`);
      }, 500), item.type === "date" ? words.dayOrToday : words.defaultHint);
    case "yes_no": {
      const chosen = typeof item.default === "boolean" ? String(item.default) : "";
      return labelled(words.default, choose([["", words.noDefault], ["true", words.yes], ["false", words.no]], chosen, (value) => {
        desk.take(put({ default: value === "" ? null : value === "true" }));
      }));
    }
    case "single_choice": {
      const given = item.default;
      const chosen = item.choices.find((one) => typeof given === "object" && given !== null && "choice" in given && given.choice === one.id);
      return labelled(words.default, choose(label(item.choices), chosen?.id ?? "", (value) => {
        desk.take(put({ default: value === "" ? null : { choice: value } }));
      }));
    }
    case "rating":
      return labelled(words.default, whole(typeof item.default === "number" ? item.default : null, 1, item.scale, (value) => {
        desk.take(put({ default: value }), `${item.id} default`);
      }));
    case "multiple_choice":
    case "likert":
    case "ranking":
    case "file":
      return undefined;
  }
}

function constraintField(desk: Desk, item: QuestionItem, put: Put): HTMLElement {
  const { words, draft } = desk;
  const questions = [...earlierThan(draft, item.id), item];
  const field = conditionField(desk, words.constraint, words.addCondition, words.noConstraint, item.constraint?.condition ?? null, [item, ...questions.slice(0, -1)], (condition) => {
    const constraint = condition === null ? null : { condition, message: item.constraint?.message ?? {} };
    desk.take(put({ constraint }), undefined, true);
  });
  const { constraint } = item;
  if (constraint !== null) {
    let now = constraint;
    field.append(
      wordsField(desk, words.message, constraint.message, `${item.id} message`, (message) => {
        now = { ...now, message };
        return put({ constraint: now });
      }, { pipes: questions }),
    );
  }
  return field;
}
