/** Shows the inputs of the chosen change (`data-part` names the change they belong to). */
export function onlyChosenParts(form: HTMLFormElement): void {
  const chooser = form.querySelector<HTMLSelectElement>('select[name="field"]');
  if (chooser === null) {
    return;
  }
  const show = (): void => {
    for (const input of form.querySelectorAll<HTMLElement>("[data-part]")) {
      const field = input.closest<HTMLElement>(".field");
      if (field !== null) {
        field.hidden = input.dataset["part"] !== chooser.value;
      }
    }
  };
  chooser.addEventListener("change", show);
  show();
}
