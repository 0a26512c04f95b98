/** Reads the translated words that a template left for a script (`{% words "id" name=text %}`). */

/**
 * Return the words of the page's catalogue `id`. Throws at once when the catalogue or one of the
 * names is missing, so that a page never shows an empty label.
 */
export function words<Name extends string>(
  id: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const catalogue = document.getElementById(id)?.textContent;
  if (catalogue === undefined) {
    throw new Error(`The page has no catalogue ${id}.`);
  }
  const found = JSON.parse(catalogue) as Partial<Record<string, unknown>>;
  const chosen: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const text = found[name];
    if (typeof text !== "string" || text === "") {
      throw new Error(`The catalogue ${id} has no word for ${name}.`);
    }
    chosen[name] = text;
  }
  return chosen as Record<Name, string>;
}

/** Put values into a sentence: `fill("{done} of {total}", { done: 3, total: 9 })`. */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}
