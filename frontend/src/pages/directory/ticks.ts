/** Ticking stakeholders: all of the page at once, and how many are ticked on the button. */
export function ticking(root: Document): void {
  const all = root.querySelector<HTMLInputElement>("input[data-tick-all]");
  const button = root.querySelector<HTMLButtonElement>("button[data-ticked]");
  const form = button?.form;
  if (all === null || button === null || form === null || form === undefined) {
    return;
  }
  const boxes = [...form.querySelectorAll<HTMLInputElement>('input[name="ids"]')];
  const words = button.lastChild;
  const plain = words?.textContent ?? "";
  const show = (): void => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length && ticked > 0;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
    button.disabled = ticked === 0;
    if (words !== null) {
      words.textContent = ticked === 0 ? plain : `${plain} (${new Intl.NumberFormat().format(ticked)})`;
    }
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    show();
  });
  form.addEventListener("change", show);
  show();
}
