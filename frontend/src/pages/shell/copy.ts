/** A button beside a text that is shown once and has to be taken elsewhere. Without scripts it is selected by hand. */

/** Shows the button of each `[data-copy]` (it holds the input's id) where the browser can copy. */
export function offerCopies(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    const input = document.getElementById(button.dataset["copy"] ?? "");
    if (!(input instanceof HTMLInputElement) || !("clipboard" in navigator)) continue;
    const words = button.querySelector<HTMLElement>("[data-copy-words]");
    button.hidden = false;
    button.addEventListener("click", () => {
      input.select();
      void navigator.clipboard.writeText(input.value).then(() => {
        if (words !== null) words.textContent = button.dataset["copied"] ?? "";
      });
    });
  }
}
