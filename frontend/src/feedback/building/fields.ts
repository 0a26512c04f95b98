/** Fields of the builder: what is typed becomes the next draft at once. */

import { button, element, iconButton } from "../../threads/dom";
import { directionOfLanguage, put } from "../fill";
import { type Choice, type Definition, type QuestionItem, type Text } from "../logic";
import { freshChoice, withWords } from "./draft";
import { nameOf } from "./mending";
import { type BuilderWords } from "./words";

/** What the editors are given. */
export interface Desk {
  readonly words: BuilderWords;
  readonly draft: Definition;
  /** The language beside the first one; undefined shows the first alone. */
  readonly other: string | undefined;
  /** Codes of the languages that are offered by name. */
  readonly offered: readonly string[];
  /** Takes the next draft. Letters of one field are one act; `redraw` shows the editor anew. */
  take(next: Definition, name?: string, redraw?: boolean): void;
}

let fields = 0;

export function fresh(): string {
  fields += 1;
  return `b-${fields}`;
}

export function labelled(label: string, field: HTMLElement, hint = ""): HTMLElement {
  const id = field.id === "" ? fresh() : field.id;
  field.id = id;
  const title = element("label", "form-label", label);
  title.htmlFor = id;
  const parts: Node[] = [title];
  if (hint !== "") {
    const below = element("div", "form-hint", hint);
    below.id = `${id}-hint`;
    field.setAttribute("aria-describedby", below.id);
    parts.push(below);
  }
  return element("div", "field", ...parts, field);
}

export function group(legend: string, ...parts: readonly Node[]): HTMLFieldSetElement {
  return element("fieldset", "build-group", element("legend", "form-label", legend), ...parts);
}

export function line(value: string, changed: (value: string) => void, limit = 5_000): HTMLInputElement {
  const made = element("input", "form-control");
  made.type = "text";
  made.value = value;
  made.maxLength = limit;
  made.autocomplete = "off";
  made.addEventListener("input", () => {
    changed(made.value);
  });
  return made;
}

export function whole(value: number | null, low: number, high: number, changed: (value: number | null) => void): HTMLInputElement {
  const made = line(value === null ? "" : String(value), (typed) => {
    const number = Number(typed);
    if (typed === "") changed(null);
    else if (Number.isInteger(number) && number >= low && number <= high) changed(number);
  });
  made.type = "number";
  made.inputMode = "numeric";
  made.min = String(low);
  made.max = String(high);
  return made;
}

export function tick(label: string, on: boolean, changed: (on: boolean) => void, hint = ""): HTMLElement {
  const made = element("input", "form-check-input");
  made.type = "checkbox";
  made.checked = on;
  made.id = fresh();
  made.addEventListener("change", () => {
    changed(made.checked);
  });
  const name = element("label", "form-check-label", label);
  name.htmlFor = made.id;
  return element("div", "form-check", made, name, ...(hint === "" ? [] : [element("div", "form-hint", hint)]));
}

export function choose(options: readonly (readonly [string, string])[], value: string, changed: (value: string) => void): HTMLSelectElement {
  const made = element("select", "form-select");
  for (const [name, label] of options) {
    const option = element("option", "", label);
    option.value = name;
    option.selected = name === value;
    made.append(option);
  }
  made.addEventListener("change", () => {
    changed(made.value);
  });
  return made;
}

/** A text in the first language and, side by side, in the other one that is being translated. */
export function wordsField(desk: Desk, label: string, text: Text, name: string, changed: (text: Text) => Definition, options: { long?: boolean; pipes?: readonly QuestionItem[]; hint?: string } = {}): HTMLElement {
  const { words, draft } = desk;
  const [source = ""] = draft.languages;
  // Both fields change the same text, each from what the other has made of it.
  let now = text;
  const one = (language: string): HTMLElement => {
    // A question may be long and its field narrow, with another language beside it: it grows, and stays one line of text.
    const isLong = options.long === true;
    const field = element("textarea", isLong ? "form-control" : "form-control build-line");
    field.value = text[language] ?? "";
    field.lang = language;
    field.dir = directionOfLanguage(language);
    field.maxLength = 5_000;
    field.rows = isLong ? 3 : 1;
    if (!isLong) {
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
    }
    const take = (): void => {
      if (!isLong && /[\r\n]/.test(field.value)) field.value = field.value.replace(/\s*[\r\n]+\s*/g, " ");
      now = withWords(now, language, field.value);
      desk.take(changed(now), `${name} ${language}`);
    };
    field.addEventListener("input", take);
    const title = draft.languages.length > 1 ? `${label} (${languageName(language)})` : label;
    const box = labelled(title, field, options.hint ?? "");
    const pipes = options.pipes ?? [];
    if (pipes.length > 0) {
      const list: readonly (readonly [string, string])[] = [["", words.insertAnswer], ...pipes.map((item) => [item.id, nameOf(draft, item.id)] as const)];
      const insert = choose(list, "", (id) => {
        if (id === "") return;
        field.setRangeText(`{${id}}`, field.selectionStart, field.selectionEnd, "end");
        insert.value = "";
        take();
        field.focus();
      });
      insert.classList.add("build-insert");
      insert.setAttribute("aria-label", `${words.insertAnswer}: ${label}`);
      box.append(insert);
    }
    return box;
  };
  const languages = desk.other === undefined || desk.other === source ? [source] : [source, desk.other];
  return element("div", languages.length > 1 ? "build-pair" : "", ...languages.map(one));
}

/** A list of choices, rows or columns with their words; `each` names one of them by its {number}. */
export function choicesField(desk: Desk, legend: string, each: string, add: string, list: readonly Choice[], letter: string, limit: number, changed: (list: readonly Choice[]) => Definition): HTMLElement {
  const { words } = desk;
  let now = list;
  const rows = list.map((choice, at) => {
    const name = put(each, { number: at + 1 });
    const text = wordsField(desk, name, choice.label, `${letter}${choice.id}`, (label) => {
      now = now.map((one) => (one.id === choice.id ? { ...one, label } : one));
      return changed(now);
    });
    const move = (by: -1 | 1): void => {
      const other = now[at + by];
      if (other === undefined) return;
      const next = [...now];
      next[at] = other;
      next[at + by] = now[at] ?? choice;
      desk.take(changed(next), undefined, true);
    };
    const up = iconButton("chevron-up", put(words.moveUp, { name }), () => {
      move(-1);
    });
    const down = iconButton("chevron-down", put(words.moveDown, { name }), () => {
      move(1);
    });
    up.disabled = at === 0;
    down.disabled = at === list.length - 1;
    const out = iconButton("x", put(words.remove, { name }), () => {
      desk.take(changed(now.filter((one) => one.id !== choice.id)), undefined, true);
    });
    return element("div", "build-choice", text, element("div", "build-choice-acts", up, down, out));
  });
  const more = button(add, () => {
    desk.take(changed([...now, freshChoice(now, letter)]), undefined, true);
  });
  more.disabled = list.length >= limit;
  return group(legend, ...rows, more);
}

/** What a language calls itself. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
