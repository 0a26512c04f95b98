/** The import's columns: a value input stands beside a source only when the source needs one. */

const NEEDS_VALUE = new Set(["constant", "pattern", "words"]);

/** What a source choice is: `column:3` is a column. */
export function howOf(choice: string): string {
  return choice.split(":", 1)[0] ?? "";
}

/** True when the value beside the source counts. Languages may add some at the end of any source. */
export function needsValue(target: string, how: string): boolean {
  return NEEDS_VALUE.has(how) || (target === "languages" && how !== "none");
}

export function valueBesideSource(form: HTMLFormElement): void {
  const show = (): void => {
    for (const line of form.querySelectorAll<HTMLElement>("[data-line]")) {
      const source = line.querySelector<HTMLSelectElement>("select[name$=_source]");
      const value = line.querySelector<HTMLElement>("[data-value]");
      if (source === null || value === null) {
        continue;
      }
      const target = source.name.replace(/_source$/, "");
      value.hidden = !needsValue(target, howOf(source.value));
      if (target === "kind") {
        const words = form.querySelector<HTMLElement>("[data-kind-words]");
        if (words !== null) {
          words.hidden = howOf(source.value) !== "words";
        }
      }
    }
  };
  form.addEventListener("change", show);
  show();
}
