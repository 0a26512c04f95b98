/** "Lock now" in the person's menu, from any page. The keys' code is loaded when it is wanted. */

import { announce } from "./announce";

/** Shows each `[data-lock-now]`, whose `data-locked` is what is said where the page goes on without keys. */
export function offerLocking(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-lock-now]")) {
    const item = button.closest("li");
    if (item !== null) item.hidden = false;
    button.addEventListener("click", () => {
      void lockHere(button);
    });
  }
}

async function lockHere(button: HTMLButtonElement): Promise<void> {
  const { lock } = await import("../../keys/lock");
  if (await lock()) return;
  button.closest("details")?.removeAttribute("open");
  announce("good", button.dataset["locked"] ?? "");
}
