/** Makes the directory's forms show only what matters now. Without it every input is there to be used. */

import { onlyChosenParts } from "./directory/parts";
import { valueBesideSource } from "./directory/mapping";
import { ticking } from "./directory/ticks";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-parts]")) {
  onlyChosenParts(form);
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-mapping]")) {
  valueBesideSource(form);
}
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-audience]")) {
  liveOnly(form);
}
ticking(document);

/** The lists belong to a live audience; one picked by hand has none. */
function liveOnly(form: HTMLFormElement): void {
  const show = (): void => {
    const mode = form.querySelector<HTMLInputElement>('input[name="mode"]:checked');
    for (const part of form.querySelectorAll<HTMLElement>("[data-live]")) {
      part.hidden = mode?.value === "picked";
    }
  };
  form.addEventListener("change", show);
  show();
}
