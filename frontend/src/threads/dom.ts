/** Finding and making parts of the page. Text goes in as text only: pages with keys allow no markup. */

import { icon } from "../theme/icon";
import { unforced } from "./bidi";

/** The element, which the template promises. */
export function part<T extends HTMLElement>(
  root: ParentNode,
  selector: string,
  kind: new () => T,
): T {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page lacks ${selector}.`);
  return found;
}

/** A new element with a class and what is in it. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  made.append(...children);
  return made;
}

/** The same for what a person wrote: its direction follows its first strong letter. */
export function written<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text: string,
): HTMLElementTagNameMap[Name] {
  const made = element(name, className, unforced(text));
  made.dir = "auto";
  return made;
}

export function button(label: string, act: () => void): HTMLButtonElement {
  const made = element("button", "btn btn-sm", label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** A time for eyes and machines. */
export function time(millis: number, text: string): HTMLTimeElement {
  const made = element("time", "", text);
  // A clock may be set to anything; a date beyond the calendar has no machine form.
  const at = new Date(millis);
  if (!Number.isNaN(at.getTime())) made.dateTime = at.toISOString();
  return made;
}

/** A button that shows an icon and is called `label`. */
export function iconButton(name: string, label: string, act: () => void): HTMLButtonElement {
  const made = element("button", "icon-button", icon(name));
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}
