/** Makes the names of the variables buttons that write themselves into the text. */

export function insertVariables(root: Document): void {
  const body = root.querySelector<HTMLTextAreaElement>("form#writing textarea[name='body']");
  if (body === null) {
    return;
  }
  for (const name of root.querySelectorAll<HTMLElement>("[data-insert]")) {
    name.setAttribute("role", "button");
    name.tabIndex = 0;
    const insert = (): void => {
      body.focus();
      body.setRangeText(name.dataset["insert"] ?? "", body.selectionStart, body.selectionEnd, "end");
      body.dispatchEvent(new Event("input", { bubbles: true }));
    };
    name.addEventListener("click", insert);
    name.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        insert();
      }
    });
  }
}
