/** The button that has nothing of a conversation told outside of its page, or has it told again. */

import { part } from "./dom";
import { type Telling } from "./telling";
import { type Words } from "./words";

export function offerMuting(thread: string, telling: Telling, words: Words): void {
  const press = part(document, "[data-mute]", HTMLButtonElement);
  const label = part(press, "[data-mute-label]", HTMLElement);
  const state = part(document, "[data-muted]", HTMLElement);
  const draw = (): void => {
    const muted = telling.isMuted(thread);
    label.textContent = muted ? words.unmute : words.mute;
    state.textContent = muted ? words.muted : "";
  };
  press.addEventListener("click", () => {
    press.disabled = true;
    telling
      .mute(thread, !telling.isMuted(thread))
      .then(draw, () => {
        state.textContent = words.muteFailed;
      })
      .finally(() => {
        press.disabled = false;
        press.focus();
      });
  });
  press.hidden = false;
  draw();
}
