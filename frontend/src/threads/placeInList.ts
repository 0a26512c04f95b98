/**
 * The focus on a button of somebody in a list that is drawn anew: it stays on that person's button, also while a
 * dialog stands before the page, which else would give it back to a button that is gone.
 */
export class PlaceInList {
  private last: { readonly member: string; readonly at: number } | undefined;

  /** Each item of `list` says whose it is by `data-member`. */
  constructor(private readonly list: HTMLElement) {
    document.addEventListener("focusin", ({ target }) => {
      if (!(target instanceof HTMLElement) || target.closest("dialog") !== null) return;
      this.last = this.of(target);
    });
    // Told by the dialog alone: such an event doesn't bubble.
    document.addEventListener("close", () => {
      window.setTimeout(() => {
        this.giveBack();
      });
    }, true);
  }

  /** Draws the list anew with the focus where it was. */
  keep(draw: () => void): void {
    const had = this.list.contains(document.activeElement);
    const { last } = this;
    draw();
    if (!had) return;
    this.last = last;
    this.giveBack();
  }

  private of(button: HTMLElement): { member: string; at: number } | undefined {
    const item = button.closest<HTMLElement>("[data-member]");
    if (item === null || !this.list.contains(item)) return undefined;
    return { member: item.dataset["member"] ?? "", at: [...item.querySelectorAll("button")].findIndex((one) => one === button) };
  }

  private giveBack(): void {
    const { last } = this;
    if (last === undefined || document.activeElement !== document.body) return;
    const item = this.list.querySelector(`[data-member="${CSS.escape(last.member)}"]`);
    const buttons = [...(item ?? this.list).querySelectorAll("button")];
    (buttons[last.at] ?? buttons.at(-1))?.focus({ preventScroll: true });
  }
}
