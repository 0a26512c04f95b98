/** What a question's control is given, and what the page asks of it. */

import { type Item, type QuestionItem, type Text, type Value } from "../logic";
import { type FillWords } from "./words";

export type ItemOf<Type extends Item["type"]> = Extract<Item, { readonly type: Type }>;

/** What a control may do. */
export interface Hand {
  readonly words: FillWords;
  readonly language: string;
  say(text: Text): string;
  value(): Value | undefined;
  /** An answer, or that there is none any more. */
  give(value: Value | undefined): void;
  /** The person has left the control: what is wrong may be said now. */
  left(): void;
  /** Says something to those who don't see the page. */
  announce(sentence: string): void;
}

export interface Control {
  readonly root: HTMLElement;
  /** Gets the focus from the summary of errors. */
  readonly first: HTMLElement;
  /** One field that a label can name; otherwise the control is a group with a legend. */
  readonly field?: HTMLElement;
  /** Shows anew what it shows of the form's texts. */
  refresh?(): void;
}

export function idOf(item: Pick<QuestionItem, "id">, part = ""): string {
  return `q-${item.id}${part === "" ? "" : `-${part}`}`;
}

export function input(type: string, id: string, className: string): HTMLInputElement {
  const made = document.createElement("input");
  made.type = type;
  made.id = id;
  made.className = className;
  made.autocomplete = "off";
  return made;
}
