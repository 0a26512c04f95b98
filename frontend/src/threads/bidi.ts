/** Direction in what people wrote: which way a text runs, and the marks that turn letters round unseen. */

/**
 * Marks that force or embed a direction. With one of them a name that ends in "exe" is read as ending in "doc".
 * Nobody types them, and no language needs them: what right-to-left writing needs (LRM, RLM, ALM, isolates) stays.
 */
const FORCING = /[\u202A-\u202E]/gu;
const ISOLATES = /[\u2066-\u2069]/gu;

const RIGHT = /^[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** The text with every letter where it was written. */
export function unforced(text: string): string {
  return text.replace(FORCING, "");
}

/** A name inside a sentence, whose direction stays its own (Unicode's first strong isolate). */
export function isolated(name: string): string {
  return `\u2068${unforced(name).replace(ISOLATES, "")}\u2069`;
}

/** Which way the first letter runs; undefined where there is none. */
export function directionOf(text: string): "ltr" | "rtl" | undefined {
  const letter = /\p{L}/u.exec(text)?.[0];
  return letter === undefined ? undefined : RIGHT.test(letter) ? "rtl" : "ltr";
}
