/** Shows the mail as it is being written: the form's own preview button, pressed after a pause. */

const PAUSE_MS = 700;

export function previewWhileWriting(root: Document): void {
  const form = root.querySelector<HTMLFormElement>("form#writing");
  const area = root.querySelector<HTMLElement>("[data-preview]");
  const button = area?.querySelector<HTMLButtonElement>("[data-preview-button]");
  if (form === null || area === null || button === null || button === undefined) {
    return;
  }
  let waiting: number | undefined;
  const show = (): void => {
    freshFrame(area);
    form.requestSubmit(button);
  };
  const soon = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(show, PAUSE_MS);
  };
  form.addEventListener("input", (event) => {
    const name = (event.target as HTMLElement).getAttribute("name");
    if (name === "subject" || name === "body") {
      soon();
    }
  });
  area.querySelector("select")?.addEventListener("change", show);
}

/** Put a new frame in the old one's place: a second answer in the same frame would add a step to "Back". */
function freshFrame(area: HTMLElement): void {
  const old = area.querySelector<HTMLIFrameElement>("iframe");
  if (old === null) {
    return;
  }
  const next = old.cloneNode(false) as HTMLIFrameElement;
  next.removeAttribute("src");
  old.replaceWith(next);
}
