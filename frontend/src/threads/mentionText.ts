/** Whom a text names. */

import { MENTIONS_LIMIT } from "../wire/body";

export interface Person {
  readonly member: string;
  readonly name: string;
}

/** The members whose name stands in the text after an @. */
export function mentionsIn(text: string, people: readonly Person[]): readonly string[] {
  // The longest name first, and each place counts once: "@Anna Berg" does not name Anna too.
  let rest = text;
  const found: string[] = [];
  const longest = people.toSorted((left, right) => right.name.length - left.name.length);
  for (const { member, name } of longest) {
    if (name === "" || !rest.includes(`@${name}`)) continue;
    found.push(member);
    rest = rest.replaceAll(`@${name}`, " ");
  }
  return found.slice(0, MENTIONS_LIMIT);
}
