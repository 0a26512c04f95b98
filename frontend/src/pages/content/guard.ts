/** Asks before a page with unsaved words is left (`<form data-guard>`). */

function written(form: HTMLFormElement): string {
  const fields = [...new FormData(form).entries()].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(fields.map(([name, value]) => [name, typeof value === "string" ? value : value.name]));
}

export function guardUnsavedWords(root: Document): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-guard]")) {
    // What a refused form brings back was never saved.
    const before = form.querySelector("[data-error-summary]") === null ? written(form) : "";
    let leaving = false;
    form.addEventListener("submit", (event) => {
      leaving = event.submitter?.hasAttribute("formtarget") !== true;
    });
    window.addEventListener("pageshow", () => {
      leaving = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (!leaving && written(form) !== before) {
        event.preventDefault();
      }
    });
  }
}
