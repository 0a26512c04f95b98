/** Two kindnesses to a form: the summary of errors gets the focus, and a second click sends nothing twice. */

export function focusErrorSummary(root: Document): void {
  root.querySelector<HTMLElement>("[data-error-summary]")?.focus();
}

export function sendOnce(root: Document): void {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) {
      return;
    }
    // A button that shows its answer in a frame leaves the form where it is, to be sent later.
    if (event.submitter?.hasAttribute("formtarget") === true) {
      return;
    }
    if (form.dataset["sent"] === "true") {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "true";
    event.submitter?.setAttribute("aria-busy", "true");
  });

  // A page that comes back from the browser's own cache may send its form again.
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset["sent"];
      form.querySelectorAll("[aria-busy]").forEach((button) => {
        button.removeAttribute("aria-busy");
      });
    }
  });
}
